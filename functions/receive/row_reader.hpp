// Reads lines of NDJSON as rows of a dataset: each value is held against its contract's column and turned into what
// PostgreSQL stores, without a detour through texts and casts.
//
// A field that is left out is null, and so is a null, but in a column of type jsonb: there it is the JSON null.
//
// Lines as our own export writes them, fields in the contract's order, are read in one pass; all others, and all that
// have anything wrong with them, by way of a tree. Both give the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "functions/dataset/contract.hpp"
#include "functions/json/text_reader.hpp"

namespace lifecycle::receive {

// Why a row is refused.
struct Refusal {
  const char* code = nullptr;
  const char* sqlstate = nullptr;
  std::string pointer; // RFC 6901, within the line
  std::string detail;  // a sentence
  std::string key;     // the values of the row's key, as far as they are there, with slashes between them
};

enum class Verdict : std::uint8_t {
  good,
  refused,    // every field has a value of its column's type; the row breaks the contract all the same
  unreadable, // it has no such values
};

class RowReader {
 public:
  // Columns of known types, whose names differ.
  explicit RowReader(std::vector<dataset::Column> columns);
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  ~RowReader() = default;

  // The line is UTF-8 and has no line end in it. What it gives stands until the next call.
  Verdict read(std::string_view line);

  // The same without the short way, for tests.
  Verdict read_by_tree(std::string_view line);

  // Of a row that is not unreadable, by column.
  [[nodiscard]] bool is_null(std::size_t column) const { return cells_[column].is_null; }
  // Of types passed by value: booleans as 0 and 1, times in microseconds and dates in days since 2000-01-01.
  [[nodiscard]] std::int64_t number(std::size_t column) const { return cells_[column].value; }
  // Of the others: the 16 bytes of a uuid, else the value with its length word before it, on a multiple of eight.
  [[nodiscard]] const char* stored(std::size_t column) const { return arena_.get() + cells_[column].value; }

  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  [[nodiscard]] std::span<const dataset::Column> columns() const { return columns_; }

  // Gives back what an unusually large line has taken.
  void trim();

 private:
  struct Cell {
    std::int64_t value; // itself, or where it lies in the arena
    bool is_null;
  };
  struct Form {      // what is asked of a column again and again
    std::string key; // "name": as it stands in a line
    dataset::ColumnType type;
  };
  // What became of a value. In the last two cases the cell has it all the same.
  enum class Fit : std::uint8_t { good, wrong_type, out_of_range, too_large, unknown_value, too_long };

  bool read_in_order(std::string_view line);
  bool take_value(std::size_t column, const char*& at, const char* end);

  Fit set_string(std::size_t column, std::string_view text);
  Fit set_number(std::size_t column, std::string_view text);
  Fit set_time(std::size_t column, std::string_view text);
  Fit set_document(std::size_t column, json::TextReader& reader, std::uint32_t node);
  Fit set_node(std::size_t column, std::uint32_t index);
  void set_varlena(std::size_t column, std::string_view bytes);

  Verdict judge(std::size_t index, std::optional<std::uint32_t> found);
  Verdict refuse(Verdict verdict, const char* code, const char* sqlstate, std::string_view field, std::string detail);
  Verdict refuse_line();
  void note_key(const json::TextNode& object);

  char* room(std::size_t size);

  std::vector<dataset::Column> columns_;
  std::vector<Form> forms_;
  std::vector<Cell> cells_;
  std::unique_ptr<char[]> arena_;
  std::size_t arena_size_ = 0;
  std::size_t arena_used_ = 0;
  // What the sender's columns hold, a jsonb and a numeric can hold here.
  json::TextReader tree_{json::TextReader::Numbers::numerics};
  json::TextReader piece_{json::TextReader::Numbers::numerics}; // of a value within a line that is read in order
  Refusal refusal_;
};

} // namespace lifecycle::receive
