#include "functions/mirror/mirror_file.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"

namespace {

namespace fs = std::filesystem;
using lifecycle::Error;
using lifecycle::mirror::Affinity;
using lifecycle::mirror::MirrorFile;

class MirrorFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "mirror.XXXXXX";
    directory_ = mkdtemp(name.data());
    path_ = directory_ / "mirror.sqlite";
    temporary_ = path_.string() + ".lifecycle-new";
  }
  void TearDown() override {
    lifecycle::interrupt_hook = nullptr;
    fs::remove_all(directory_);
  }

  // A mirror of `rows` rows in contact_events, each with its number.
  void write_rows(int rows, int step = 1) const {
    MirrorFile file(path_);
    fill(file, rows, step);
    file.publish();
  }

  static void fill(MirrorFile& file, int rows, int step = 1) {
    auto& writer = file.writer();
    writer.start_table("contact_events", {{"source_system", Affinity::text}, {"source_record_id", Affinity::integer}},
                       {"source_system", "source_record_id"}, {{"by_record", {"source_record_id"}}});
    for (int i = 0; i < rows; ++i) {
      writer.bind_text(0, i % 2 == 0 ? "even" : "odd");
      writer.bind_integer(1, static_cast<std::int64_t>(i) * step);
      writer.insert_row();
    }
    writer.finish_table();
  }

  // The first column of the first row, as SQLite prints it; "(none)" without a row.
  [[nodiscard]] std::string ask(const std::string& sql) const {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_open_v2(path_.c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    std::string answer = "(none)";
    if (sqlite3_step(statement) == SQLITE_ROW) {
      const unsigned char* const value = sqlite3_column_text(statement, 0);
      answer = value == nullptr ? "(null)" : reinterpret_cast<const char*>(value);
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return answer;
  }

  void put(const fs::path& file, const std::string& content) const { std::ofstream(file) << content; }

  [[nodiscard]] std::string content(const fs::path& file) const {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  [[nodiscard]] long files() const {
    return std::distance(fs::directory_iterator(directory_), fs::directory_iterator());
  }

  template <typename Body>
  static std::string state_of(Body body) {
    try {
      body();
    } catch (const Error& error) {
      EXPECT_FALSE(error.detail().empty());
      return error.sqlstate();
    }
    return "no error";
  }

  fs::path directory_, path_, temporary_;
};

TEST_F(MirrorFileTest, HoldsEveryValue) {
  {
    MirrorFile file(path_);
    auto& writer = file.writer();
    writer.start_table(
        "t \"quoted\"",
        {{"i", Affinity::integer}, {"r", Affinity::real}, {"t\"", Affinity::text}, {"b", Affinity::blob}}, {});
    writer.bind_integer(0, INT64_MIN);
    writer.bind_real(1, 0.1);
    writer.bind_text(2, "wörd 1.50");
    writer.bind_blob(3, std::string_view("\0\xff", 2));
    writer.insert_row();
    writer.bind_null(0);
    writer.bind_null(1);
    writer.bind_text(2, "");
    writer.bind_null(3);
    writer.insert_row();
    writer.finish_table();
    file.publish();
  }
  EXPECT_EQ(ask(R"(SELECT i || ' ' || r || ' ' || "t""" || ' ' || hex(b) FROM "t ""quoted""" WHERE rowid = 1)"),
            "-9223372036854775808 0.1 wörd 1.50 00FF");
  EXPECT_EQ(ask(R"(SELECT (i IS NULL) + (r IS NULL) + ("t""" = '') + (b IS NULL) FROM "t ""quoted""" WHERE rowid = 2)"),
            "4");
  EXPECT_EQ(files(), 1);
}

TEST_F(MirrorFileTest, HasAPrimaryKeyLikeAnyOther) {
  write_rows(5000, 7);
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(ask("SELECT count(*) FROM contact_events"), "5000");
  EXPECT_EQ(ask("SELECT group_concat(name || pk) FROM pragma_table_info('contact_events')"),
            "source_system1,source_record_id2");
  EXPECT_EQ(ask("SELECT name || origin || \"unique\" FROM pragma_index_list('contact_events') WHERE origin = 'pk'"),
            "sqlite_autoindex_contact_events_1pk1");
  EXPECT_EQ(ask("SELECT source_record_id FROM contact_events WHERE source_system = 'odd' AND source_record_id = 7"),
            "7");

  // What SQLite does with the key when rows are written later.
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
  const auto run = [&](const char* sql) { return sqlite3_exec(database, sql, nullptr, nullptr, nullptr); };
  EXPECT_EQ(run("INSERT INTO contact_events VALUES ('odd', 7)"), SQLITE_CONSTRAINT);
  EXPECT_EQ(
      run("INSERT INTO contact_events VALUES ('odd', 7) ON CONFLICT (source_system, source_record_id) DO NOTHING"),
      SQLITE_OK);
  EXPECT_EQ(run("INSERT INTO contact_events VALUES ('new', 8)"), SQLITE_OK);
  EXPECT_EQ(run("DELETE FROM contact_events WHERE source_system = 'even'"), SQLITE_OK);
  EXPECT_EQ(run("VACUUM"), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(ask("SELECT count(*) FROM contact_events"), "2501");
}

// Where pages end depends on sizes; no number of rows and no size may leave a tree that SQLite calls malformed.
TEST_F(MirrorFileTest, IsSoundWhateverTheNumberAndSizeOfRows) {
  std::mt19937 random(20250301);
  const auto write = [&](int rows, unsigned longest_key, unsigned longest_value) {
    MirrorFile file(path_);
    auto& writer = file.writer();
    writer.start_table("contacts", {{"email", Affinity::text}}, {}, {{"by_email", {"email"}}});
    writer.finish_table();
    writer.start_table("t",
                       {{"k", Affinity::text}, {"i", Affinity::integer}, {"r", Affinity::real}, {"v", Affinity::blob}},
                       {"k", "i"}, {{"by_number", {"r", "i"}}, {"by_value", {"v"}}});
    for (int i = 0; i < rows; ++i) {
      const std::string key(random() % (longest_key + 1), static_cast<char>('a' + random() % 26));
      std::string value(random() % (longest_value + 1), '\0');
      for (std::size_t at = 0; at < value.size(); at += 3) {
        value[at] = static_cast<char>(random());
      }
      writer.bind_text(0, key);
      writer.bind_integer(1, i % 2 == 0 ? -i * std::int64_t{40000} * i : i);
      random() % 4 == 0 ? writer.bind_null(2) : writer.bind_real(2, static_cast<double>(i % 13) / -4.0 + 1);
      random() % 4 == 0 ? writer.bind_null(3) : writer.bind_blob(3, value);
      writer.insert_row();
    }
    writer.finish_table();
    file.publish();
  };
  const auto check = [&](int rows, unsigned longest_key, unsigned longest_value) {
    write(rows, longest_key, longest_value);
    ASSERT_EQ(ask("PRAGMA integrity_check"), "ok") << rows << " rows, " << longest_key << ", " << longest_value;
    ASSERT_EQ(ask("SELECT count(*) FROM t"), std::to_string(rows));
  };
  for (int rows = 0; rows < 40; ++rows) {
    check(rows, 0, 0);
    check(rows, 2100, 9000);
    check(rows, 20000, 40000);
  }
  for (int rows = 300; rows < 320; ++rows) {
    check(rows, 2040, 100);
    check(rows * 30, 10, 4);
  }
  check(30000, 60, 60);
}

TEST_F(MirrorFileTest, SortsKeysThroughAFileToo) {
  for (const std::size_t run_bytes : {std::size_t{100}, std::size_t{5000}, std::size_t{10000000}}) {
    std::mt19937 random(7);
    std::vector<std::string> expected;
    lifecycle::mirror::KeySorter sorter(directory_ / "x", "x", run_bytes);
    for (int i = 0; i < 5000; ++i) {
      std::string key = "the same beginning" + std::string(random() % 30, static_cast<char>(random() % 3));
      key += std::to_string(random() % 100);
      sorter.add(key);
      expected.push_back(key);
    }
    sorter.add(std::string(200000, 'l'));
    expected.emplace_back(200000, 'l');
    std::sort(expected.begin(), expected.end());
    sorter.sort();
    std::vector<std::string> sorted;
    for (std::string_view key; sorter.next(&key);) {
      sorted.emplace_back(key);
    }
    EXPECT_EQ(sorted, expected);
    EXPECT_EQ(files(), 0);
  }
}

TEST_F(MirrorFileTest, DuplicateKeysAreAnError) {
  EXPECT_EQ(state_of([&] { write_rows(3, 0); }), "23505");
  EXPECT_EQ(files(), 0);
}

TEST_F(MirrorFileTest, UnpublishedLeavesTheOldFileAndNothingElse) {
  write_rows(10);
  const std::string before = content(path_);
  {
    MirrorFile file(path_);
    fill(file, 20);
    EXPECT_EQ(ask("SELECT count(*) FROM contact_events"), "10");
  }
  EXPECT_EQ(content(path_), before);
  EXPECT_EQ(files(), 1);
  write_rows(30);
  EXPECT_EQ(ask("SELECT count(*) FROM contact_events"), "30");
}

TEST_F(MirrorFileTest, OverwritesWhatAKilledRunHasLeft) {
  put(temporary_, "half a database");
  write_rows(10);
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(files(), 1);
}

TEST_F(MirrorFileTest, OneWriterAtATime) {
  MirrorFile first(path_);
  EXPECT_EQ(state_of([&] { MirrorFile second(path_); }), "55P03");
  EXPECT_TRUE(fs::exists(temporary_));
  fill(first, 10);
  first.publish();
  EXPECT_EQ(ask("SELECT count(*) FROM contact_events"), "10");
}

TEST_F(MirrorFileTest, TheLockOfAKilledWriterIsGone) {
  const pid_t child = fork();
  if (child == 0) {
    MirrorFile file(path_);
    fill(file, 100000);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(fs::exists(temporary_));
  EXPECT_FALSE(fs::exists(path_));
  write_rows(10);
  EXPECT_EQ(ask("SELECT count(*) FROM contact_events"), "10");
  EXPECT_EQ(files(), 1);
}

TEST_F(MirrorFileTest, ReplacesNothingButAMirror) {
  put(path_, "precious");
  EXPECT_EQ(state_of([&] { write_rows(1); }), "42809");
  EXPECT_EQ(content(path_), "precious");
  put(path_, "SQLite format 4 and more text");
  EXPECT_EQ(state_of([&] { write_rows(1); }), "42809");
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_EQ(state_of([&] { write_rows(1); }), "42809");
  fs::remove(path_);
  fs::create_symlink("elsewhere", path_);
  EXPECT_EQ(state_of([&] { write_rows(1); }), "42809");
  fs::remove(path_);
  put(path_, "");
  EXPECT_EQ(state_of([&] { write_rows(1); }), "no error");
}

TEST_F(MirrorFileTest, RefusesAFileWithAJournal) {
  write_rows(10);
  put(path_.string() + "-wal", "changes");
  EXPECT_EQ(state_of([&] { write_rows(20); }), "55006");
  fs::remove(path_.string() + "-wal");
  MirrorFile file(path_);
  fill(file, 30);
  put(path_.string() + "-journal", "changes");
  EXPECT_EQ(state_of([&] { file.publish(); }), "55006");
  fs::remove(path_.string() + "-journal");
  EXPECT_EQ(ask("SELECT count(*) FROM contact_events"), "10");
}

TEST_F(MirrorFileTest, FileErrorsNameThePath) {
  EXPECT_EQ(state_of([&] { MirrorFile file(directory_ / "missing" / "m.sqlite"); }), "58P01");
  EXPECT_EQ(state_of([&] { MirrorFile file("/proc/nowhere.sqlite"); }), "58P01");
  EXPECT_EQ(state_of([&] { MirrorFile file(directory_ / std::string(300, 'x')); }), "58030");
  fs::create_symlink(directory_ / "victim", temporary_);
  EXPECT_EQ(state_of([&] { MirrorFile file(path_); }), "58030");
  EXPECT_FALSE(fs::exists(directory_ / "victim"));
  try {
    MirrorFile file(directory_ / "missing" / "m.sqlite");
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find((directory_ / "missing" / "m.sqlite").string()), std::string::npos);
    EXPECT_NE(error.detail().find("No such file or directory"), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_F(MirrorFileTest, DiskFullIsReported) {
  if (access("/dev/full", W_OK) != 0) {
    GTEST_SKIP() << "no /dev/full here";
  }
  try {
    lifecycle::mirror::SqliteWriter writer("/dev/full", "mirror.sqlite");
    writer.start_table("t", {{"a", Affinity::text}}, {});
    const std::string value(100000, 'x');
    for (int i = 0; i < 100; ++i) {
      writer.bind_text(0, value);
      writer.insert_row();
    }
    writer.finish_table();
    ADD_FAILURE() << "a full disk went unnoticed";
  } catch (const Error& error) {
    EXPECT_STREQ(error.sqlstate(), "58030");
    EXPECT_NE(std::string(error.what()).find("mirror.sqlite"), std::string::npos);
  }
}

TEST_F(MirrorFileTest, PermissionsAreKept) {
  write_rows(1);
  const auto mode = [&] { return static_cast<unsigned>(fs::status(path_).permissions()); };
  EXPECT_EQ(mode(), 0600U);
  fs::permissions(path_, fs::perms(0640));
  write_rows(2);
  EXPECT_EQ(mode(), 0640U);
}

TEST_F(MirrorFileTest, AnInterruptInTheMiddleOfAnIndexArrivesAndLeavesNothing) {
  static int polls;
  polls = 0;
  lifecycle::interrupt_hook = [] {
    if (++polls == 40) {
      throw Error("57014", "canceling statement", "Test.");
    }
  };
  EXPECT_EQ(state_of([&] { write_rows(200000); }), "57014");
  EXPECT_EQ(polls, 40);
  EXPECT_EQ(files(), 0);
}

} // namespace
