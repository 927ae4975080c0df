#include "functions/mirror/sqlite_writer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/file/replacement_file.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mirror {
namespace {

constexpr char unique_violation[] = "23505";
constexpr std::size_t most_record = 1000000000; // SQLite's own limit, as it is usually built

// What SQLite does itself is little: it makes empty tables and indexes.
constexpr char settings[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN";

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

// An SQLite connection that is closed however its use ends.
class Connection {
 public:
  Connection(const std::string& path, const std::string& shown_path) : shown_path_(&shown_path) {
    const int result = sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (result != SQLITE_OK) {
      try {
        fail(result);
      } catch (...) {
        sqlite3_close(database_);
        throw;
      }
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { sqlite3_close(database_); }

  void execute(const std::string& sql) {
    if (const int result = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr); result != SQLITE_OK) {
      fail(result);
    }
  }

  // The page at which a table or an index begins.
  std::uint32_t root_of(std::string_view name) {
    sqlite3_stmt* statement = nullptr;
    int result =
        sqlite3_prepare_v2(database_, "SELECT rootpage FROM sqlite_master WHERE name = ?1", -1, &statement, nullptr);
    if (result != SQLITE_OK) {
      fail(result);
    }
    sqlite3_bind_text64(statement, 1, name.data(), name.size(), SQLITE_STATIC, SQLITE_UTF8);
    result = sqlite3_step(statement);
    const auto root = result == SQLITE_ROW ? static_cast<std::uint32_t>(sqlite3_column_int64(statement, 0)) : 0;
    sqlite3_finalize(statement);
    if (root == 0) {
      fail(result);
    }
    return root;
  }

 private:
  [[noreturn]] void fail(int result) {
    const int system_error = database_ == nullptr ? 0 : sqlite3_system_errno(database_);
    std::string reason = database_ == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(database_);
    const int kind = result & 0xFF;
    if (kind == SQLITE_NOMEM) {
      throw std::bad_alloc();
    }
    if (kind == SQLITE_FULL) {
      file::fail_file(*shown_path_, "write SQLite file", ENOSPC);
    }
    if (system_error != 0 && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN)) {
      reason += " (" + std::generic_category().message(system_error) + ")";
    }
    throw Error(sqlstate::io_error, "could not write SQLite file \"" + *shown_path_ + "\"",
                "SQLite says: " + reason + ".");
  }

  const std::string* shown_path_;
  sqlite3* database_ = nullptr;
};

// Where the columns of a list stand among those of the table; SQLite has made sure that they do.
std::vector<std::size_t> positions(const std::vector<std::string_view>& names, const std::vector<Column>& columns) {
  std::vector<std::size_t> places;
  for (const std::string_view name : names) {
    const auto at =
        std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
    places.push_back(static_cast<std::size_t>(at - columns.begin()));
  }
  return places;
}

} // namespace

SqliteWriter::SqliteWriter(std::string path, std::string shown_path)
    : path_(std::move(path)), shown_path_(std::move(shown_path)) {}

void SqliteWriter::start_table(std::string_view name, const std::vector<Column>& columns,
                               const std::vector<std::string_view>& primary_key, const std::vector<Index>& indexes) {
  table_ = identifier(name);
  primary_key_ = identifiers(primary_key);
  std::string definition;
  for (const Column& column : columns) {
    definition += definition.empty() ? "" : ", ";
    definition += identifier(column.name) + " " + type_name(column.affinity);
  }
  if (!primary_key.empty()) {
    definition += ", PRIMARY KEY (" + primary_key_ + ")";
  }
  Connection connection(path_, shown_path_);
  connection.execute("PRAGMA page_size = " + std::to_string(page_size) + ";" + settings);
  connection.execute("CREATE TABLE " + table_ + " (" + definition + ")");
  indexes_.clear();
  if (!primary_key.empty()) {
    add_index(connection.root_of("sqlite_autoindex_" + std::string(name) + "_1"), positions(primary_key, columns),
              true);
  }
  for (const Index& index : indexes) {
    connection.execute("CREATE INDEX " + identifier(index.name) + " ON " + table_ + " (" + identifiers(index.columns) +
                       ")");
    add_index(connection.root_of(index.name), positions(index.columns, columns), false);
  }
  const std::uint32_t root = connection.root_of(name);
  connection.execute("COMMIT");
  start_rows(root, columns.size());
}

void SqliteWriter::add_index(std::uint32_t root, std::vector<std::size_t> columns, bool is_unique) {
  indexes_.push_back({root, std::move(columns), is_unique, std::make_unique<KeySorter>(path_, shown_path_)});
}

void SqliteWriter::start_rows(std::uint32_t root, std::size_t columns) {
  file_ = nullptr;
  file_ = std::make_unique<PageFile>(path_, shown_path_);
  rows_ = std::make_unique<Tree>(*file_, Tree::Kind::table, root);
  row_.assign(columns, Value());
  row_number_ = 0;
}

void SqliteWriter::check_size() const {
  if (record_.size() > most_record) {
    throw Error(sqlstate::program_limit_exceeded, "could not write SQLite file \"" + shown_path_ + "\"",
                "A row of table " + table_ + " takes " + std::to_string(record_.size()) + " bytes; SQLite takes " +
                    std::to_string(most_record) + ".");
  }
}

void SqliteWriter::insert_row() {
  write_record(row_, record_);
  check_size();
  rows_->add(record_, ++row_number_);
  for (const IndexInWork& index : indexes_) {
    key_.clear();
    for (const std::size_t column : index.columns) {
      append_key(key_, row_[column]);
    }
    key_.append(row_number_size, '\0');
    put_big_endian(key_.data() + key_.size() - row_number_size, row_number_, row_number_size);
    index.sorter->add(key_);
  }
}

void SqliteWriter::finish_table() {
  rows_->finish();
  for (IndexInWork& index : indexes_) {
    fill_index(index);
    index.sorter = nullptr;
  }
  file_->finish();
}

void SqliteWriter::fill_index(IndexInWork& index) {
  Tree tree(*file_, Tree::Kind::index, index.root);
  std::vector<Value> values;
  std::vector<std::string> storage;
  std::string previous;
  index.sorter->sort();
  unsigned polled = 0;
  for (std::string_view key; index.sorter->next(&key);) {
    if (++polled % interrupt_interval == 0) {
      poll_interrupts();
    }
    const std::string_view value_part = key.substr(0, key.size() - row_number_size);
    read_key(value_part, index.columns.size(), values, storage);
    if (index.is_unique) {
      require_new(value_part, previous, values);
      previous = value_part;
    }
    Value& row = values.emplace_back();
    row.form = Value::Form::integer;
    for (const char byte : key.substr(value_part.size())) {
      row.integer = row.integer << 8U | static_cast<unsigned char>(byte);
    }
    write_record(values, record_);
    tree.add(record_);
  }
  tree.finish();
}

void SqliteWriter::require_new(std::string_view key, std::string_view previous,
                               const std::vector<Value>& values) const {
  const auto is_null = [](const Value& value) { return value.form == Value::Form::null; };
  if (key == previous && std::none_of(values.begin(), values.end(), is_null)) {
    throw Error(unique_violation, "could not write SQLite file \"" + shown_path_ + "\"",
                "The rows of table " + table_ + " are not unique by (" + primary_key_ + ").");
  }
}

} // namespace lifecycle::mirror
