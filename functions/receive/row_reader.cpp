#include "functions/receive/row_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "functions/core/utc_time.hpp"
#include "functions/core/utf8.hpp"
#include "functions/json/jsonb_layout.hpp"
#include "functions/json/jsonb_reader.hpp"
#include "functions/json/number_reader.hpp"
#include "functions/json/output_buffer.hpp"
#include "functions/receive/value_span.hpp"
#include "functions/time/parse_time.hpp"
#include "functions/uuid/parse_uuid.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::receive {

using dataset::ColumnType;
using json::TextNode;

namespace {

constexpr std::size_t alignment = 8;
constexpr std::size_t length_word = sizeof(std::uint32_t);

void put_length(char* to, std::size_t size) {
  const std::uint32_t word = json::numeric_length_word(size);
  std::memcpy(to, &word, sizeof word);
}

} // namespace

RowReader::RowReader(std::vector<dataset::Column> columns) : columns_(std::move(columns)), cells_(columns_.size()) {
  for (const dataset::Column& column : columns_) {
    // Names of columns need no escape: contracts have none that do.
    forms_.push_back({'"' + column.name + "\":", column.type.value()});
  }
}

Verdict RowReader::read(std::string_view line) { return read_in_order(line) ? Verdict::good : read_by_tree(line); }

// False where it is not that simple; then nothing is known about the line.
bool RowReader::read_in_order(std::string_view line) {
  const char* at = line.data();
  const char* const end = at + line.size();
  if (at == end || *at != '{') {
    return false;
  }
  arena_used_ = 0;
  bool first = true;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& key = forms_[i].key;
    const std::size_t separator = first ? 0 : 1;
    const char* const key_at = first ? at + 1 : at;
    if (static_cast<std::size_t>(end - key_at) > key.size() + separator &&
        std::memcmp(key_at + separator, key.data(), key.size()) == 0 && (first || *key_at == ',')) {
      at = key_at + separator + key.size();
      first = false;
      if (!take_value(i, at, end)) {
        return false;
      }
    } else {
      if (columns_[i].required) {
        return false;
      }
      cells_[i] = {0, true};
    }
  }
  return !first && end - at == 1 && *at == '}';
}

bool RowReader::take_value(std::size_t column, const char*& at, const char* end) {
  const ColumnType type = forms_[column].type;
  if (type == ColumnType::jsonb) {
    const std::size_t size = container_size({at, static_cast<std::size_t>(end - at)});
    if (size == 0 || !piece_.read({at, size})) {
      return false;
    }
    at += size;
    return set_document(column, piece_, piece_.root()) == Fit::good;
  }
  if (*at == 'n' && !columns_[column].required) {
    const bool is_null = std::string_view(at, static_cast<std::size_t>(end - at)).starts_with("null");
    at += is_null ? 4 : 0;
    cells_[column] = {0, true};
    return is_null;
  }
  if (*at == '"') {
    if (is_number(type) || type == ColumnType::boolean) {
      return false;
    }
    const StringSpan string = string_span({at, static_cast<std::size_t>(end - at)});
    if (string.size == 0) {
      return false;
    }
    std::string_view text(at + 1, string.size - 2);
    if (string.has_escape) {
      if (!piece_.read({at, string.size})) {
        return false;
      }
      text = piece_.node(piece_.root()).view();
    }
    at += string.size;
    return set_string(column, text) == Fit::good;
  }
  if (is_number(type)) {
    const std::size_t size = number_size({at, static_cast<std::size_t>(end - at)});
    const std::string_view text(at, size);
    at += size;
    return size != 0 && set_number(column, text) == Fit::good;
  }
  if (type == ColumnType::boolean) {
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const bool yes = rest.starts_with("true");
    if (!yes && !rest.starts_with("false")) {
      return false;
    }
    at += yes ? 4 : 5;
    cells_[column] = {yes ? 1 : 0, false};
    return true;
  }
  return false;
}

RowReader::Fit RowReader::set_node(std::size_t column, std::uint32_t index) {
  const ColumnType type = forms_[column].type;
  if (type == ColumnType::jsonb) {
    return set_document(column, tree_, index);
  }
  const TextNode& node = tree_.node(index);
  switch (node.kind) {
    case TextNode::Kind::string:
      return is_number(type) || type == ColumnType::boolean ? Fit::wrong_type : set_string(column, node.view());
    case TextNode::Kind::number:
      return is_number(type) ? set_number(column, node.view()) : Fit::wrong_type;
    case TextNode::Kind::no:
    case TextNode::Kind::yes:
      cells_[column] = {node.kind == TextNode::Kind::yes ? 1 : 0, false};
      return type == ColumnType::boolean ? Fit::good : Fit::wrong_type;
    default:
      return Fit::wrong_type;
  }
}

