// Writes the values of a row by its plan. Used inside guard; every call of the server it makes goes through pg::call.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "functions/json/canonical_writer.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/row/plan_pg.hpp"
#include "functions/row/quoted_text.hpp"

namespace lifecycle::row {

enum class Style : std::uint8_t {
  export_line, // what PostgreSQL reads back as it was: numerics with their scale, char(n) padded, bytea as \x…, json as
               // given
  parity, // one text for one value, which other engines can make too
  csv,    // what PostgreSQL reads back as it was, arrays and composites as its literals
};

// Null columns of an object: null in JSON, or no key at all, which tells them from a JSON null within jsonb.
enum class Nulls : std::uint8_t { written, left_out };

struct ArrayWalk;

// Between the fields of a row.
inline constexpr char field_separator = '\x1F';

// Where the fields of a row stand that has been written as an object: mostly within that, as the text of many values is
// the same in both.
class RowFields {
 public:
  // copy() writes so much beyond.
  static constexpr std::size_t slack = 32;

  // The size of write_fields() in the style of parity; null where a field stands nowhere and has to be written.
  [[nodiscard]] std::optional<std::size_t> size() const { return known_ ? std::optional(size_) : std::nullopt; }

  // Writes them; room for their size and the slack must be at `to`. As long as the object and the row's values are
  // there.
  void copy(char* to) const;

 private:
  friend class RowWriter;
  static constexpr int most_columns = 100;

  struct Field {
    const char* text; // null: in the object
    std::uint32_t begin;
    std::uint32_t size;
    bool in_blocks; // what follows it may be read too
  };

  Field fields_[most_columns];
  int count_ = 0;
  bool known_ = false;
  std::size_t size_ = 0;
  const char* object_ = nullptr;
};

class RowWriter {
 public:
  explicit RowWriter(Style style);
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  ~RowWriter();

  // The row in the writer's style: fields, a record of CSV or an object.
  std::string_view write(RowPlan& plan);

  // The row of the plan's values as {"column":value,…}. Each text is valid until the next.
  std::string_view write_object(RowPlan& plan, Nulls nulls = Nulls::written);

  // The same, and where the row's fields stand.
  std::string_view write_object(RowPlan& plan, RowFields& fields, Nulls nulls = Nulls::written);

  // The row as fields with a separator between them. Null is its own marker; text is escaped so that neither occurs in
  // it.
  std::string_view write_fields(RowPlan& plan);

  // The same in the style of parity, whatever the writer's is.
  std::string_view write_parity(RowPlan& plan);

  // The row as a record of RFC 4180, without its line end: null is empty, an empty text is "".
  std::string_view write_csv(RowPlan& plan);

 private:
  json::CanonicalWriter& claim();

  char* append_object(char* to, RowPlan& plan, Nulls nulls);
  char* append_member(char* to, TypePlan& plan, Datum value, RowFields::Field& field, bool& known);
  // Room for the key and key_block is there.
  static char* append_key(char* to, const ColumnPlan& column, bool first) {
    std::memcpy(to, column.key, key_block);
    for (std::uint32_t at = key_block; at < column.key_size; at += key_block) {
      std::memcpy(to + at, column.key + at, key_block);
    }
    *to = first ? '{' : ','; // whichever columns were left out before it
    return to + column.key_size;
  }
  char* append_json(char* to, TypePlan& plan, Datum value);
  char* append_array(char* to, TypePlan& plan, Datum value);
  char* append_dimension(char* to, ArrayWalk& walk, int dimension);
  char* append_composite(char* to, TypePlan& plan, Datum value);
  char* append_document(char* to, TypePlan& plan, Datum value);
  char* append_json_text(char* to, std::string_view document);
  char* append_string(char* to, std::string_view text) { return append_string(to, text, text.data() + text.size()); }
  // Bytes past the text may be read too, up to `readable`.
  char* append_string(char* to, std::string_view text, const char* readable) {
    if (text.size() <= json::text_piece) [[likely]] {
      to = buffer_.room(to, json::escaped_bound(text.size()) + 2);
    }
    return json::write_string(to, text, readable, buffer_);
  }
  char* append_field(char* to, TypePlan& plan, Datum value);
  char* append_cell(char* to, TypePlan& plan, Datum value, bool alone);
  char* append_literal(char* to, TypePlan& plan, Datum value);
  char* append_array_literal(char* to, TypePlan& plan, Datum value);
  char* append_dimension_literal(char* to, ArrayWalk& walk, int dimension, char delimiter);
  char* append_composite_literal(char* to, TypePlan& plan, Datum value);
  char* append_part(char* to, TypePlan& plan, Datum value, Quoting quoting, char delimiter);
  char* append_quotes(char* to, std::size_t begin, Quoting quoting);
  [[nodiscard]] std::string_view text_since(std::size_t begin, const char* to) const;
  char* append_escaped(char* to, std::string_view text);
  char* append_number(char* to, std::string_view stored, std::string_view quote);
  char* append_hex(char* to, std::string_view before, std::string_view bytes);
  char* append(char* to, std::string_view text);

  std::optional<json::CanonicalWriter> own_; // of a call from within another one, through a cast to json written in SQL
  json::CanonicalWriter& writer_;
  json::OutputBuffer& buffer_;
  Style style_;
  unsigned depth_ = 0;
};

} // namespace lifecycle::row
