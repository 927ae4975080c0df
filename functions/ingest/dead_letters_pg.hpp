// Dead letters of stage ingest. Server code within an SPI connection.
#pragma once

#include "functions/ingest/lines_pg.hpp"

namespace lifecycle::ingest {

// A line that could not be taken, with the reasons the batch has for it. One statement a line: a line may be as large
// as a value can be, and no array of such could be.
// Of somebody's line who was erased only the reasons are kept, and there is nothing to try again.
void insert_dead_letter(const Line& line, const Reasons& reasons, Datum contract_version, bool erased);

// A dead letter that a retry has judged again.
void resolve_dead_letter(Datum id);
void refuse_dead_letter_again(Datum id, const Reasons& reasons, Datum contract_version);

} // namespace lifecycle::ingest
