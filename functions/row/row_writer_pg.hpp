// Writes the values of a row by its plan. Used inside guard; every call of the server it makes goes through pg::call.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "functions/json/canonical_writer.hpp"
#include "functions/row/plan_pg.hpp"

namespace lifecycle::row {

enum class Style : std::uint8_t {
  export_line, // what PostgreSQL reads back as it was: numerics with their scale, char(n) padded, bytea as \x…, json as
               // given
  parity, // one text for one value, which other engines can make too
};

class RowWriter {
 public:
  explicit RowWriter(Style style);
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  ~RowWriter();

  // The row of the plan's values as {"column":value,…}. Both texts are valid as long as the writer.
  std::string_view write_object(RowPlan& plan);

  // The row as fields with a separator between them. Null is its own marker; text is escaped so that neither occurs in
  // it.
  std::string_view write_fields(RowPlan& plan);

 private:
  struct ArrayWalk;

  json::CanonicalWriter& claim();

  char* append_object(char* to, RowPlan& plan);
  char* append_json(char* to, TypePlan& plan, Datum value);
  char* append_array(char* to, TypePlan& plan, Datum value);
  char* append_dimension(char* to, ArrayWalk& walk, int dimension);
  char* append_composite(char* to, TypePlan& plan, Datum value);
  char* append_document(char* to, TypePlan& plan, Datum value);
  char* append_json_text(char* to, std::string_view document);
  char* append_string(char* to, std::string_view text);
  char* append_field(char* to, TypePlan& plan, Datum value);
  char* append_escaped(char* to, std::string_view text);
  char* append_number(char* to, std::string_view stored, std::string_view quote);
  char* append_hex(char* to, std::string_view before, std::string_view bytes);
  char* append(char* to, std::string_view text);

  std::optional<json::CanonicalWriter> own_; // of a call from within another one, through a cast to json written in SQL
  json::CanonicalWriter& writer_;
  json::OutputBuffer& buffer_;
  const Style style_;
  unsigned depth_ = 0;
};

} // namespace lifecycle::row
