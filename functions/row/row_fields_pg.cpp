// Rows written as objects from which their fields can be copied.
#include <cstring>
#include <utility>

#include "functions/pg/heap_page.hpp"
#include "functions/row/decimal.hpp"
#include "functions/row/row_writer_pg.hpp"
#include "functions/row/value_text_pg.hpp"

namespace lifecycle::row {
namespace {

constexpr std::string_view json_null = "null";
constexpr std::string_view null_field = "\\N";
constexpr char null_block[RowFields::slack] = {'\\', 'N'}; // readable in whole blocks

// Up to where there are bytes to read from the text on: the end of the page, where it lies in one of the server's.
const char* readable_from(std::string_view text) {
  const char* const page = pg::shared_page_of(text.data());
  return page != nullptr ? page + BLCKSZ : text.data() + text.size();
}

} // namespace

// A value within an object, and its field; known is set to false where that stands nowhere. value_room is there.
[[gnu::always_inline]] inline char* RowWriter::append_member(char* to, TypePlan& plan, Datum value,
                                                             RowFields::Field& field, bool& known) {
  const std::size_t begin = buffer_.offset_of(to);
  const auto add = [&](std::size_t from, std::size_t size) {
    field = {nullptr, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(size), true};
  };
  switch (plan.form) {
    case Form::text: {
      const std::string_view text = bytes_of(value);
      to = append_string(to, text, readable_from(text));
      if (buffer_.offset_of(to) - begin == text.size() + 2) [[likely]] {
        add(begin + 1, text.size());
      } else if (text.find('\\') == std::string_view::npos && text.find(field_separator) == std::string_view::npos) {
        field = {text.data(), 0, static_cast<std::uint32_t>(text.size()), false};
      } else {
        known = false;
      }
      return to;
    }
    case Form::uuid:
      *to = '"';
      to = write_uuid(DatumGetPointer(value), to + 1);
      *to++ = '"';
      add(begin + 1, buffer_.offset_of(to) - begin - 2);
      return to;
    case Form::timestamptz:
      *to = '"';
      to = write_plain_scalar(plan, value, to + 1);
      *to++ = '"';
      add(begin + 1, buffer_.offset_of(to) - begin - 2);
      return to;
    case Form::int32:
    case Form::int64:
      to = write_integer(plan.form == Form::int32 ? DatumGetInt32(value) : DatumGetInt64(value), to);
      add(begin, buffer_.offset_of(to) - begin);
      return to;
    case Form::numeric: {
      const Decimal decimal = read_decimal(bytes_of(value));
      if (decimal.kind == Decimal::Kind::finite) [[likely]] {
        char* const from = buffer_.room(to, decimal_bound(decimal));
        to = write_decimal(decimal, from);
        if (const std::size_t size = trimmed_size(decimal, {from, static_cast<std::size_t>(to - from)}); size > 0) {
          add(begin, size);
          return to;
        }
      } else {
        to = append_json(to, plan, value);
      }
      known = false;
      return to;
    }
    default:
      break;
  }
  to = append_json(to, plan, value);
  if (is_plain_scalar(plan.form) || plan.form == Form::jsonb) {
    const std::size_t quote = plan.form != Form::jsonb && *buffer_.at(begin) == '"' ? 1 : 0;
    add(begin + quote, buffer_.offset_of(to) - begin - 2 * quote);
  } else {
    known = false;
  }
  return to;
}

std::string_view RowWriter::write_object(RowPlan& plan, RowFields& fields, Nulls nulls) {
  if (plan.column_count == 0 || plan.column_count > RowFields::most_columns) {
    return write_object(plan, nulls);
  }
  // Kept apart from the fields, which the compiler takes for something that the text's bytes may fall on.
  bool known = true;
  std::size_t size = 0;
  char* to = buffer_.start();
  bool first = true;
  for (int i = 0; i < plan.column_count; ++i) {
    ColumnPlan& column = plan.columns[i];
    const bool is_null = plan.nulls[column.attribute];
    RowFields::Field field = {null_block, 0, null_field.size(), true};
    if (!is_null || nulls == Nulls::written) {
      to = append_key(buffer_.room(to, column.key_size + key_block + value_room), column, std::exchange(first, false));
    }
    if (!is_null) {
      to = append_member(to, column.type, plan.values[column.attribute], field, known);
    } else if (nulls == Nulls::written) {
      std::memcpy(to, json_null.data(), json_null.size());
      to += json_null.size();
    }
    fields.fields_[i] = field;
    size += field.size + 1U;
  }
  to = append(to, first ? "{}" : "}");
  to = buffer_.room(to, RowFields::slack);
  const std::string_view object = buffer_.finish(to);
  fields.count_ = plan.column_count;
  fields.known_ = known;
  fields.size_ = size - 1; // no separator behind the last
  fields.object_ = object.data();
  return object;
}

void RowFields::copy(char* to) const {
  for (int i = 0; i < count_; ++i) {
    const Field& field = fields_[i];
    const char* const from = field.text != nullptr ? field.text : object_ + field.begin;
    if (field.in_blocks) [[likely]] {
      std::memcpy(to, from, slack);
      for (std::uint32_t at = slack; at < field.size; at += slack) {
        std::memcpy(to + at, from + at, slack);
      }
    } else {
      std::memcpy(to, from, field.size);
    }
    to += field.size;
    *to++ = field_separator;
  }
}

} // namespace lifecycle::row
