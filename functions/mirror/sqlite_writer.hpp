// Fills a new SQLite database faster than SQLite does. SQLite makes the empty tables and indexes; rows and index
// entries are laid down by us as pages of its file format, each written once: rows as they come, indexes from sorted
// keys. Whoever publishes the file makes it durable. Memory is bounded whatever the number of rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "functions/mirror/key_sorter.hpp"
#include "functions/mirror/page_file.hpp"
#include "functions/mirror/record.hpp"
#include "functions/mirror/tree.hpp"

namespace lifecycle::mirror {

enum class Affinity : std::uint8_t { integer, real, text, blob };

struct Column {
  std::string_view name;
  Affinity affinity;
};

struct Index {
  std::string_view name;
  std::vector<std::string_view> columns;
};

class SqliteWriter {
 public:
  // The file at path must be empty. Errors are raised as Error naming `shown_path`.
  SqliteWriter(std::string path, std::string shown_path);

  // Starts a table; rows go into the last one started. The primary key is a list of column names, or empty.
  void start_table(std::string_view name, const std::vector<Column>& columns,
                   const std::vector<std::string_view>& primary_key, const std::vector<Index>& indexes = {});

  // Columns count from 0. Each must be bound for each row, by a value of its affinity (a text stays a text in any
  // column); the bytes must live until insert_row().
  void bind_null(int column) { at(column).form = Value::Form::null; }
  void bind_integer(int column, std::int64_t value) {
    at(column).form = Value::Form::integer;
    at(column).integer = value;
  }
  void bind_real(int column, double value) {
    at(column).form = Value::Form::real;
    at(column).real = value;
  }
  void bind_text(int column, std::string_view value) {
    at(column).form = Value::Form::text;
    at(column).bytes = value;
  }
  void bind_blob(int column, std::string_view value) {
    at(column).form = Value::Form::blob;
    at(column).bytes = value;
  }
  void insert_row();

  // Ends the table: its rows are all there, and its indexes are filled. The file is complete, but not synced.
  void finish_table();

 private:
  static constexpr int row_number_size = 8; // at the end of a key

  struct IndexInWork {
    std::uint32_t root;
    std::vector<std::size_t> columns;
    bool is_unique;
    std::unique_ptr<KeySorter> sorter;
  };

  Value& at(int column) { return row_[static_cast<std::size_t>(column)]; }
  void add_index(std::uint32_t root, std::vector<std::size_t> columns, bool is_unique);
  void start_rows(std::uint32_t root, std::size_t columns);
  void check_size() const;
  void fill_index(IndexInWork& index);
  void require_new(std::string_view key, std::string_view previous, const std::vector<Value>& values) const;

  std::string path_;
  std::string shown_path_;
  std::string table_;       // the table started last, quoted
  std::string primary_key_; // its key columns, quoted and separated by commas
  std::vector<IndexInWork> indexes_;
  std::unique_ptr<PageFile> file_;
  std::unique_ptr<Tree> rows_;
  std::vector<Value> row_;
  std::uint64_t row_number_ = 0;
  std::string record_;
  std::string key_;
};

} // namespace lifecycle::mirror
