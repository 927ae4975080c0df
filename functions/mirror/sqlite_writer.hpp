// Fills a new SQLite database as fast as SQLite goes: one transaction without journal or syncs (whoever publishes the
// file makes it durable), one prepared INSERT a table, values bound in place without copies, keys and indexes built by
// sorting after the rows are in. Memory stays at SQLite's page cache whatever the number of rows.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::mirror {

enum class Affinity : std::uint8_t { integer, real, text, blob };

struct Column {
  std::string_view name;
  Affinity affinity;
};

class SqliteWriter {
 public:
  // The file at path must be empty. Errors are raised as Error (io_error) naming `shown_path` and SQLite's reason.
  SqliteWriter(const std::string& path, std::string shown_path);
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;
  ~SqliteWriter();

  // Starts a table; rows go into the last one started. The primary key is a list of column names, or empty.
  void start_table(std::string_view name, const std::vector<Column>& columns,
                   const std::vector<std::string_view>& primary_key);

  // Columns count from 0. Each must be bound for each row; the bytes must live until insert_row().
  void bind_null(int column) { check(sqlite3_bind_null(insert_, column + 1)); }
  void bind_integer(int column, std::int64_t value) { check(sqlite3_bind_int64(insert_, column + 1, value)); }
  void bind_real(int column, double value) { check(sqlite3_bind_double(insert_, column + 1, value)); }
  void bind_text(int column, std::string_view value) {
    check(sqlite3_bind_text64(insert_, column + 1, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind_blob(int column, std::string_view value) {
    check(sqlite3_bind_blob64(insert_, column + 1, value.data(), value.size(), SQLITE_STATIC));
  }
  void insert_row();

  // Ends the table: builds its primary key. Raises pending interrupts while it works, as create_index does.
  void finish_table();
  void create_index(std::string_view name, std::string_view table, const std::vector<std::string_view>& columns);

  // Commits and closes. The file is complete, but not synced.
  void finish();

 private:
  void execute(const std::string& sql);
  void check(int result) {
    if (result != SQLITE_OK) [[unlikely]] {
      fail(result);
    }
  }
  [[noreturn]] void fail(int result);
  void declare_primary_key();
  static int on_progress(void* self);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::string shown_path_;
  std::string name_;                // the table started last
  std::string table_;               // the same, quoted
  std::string definition_;          // its columns, as in CREATE TABLE
  std::string primary_key_;         // its key columns, quoted and separated by commas
  std::exception_ptr interruption_; // what a poll raised inside SQLite, which no exception may cross
  bool in_sqlite_ = false;          // whether SQLite is on the stack: then its objects may not be closed
};

} // namespace lifecycle::mirror