RowReader::Fit RowReader::set_string(std::size_t column, std::string_view text) {
  const dataset::Column& asked = columns_[column];
  switch (forms_[column].type) {
    case ColumnType::uuid: {
      const auto uuid = parse_uuid(text);
      if (!uuid) {
        return Fit::wrong_type;
      }
      char* const to = room(uuid->size());
      std::memcpy(to, uuid->data(), uuid->size());
      cells_[column] = {to - arena_.get(), false};
      return Fit::good;
    }
    case ColumnType::timestamptz:
    case ColumnType::timestamp:
    case ColumnType::date:
      return set_time(column, text);
    default:
      set_varlena(column, text);
      if (!asked.valid_values.empty() &&
          std::find(asked.valid_values.begin(), asked.valid_values.end(), text) == asked.valid_values.end()) {
        return Fit::unknown_value;
      }
      return asked.max_length != 0 && text.size() > asked.max_length && count_characters(text) > asked.max_length
                 ? Fit::too_long
                 : Fit::good;
  }
}

RowReader::Fit RowReader::set_time(std::size_t column, std::string_view text) {
  const ColumnType type = forms_[column].type;
  const auto parsed = parse_time(text);
  constexpr std::size_t date_size = 10;
  if (!parsed || parsed->has_offset != (type == ColumnType::timestamptz) ||
      (type == ColumnType::date) != (text.size() == date_size)) {
    return Fit::wrong_type;
  }
  const auto time = instant(*parsed, parsed->offset);
  if (!time) {
    return Fit::out_of_range;
  }
  cells_[column] = {type == ColumnType::date ? day_of(*time) : *time, false};
  return Fit::good;
}

RowReader::Fit RowReader::set_number(std::size_t column, std::string_view text) {
  const ColumnType type = forms_[column].type;
  if (type == ColumnType::numeric) {
    if (!json::numeric_fits(text)) {
      return Fit::out_of_range;
    }
    char* const to = room(length_word + json::numeric_bound(text.size()));
    char* const end = json::write_numeric(text, to + length_word);
    put_length(to, static_cast<std::size_t>(end - to));
    cells_[column] = {to - arena_.get(), false};
    return Fit::good;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) {
    return Fit::wrong_type;
  }
  const bool fits = error == std::errc() && (type == ColumnType::bigint || static_cast<std::int32_t>(value) == value);
  cells_[column] = {value, false};
  return fits ? Fit::good : Fit::out_of_range;
}

RowReader::Fit RowReader::set_document(std::size_t column, json::TextReader& reader, std::uint32_t node) {
  const TextNode::Kind kind = reader.node(node).kind;
  const bool scalar = kind != TextNode::Kind::array && kind != TextNode::Kind::object;
  // What is no container is kept as an array of one.
  const TextNode& container = reader.node(scalar ? reader.add_array_of(node) : node);
  char* const to = room(length_word + reader.jsonb_bound(container));
  char* const end = reader.write_jsonb(container, to + length_word);
  if (end == nullptr) {
    return Fit::too_large;
  }
  if (scalar) {
    std::uint32_t header = 0;
    std::memcpy(&header, to + length_word, sizeof header);
    header |= json::layout::scalar_flag;
    std::memcpy(to + length_word, &header, sizeof header);
  }
  put_length(to, static_cast<std::size_t>(end - to));
  cells_[column] = {to - arena_.get(), false};
  arena_used_ = static_cast<std::size_t>(end - arena_.get());
  return Fit::good;
}

void RowReader::set_varlena(std::size_t column, std::string_view bytes) {
  char* const to = room(length_word + bytes.size());
  put_length(to, length_word + bytes.size());
  bytes.copy(to + length_word, bytes.size());
  cells_[column] = {to - arena_.get(), false};
}

// On a multiple of eight. What was given out before may move.
char* RowReader::room(std::size_t size) {
  const std::size_t begin = (arena_used_ + alignment - 1) / alignment * alignment;
  if (begin + size > arena_size_) {
    const std::size_t larger = std::max(begin + size, 2 * arena_size_);
    auto bytes = std::make_unique_for_overwrite<char[]>(larger);
    if (arena_used_ > 0) {
      std::memcpy(bytes.get(), arena_.get(), arena_used_);
    }
    arena_ = std::move(bytes);
    arena_size_ = larger;
  }
  arena_used_ = begin + size;
  return arena_.get() + begin;
}

void RowReader::trim() {
  tree_.trim();
  piece_.trim();
  if (arena_size_ > json::OutputBuffer::kept_capacity) {
    arena_.reset();
    arena_size_ = 0;
  }
}

} // namespace lifecycle::receive
