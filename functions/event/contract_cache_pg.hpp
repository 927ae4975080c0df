// The event contract as a statement's snapshot sees its tables: compiled once for each version of them, kept by the
// backend from statement to statement.
//
// Every change of event_verbs, event_words, event_rules or event_sources writes a new version into the one row of
// event_contract_version. A call under a snapshot it has not seen yet reads that row, so it is always right for its
// snapshot, whoever changed what in whatever transaction; for any other it costs the comparison of two snapshots.
#pragma once

#include <string_view>

#include "functions/event/contract.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace lifecycle::pg {

struct CompiledContract; // a contract with its version and the sources

// For the active snapshot; held for the function's memory context. Raises undefined_table before install().
CompiledContract* contract_for_call(FunctionCallInfo fcinfo);

event::Contract& contract_of(CompiledContract* compiled);

// The contract under an overlay of rules, which is compiled once for a run of equal ones; null: the contract itself.
// Server code, not for the inside of a guard.
event::Contract* contract_under(CompiledContract* compiled, Jsonb* overlay);

// Whether a source has naming findings as warnings. Unknown sources are strict.
bool warns_only(const CompiledContract* compiled, std::string_view source);

} // namespace lifecycle::pg
