// Values whose text is short, and the bytes of the others, read by a column's plan. Used inside guard; every call of
// the server goes through pg::call.
#pragma once

#include <optional>
#include <string_view>

#include "functions/row/plan_pg.hpp"
#include "functions/row/scalar_text.hpp"

namespace lifecycle::row {

// Room that is there for every value before its form is looked at: the longest scalar, quotes and a comma.
inline constexpr std::size_t value_room = scalar_text_size + utc_timestamp_size + 4;

// The bytes of a varlena, fetched or unpacked where it is not plain.
inline std::string_view bytes_of(Datum value) {
  auto* stored = reinterpret_cast<varlena*>(DatumGetPointer(value));
  if (VARATT_IS_COMPRESSED(stored) || VARATT_IS_EXTERNAL(stored)) [[unlikely]] {
    stored = pg::call([&] { return pg_detoast_datum_packed(stored); });
  }
  return {VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored)};
}

// Values whose text is short and never needs an escape: no quote, no comma, no line break.
inline bool is_plain_scalar(Form form) {
  return form <= Form::float64 || (form >= Form::uuid && form <= Form::interval && form != Form::bytea);
}

// value_room must be at `to`.
char* write_plain_scalar(TypePlan& plan, Datum value, char* to);

// The text of the types that are written as text; null for the others.
std::optional<std::string_view> text_of(TypePlan& plan, Datum value);

} // namespace lifecycle::row
