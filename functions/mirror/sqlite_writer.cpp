#include "functions/mirror/sqlite_writer.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/file/replacement_file.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mirror {
namespace {

constexpr char unique_violation[] = "23505";

// Small on purpose: rows are only appended, and SQLite sorts an index in runs of this size, which then stay in the
// processor's cache (2 MB sorts a quarter faster than 64 MB).
constexpr char settings[] =
    "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA cache_size = -2048; BEGIN";

constexpr int progress_steps = 20000; // of SQLite's virtual machine: about a millisecond

const char* type_name(Affinity affinity) {
  switch (affinity) {
    case Affinity::integer:
      return "INTEGER";
    case Affinity::real:
      return "REAL";
    case Affinity::blob:
      return "BLOB";
    case Affinity::text:
      break;
  }
  return "TEXT";
}

bool is_plain(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos &&
         sqlite3_keyword_check(name.data(), static_cast<int>(name.size())) == 0;
}

std::string identifier(std::string_view name) {
  if (is_plain(name)) {
    return std::string(name);
  }
  std::string quoted = "\"";
  for (const char c : name) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  return quoted + '"';
}

std::string identifiers(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += list.empty() ? "" : ", ";
    list += identifier(name);
  }
  return list;
}

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted.append(c == '\'' ? 2 : 1, c);
  }
  return quoted + '\'';
}

} // namespace

SqliteWriter::SqliteWriter(const std::string& path, std::string shown_path) : shown_path_(std::move(shown_path)) {
  const int result = sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  try {
    check(result);
    sqlite3_progress_handler(database_, progress_steps, on_progress, this);
    execute(settings);
  } catch (...) {
    sqlite3_close(database_);
    throw;
  }
}

SqliteWriter::~SqliteWriter() {
  // When the process is told to exit in the middle of on_progress, this runs below SQLite's own frames. It ends anyway:
  // leave all to the operating system.
  if (!in_sqlite_) {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
}

int SqliteWriter::on_progress(void* self) {
  auto* const writer = static_cast<SqliteWriter*>(self);
  writer->in_sqlite_ = true;
  int stop = 0;
  try {
    poll_interrupts();
  } catch (...) {
    writer->interruption_ = std::current_exception();
    stop = 1;
  }
  writer->in_sqlite_ = false;
  return stop;
}

void SqliteWriter::fail(int result) {
  if (interruption_) {
    std::rethrow_exception(std::exchange(interruption_, nullptr));
  }
  const int system_error = database_ == nullptr ? 0 : sqlite3_system_errno(database_);
  std::string reason = database_ == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(database_);
  const int kind = result & 0xFF;
  if (kind == SQLITE_NOMEM) {
    throw std::bad_alloc();
  }
  if (kind == SQLITE_CONSTRAINT) {
    throw Error(unique_violation, "could not write SQLite file \"" + shown_path_ + "\"", "SQLite says: " + reason + ".",
                "The rows of table " + table_ + " are not unique by (" + primary_key_ + ").");
  }
  if (kind == SQLITE_FULL) {
    file::fail_file(shown_path_, "write SQLite file", ENOSPC);
  }
  if (system_error != 0 && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN)) {
    reason += " (" + std::generic_category().message(system_error) + ")";
  }
  throw Error(sqlstate::io_error, "could not write SQLite file \"" + shown_path_ + "\"",
              "SQLite says: " + reason + ".");
}

void SqliteWriter::execute(const std::string& sql) {
  check(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr));
}

void SqliteWriter::start_table(std::string_view name, const std::vector<Column>& columns,
                               const std::vector<std::string_view>& primary_key) {
  name_ = name;
  table_ = identifier(name);
  primary_key_ = identifiers(primary_key);
  definition_.clear();
  std::string parameters;
  for (const Column& column : columns) {
    definition_ += definition_.empty() ? "" : ", ";
    definition_ += identifier(column.name) + " " + type_name(column.affinity);
    parameters += parameters.empty() ? "?" : ", ?";
  }
  execute("CREATE TABLE " + table_ + " (" + definition_ + ")");
  const std::string insert = "INSERT INTO " + table_ + " VALUES (" + parameters + ")";
  check(sqlite3_prepare_v2(database_, insert.c_str(), -1, &insert_, nullptr));
}

void SqliteWriter::insert_row() {
  const int result = sqlite3_step(insert_);
  if (result != SQLITE_DONE) [[unlikely]] {
    fail(result);
  }
  sqlite3_reset(insert_);
}

void SqliteWriter::finish_table() {
  check(sqlite3_finalize(std::exchange(insert_, nullptr)));
  if (!primary_key_.empty()) {
    declare_primary_key();
  }
}

// A key declared before the load would be maintained row by row, at random places: three times the whole load's time.
// So it is built as a unique index, by sorting, and then renamed to what it would have been: SQLite keeps a table's
// primary key as an index of this very form, named sqlite_autoindex_TABLE_1, without SQL of its own.
void SqliteWriter::declare_primary_key() {
  execute("CREATE UNIQUE INDEX mirror_primary_key ON " + table_ + " (" + primary_key_ + ")");
  execute(
      "PRAGMA writable_schema = ON;"
      "UPDATE sqlite_master SET sql = " +
      literal("CREATE TABLE " + table_ + " (" + definition_ + ", PRIMARY KEY (" + primary_key_ + "))") +
      " WHERE type = 'table' AND name = " + literal(name_) +
      ";UPDATE sqlite_master SET sql = NULL, name = 'sqlite_autoindex_' || tbl_name || '_1'"
      " WHERE type = 'index' AND name = 'mirror_primary_key';"
      "PRAGMA writable_schema = RESET");
}

void SqliteWriter::create_index(std::string_view name, std::string_view table,
                                const std::vector<std::string_view>& columns) {
  execute("CREATE INDEX " + identifier(name) + " ON " + identifier(table) + " (" + identifiers(columns) + ")");
}

void SqliteWriter::finish() {
  execute("COMMIT");
  check(sqlite3_close(database_));
  database_ = nullptr;
}

} // namespace lifecycle::mirror
