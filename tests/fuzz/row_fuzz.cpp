// Lines of a batch: read in order and by way of a tree they are the same row, or the same refusal.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "functions/core/limits.hpp"
#include "functions/json/jsonb_reader.hpp"
#include "functions/json/text_reader.hpp"
#include "functions/receive/row_reader.hpp"

namespace {

using lifecycle::dataset::Column;
using lifecycle::dataset::ColumnType;
using lifecycle::receive::RowReader;
using lifecycle::receive::Verdict;

std::vector<Column> columns() {
  std::vector<Column> list;
  for (int type = 0; type <= static_cast<int>(ColumnType::jsonb); ++type) {
    Column column;
    column.name = std::string(1, static_cast<char>('a' + type));
    column.type = static_cast<ColumnType>(type);
    column.required = type == 0;
    list.push_back(column);
  }
  list[0].key_position = 1;
  list[0].valid_values = {"x", "yy"};
  list[1].max_length = 3;
  return list;
}

std::string row_of(const RowReader& reader, Verdict verdict) {
  if (verdict != Verdict::good) {
    return std::string(reader.refusal().code) + reader.refusal().pointer + reader.refusal().detail +
           reader.refusal().key;
  }
  std::string row;
  for (std::size_t i = 0; i < reader.columns().size(); ++i) {
    row += '|';
    if (reader.is_null(i)) {
      continue;
    }
    switch (*reader.columns()[i].type) {
      case ColumnType::uuid:
        row.append(reader.stored(i), 16);
        break;
      case ColumnType::text:
      case ColumnType::varchar:
      case ColumnType::numeric:
      case ColumnType::jsonb: {
        std::uint32_t word = 0;
        std::memcpy(&word, reader.stored(i), sizeof word);
        row.append(reader.stored(i), word >> 2U);
        break;
      }
      default:
        row += std::to_string(reader.number(i));
    }
  }
  return row;
}

// The reader is promised UTF-8, which the server has seen to.
bool is_utf8(std::string_view text) {
  std::string quoted("\"");
  for (const char c : text) {
    quoted += static_cast<unsigned char>(c) < 0x80 ? 'x' : c;
  }
  quoted += '"';
  lifecycle::json::TextReader reader;
  return reader.read(quoted);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lifecycle::limits.max_depth = 64;
  // A block of its own, so that any byte read too far is seen.
  const auto block = std::make_unique<char[]>(size);
  std::memcpy(block.get(), data, size);
  const std::string_view line(block.get(), size);
  if (line.find('\n') != std::string_view::npos || !is_utf8(line)) {
    return 0;
  }
  static RowReader old_reader(columns()); // has read every line so far
  RowReader new_reader(columns());
  const std::string first = row_of(new_reader, new_reader.read(line));
  if (row_of(new_reader, new_reader.read_by_tree(line)) != first ||
      row_of(old_reader, old_reader.read(line)) != first) {
    std::abort();
  }
  old_reader.trim();
  return 0;
}
