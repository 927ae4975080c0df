// What the functions that compile a mapping share: the way from the catalog to the core, and back into SQL values.
#pragma once

#include <string>
#include <vector>

#include "functions/mapping/relation_pg.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "utils/jsonb.h"
}

namespace lifecycle::pg {

// Outside guard. The document's text, in the current memory context.
StringInfoData document_text(Jsonb* document);

// All of these are for use inside guard.
bool zone_exists(std::string_view name);
mapping::Relation to_core(const CatalogRelation& relation);
// The warnings of the mapping and what there is to say of the relation itself.
std::vector<std::string> all_warnings(std::vector<std::string> warnings, const CatalogRelation& relation);
// The base type as the catalog writes it, so that callers can tell the three apart under any domain.
const char* change_type_name(mapping::SourceKind kind);

Datum text_datum(std::string_view value);
Datum name_datum(const char* value);
// An empty text becomes null where `empty_is_null`.
Datum text_array_datum(const std::vector<std::string>& values, bool empty_is_null);

} // namespace lifecycle::pg
