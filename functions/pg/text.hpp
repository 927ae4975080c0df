// Plain-data conversions between PostgreSQL's text and std::string_view. All of them are server code: outside guard,
// or inside pg::call.
#pragma once

#include <cstring>
#include <string_view>

#include "functions/pg/boundary.hpp"

namespace lifecycle::pg {

// The bytes of a detoasted (possibly short-header) text or bytea; valid as long as the datum is.
inline std::string_view view(const text* value) { return {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)}; }

inline text* make_text(std::string_view from) {
  auto* result = static_cast<text*>(palloc(from.size() + VARHDRSZ));
  SET_VARSIZE(result, from.size() + VARHDRSZ);
  if (!from.empty()) {
    std::memcpy(VARDATA(result), from.data(), from.size());
  }
  return result;
}

} // namespace lifecycle::pg
