// A jsonb argument as the bytes that the cores read. Server code, plain data only.
#pragma once

#include <string_view>

#include "functions/pg/boundary.hpp"

namespace lifecycle::pg {

// A large table's next value is not yet in the processor's caches when a function is called with it. Asking for its
// lines at once overlaps their arrival; the lines below it are the next row's, as heap pages fill downwards.
inline void prefetch_value(Datum value) {
  constexpr int line = 64;
  constexpr int lines_of_value = 6;
  constexpr int lines_below = 6;
  const char* const begin = DatumGetPointer(value);
  for (int i = -lines_below; i < lines_of_value; ++i) {
    __builtin_prefetch(begin + i * line);
  }
}

// The value in memory, short-header values in place; to be freed where it is not the datum itself.
inline varlena* detoasted(Datum value) {
  auto* const stored = reinterpret_cast<varlena*>(DatumGetPointer(value));
  // What needs no detoasting is told from its first byte, without a call.
  return likely(VARATT_IS_4B_U(stored) || (VARATT_IS_1B(stored) && !VARATT_IS_1B_E(stored)))
             ? stored
             : pg_detoast_datum_packed(stored);
}

inline std::string_view bytes_of(const varlena* value) { return {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)}; }

inline void free_if_copy(varlena* value, Datum argument) {
  if (reinterpret_cast<Pointer>(value) != DatumGetPointer(argument)) {
    pfree(value);
  }
}

} // namespace lifecycle::pg
