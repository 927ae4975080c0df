#include "functions/mapping/compiled_pg.hpp"

#include "functions/pg/text.hpp"
#include "functions/time/zone_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
}

namespace lifecycle::pg {

StringInfoData document_text(Jsonb* document) {
  StringInfoData text;
  initStringInfo(&text);
  JsonbToCString(&text, &document->root, VARSIZE(document));
  return text;
}

bool zone_exists(std::string_view name) {
  return call([name] { return find_zone(pnstrdup(name.data(), name.size())) != nullptr; });
}

mapping::Relation to_core(const CatalogRelation& relation) {
  mapping::Relation core{relation.name, {}};
  for (int i = 0; i < relation.column_count; ++i) {
    const CatalogColumn& column = relation.columns[i];
    core.columns.push_back({column.name, column.kind, column.type, column.holds_json});
  }
  return core;
}

std::vector<std::string> all_warnings(std::vector<std::string> warnings, const CatalogRelation& relation) {
  const std::string name = relation.name;
  if (relation.is_temporary) {
    warnings.push_back(name + " is a temporary table: no other session can read it, and it goes with this one.");
  }
  if (relation.rows_are_hidden) {
    warnings.push_back("Row-level security of " + name +
                       " holds for this role: a row it hides counts as deleted upstream.");
  }
  return warnings;
}

const char* change_type_name(mapping::SourceKind kind) {
  switch (kind) {
    case mapping::SourceKind::timestamptz:
      return "timestamp with time zone";
    case mapping::SourceKind::timestamp:
      return "timestamp without time zone";
    default:
      return "date";
  }
}

Datum text_datum(std::string_view value) {
  return call([value] { return PointerGetDatum(make_text(value)); });
}

Datum name_datum(const char* value) {
  return call([value] { return DirectFunctionCall1(namein, CStringGetDatum(value)); });
}

Datum text_array_datum(const std::vector<std::string>& values, bool empty_is_null) {
  auto count = static_cast<int>(values.size());
  auto* const datums = call([count] { return static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1))); });
  auto* const nulls = call([count] { return static_cast<bool*>(palloc0(sizeof(bool) * (count + 1))); });
  for (int i = 0; i < count; ++i) {
    nulls[i] = empty_is_null && values[i].empty();
    datums[i] = nulls[i] ? static_cast<Datum>(0) : text_datum(values[i]);
  }
  return call([=]() mutable {
    int lower_bound = 1;
    return PointerGetDatum(
        construct_md_array(datums, nulls, 1, &count, &lower_bound, TEXTOID, -1, false, TYPALIGN_INT));
  });
}

} // namespace lifecycle::pg
