// _nearest_name(given, names): the name that was probably meant, for hints written in SQL.
#include <span>
#include <string_view>
#include <vector>

#include "functions/mapping/nearest.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
}

LIFECYCLE_FUNCTION(lifecycle_nearest_name) {
  namespace pg = lifecycle::pg;
  const std::string_view given = pg::view(PG_GETARG_TEXT_PP(0));
  Datum* values = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &values, nullptr, &count);
  for (int i = 0; i < count; ++i) {
    values[i] = PointerGetDatum(DatumGetTextPP(values[i]));
  }
  const int place = pg::guard([&] {
    std::vector<std::string_view> names;
    names.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      names.push_back(pg::view(reinterpret_cast<const text*>(DatumGetPointer(values[i]))));
    }
    const auto meant = lifecycle::mapping::nearest(given, names);
    for (int i = 0; meant && i < count; ++i) {
      if (names[static_cast<std::size_t>(i)] == *meant) {
        return i;
      }
    }
    return -1;
  });
  if (place < 0) {
    PG_RETURN_NULL();
  }
  PG_RETURN_DATUM(values[place]);
}
