#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/file/input_file.hpp"
#include "functions/file/output_file.hpp"
#include "functions/file/server_path.hpp"

namespace lifecycle::file {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::TestWithParam<Compression> {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "file.XXXXXX";
    directory_ = mkdtemp(name.data());
    path_ = directory_ / "rows";
  }
  void TearDown() override {
    interrupt_hook = nullptr;
    limits = Limits{};
    fs::remove_all(directory_);
  }

  void write(const std::vector<std::string>& lines) const {
    OutputFile file(path_, GetParam());
    for (const std::string& line : lines) {
      file.append(line);
      file.append("\n");
    }
    file.publish();
    EXPECT_EQ(file.bytes(), fs::file_size(path_));
    EXPECT_EQ(file.hash(), hash_of(path_));
  }

  static std::vector<std::string> read(const std::string& path) {
    InputFile file(path);
    std::vector<std::string> lines;
    while (const auto line = file.next_line()) {
      lines.emplace_back(*line);
    }
    EXPECT_EQ(file.line_number(), lines.size());
    EXPECT_EQ(file.bytes(), fs::file_size(path));
    EXPECT_FALSE(file.next_line().has_value());
    return lines;
  }

  static std::string hash_of(const std::string& path) {
    InputFile file(path);
    file.read_to_end();
    return file.hash();
  }

  static std::string content(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static void put(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

  // The SQLSTATE that the body raises, or nothing.
  template <typename Body>
  static std::string error_of(Body body) {
    try {
      body();
    } catch (const Error& error) {
      return error.sqlstate();
    }
    return "";
  }

  [[nodiscard]] std::size_t files_there() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), fs::directory_iterator()));
  }

  fs::path directory_;
  std::string path_;
};

// Text that packs about as well as rows do, and no two lines alike.
std::string words(std::size_t size, unsigned seed) {
  std::string text;
  while (text.size() < size) {
    seed = seed * 1664525U + 1013904223U;
    text += "{\"key\":" + std::to_string(seed >> 8U) + "}";
  }
  text.resize(size);
  return text;
}

TEST_P(FileTest, LinesComeBackAsTheyWere) {
  std::vector<std::string> lines = {"", "a", "", std::string(1, '\r'), std::string("nul\0byte", 8)};
  for (unsigned i = 0; i < 40; ++i) {
    // Around the sizes of every buffer on the way.
    for (const std::size_t size : {64UL * 1024, 256UL * 1024}) {
      lines.push_back(words(size - 20 + i, i));
    }
  }
  for (unsigned i = 0; i < 20000; ++i) {
    lines.push_back(words(i % 300, i));
  }
  write(lines);
  EXPECT_EQ(read(path_), lines);
}

// Left beside the name by somebody who can write in the directory, to have what is exported, or to have a file emptied.
TEST_P(FileTest, NothingIsWrittenIntoWhatIsNotOurs) {
  const std::string mine = directory_ / "mine";
  put(mine, "kept");
  fs::create_hard_link(mine, path_ + ".lifecycle-new");
  EXPECT_EQ(error_of([&] { write({"a"}); }), "42809");
  EXPECT_EQ(content(mine), "kept");
  fs::remove(path_ + ".lifecycle-new");
  ASSERT_EQ(mkfifo((path_ + ".lifecycle-new").c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { write({"a"}); }), "42809");
  fs::remove(path_ + ".lifecycle-new");
  if (geteuid() == 0) {
    put(path_ + ".lifecycle-new", "");
    ASSERT_EQ(chown((path_ + ".lifecycle-new").c_str(), 65534, 65534), 0);
    EXPECT_EQ(error_of([&] { write({"a"}); }), "42809");
    fs::remove(path_ + ".lifecycle-new");
  }
  write({"a"});
  EXPECT_EQ(read(path_), std::vector<std::string>{"a"});
}

TEST_P(FileTest, WhatPacksVeryWellComesBackWhole) {
  const std::vector<std::string> lines = {std::string(5'000'000, 'x'), std::string(3'000'000, 'y')};
  write(lines);
  EXPECT_EQ(read(path_), lines);
}

TEST_P(FileTest, NoLinesAreAFileToo) {
  write({});
  EXPECT_TRUE(read(path_).empty());
}

TEST_P(FileTest, TheSameRowsGiveTheSameBytes) {
  write({words(100'000, 1), "x"});
  const std::string first = content(path_);
  write({words(100'000, 1), "x"});
  EXPECT_EQ(content(path_), first);
}

TEST_P(FileTest, UntilPublishedTheOldFileStays) {
  write({"old"});
  {
    OutputFile file(path_, GetParam());
    file.append(words(1'000'000, 1));
    EXPECT_EQ(read(path_), std::vector<std::string>{"old"});
  }
  EXPECT_EQ(read(path_), std::vector<std::string>{"old"});
  EXPECT_EQ(files_there(), 1U);
}

TEST_P(FileTest, ANewFileIsItsOwnersAlone) {
  write({"x"});
  struct stat status = {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_P(FileTest, InterruptsEndReadingAndWriting) {
  write({words(3'000'000, 1)});
  interrupt_hook = [] { throw Error("57014", "cancelled"); };
  EXPECT_EQ(error_of([&] { read(path_); }), "57014");
  EXPECT_EQ(error_of([&] { write({words(3'000'000, 2)}); }), "57014");
  interrupt_hook = nullptr;
  EXPECT_EQ(read(path_).front(), words(3'000'000, 1));
}

TEST_P(FileTest, ALineIsBoundedByTheDocumentLimit) {
  write({words(2'000'000, 1)});
  limits.max_document_bytes = 1'000'000;
  EXPECT_EQ(error_of([&] { read(path_); }), "54000");
}

TEST_P(FileTest, ALastLineNeedNotHaveALineFeed) {
  OutputFile file(path_, GetParam());
  file.append("one\ntwo");
  file.publish();
  EXPECT_EQ(read(path_), (std::vector<std::string>{"one", "two"}));
}

std::string name_of(const testing::TestParamInfo<Compression>& tested) {
  constexpr const char* names[] = {"none", "gzip", "zstd"};
  return names[static_cast<int>(tested.param)];
}

INSTANTIATE_TEST_SUITE_P(Every, FileTest, testing::Values(Compression::none, Compression::gzip, Compression::zstd),
                         name_of);

class PackedFileTest : public FileTest {};

TEST_P(PackedFileTest, EveryTruncationIsSeen) {
  write({words(3000, 1)});
  const std::string whole = content(path_);
  for (std::size_t size = compression_head; size < whole.size(); ++size) {
    put(path_, whole.substr(0, size));
    EXPECT_EQ(error_of([&] { read(path_); }), sqlstate::data_corrupted) << size;
  }
}

TEST_P(PackedFileTest, DamageIsSeen) {
  write({words(300'000, 1)});
  const std::string whole = content(path_);
  for (std::size_t at = 100; at < whole.size(); at += whole.size() / 50) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    put(path_, damaged);
    EXPECT_EQ(error_of([&] { read(path_); }), sqlstate::data_corrupted) << at;
  }
}

TEST_P(PackedFileTest, SeveralMembersAreOneFile) {
  write({"one"});
  const std::string first = content(path_);
  write({"two", words(500'000, 3)});
  put(path_, first + content(path_));
  EXPECT_EQ(read(path_), (std::vector<std::string>{"one", "two", words(500'000, 3)}));
  put(path_, first + "rubbish");
  EXPECT_EQ(error_of([&] { read(path_); }), sqlstate::data_corrupted);
}

INSTANTIATE_TEST_SUITE_P(Every, PackedFileTest, testing::Values(Compression::gzip, Compression::zstd), name_of);

class PlainFileTest : public FileTest {};

TEST_P(PlainFileTest, TheHashIsXxh128sums) {
  OutputFile file(path_, GetParam());
  file.publish();
  EXPECT_EQ(file.hash(), "99aa06d3014798d86001c324468d497f"); // xxh128sum /dev/null
}

TEST_P(PlainFileTest, OnlyRegularFilesAreReadAndReplaced) {
  EXPECT_EQ(error_of([&] { read(path_); }), "58P01");
  EXPECT_EQ(error_of([&] { read(directory_); }), "42809");
  fs::create_directory(path_);
  EXPECT_EQ(error_of([&] { write({"x"}); }), "42809");
  fs::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { read(path_); }), "42809");
  EXPECT_EQ(error_of([&] { write({"x"}); }), "42809");
  fs::remove(path_);
  fs::create_symlink("/dev/full", path_);
  EXPECT_EQ(error_of([&] { write({"x"}); }), "42809");
}

TEST_P(PlainFileTest, ASecondWriterIsRefused) {
  OutputFile file(path_, GetParam());
  EXPECT_EQ(error_of([&] { OutputFile(path_, GetParam()); }), "55P03");
}

TEST_P(PlainFileTest, PathsAreAbsoluteAndOutsideTheCluster) {
  const fs::path cluster = directory_ / "cluster";
  const fs::path space = directory_ / "space";
  fs::create_directories(cluster / "base");
  fs::create_directories(cluster / "pg_tblspc");
  fs::create_directories(space / "deep");
  fs::create_directory_symlink(space, cluster / "pg_tblspc" / "16384");
  fs::create_directory_symlink(cluster / "base", directory_ / "way_in");
  const std::vector<std::string> forbidden = server_directories(cluster);
  const auto outcome = [&](const std::string& path) {
    try {
      return writable_path(path, forbidden);
    } catch (const Error& error) {
      return std::string(error.sqlstate());
    }
  };
  EXPECT_EQ(outcome(directory_ / "file"), (directory_ / "file").string());
  EXPECT_EQ(outcome(directory_ / "cluster-2"), (directory_ / "cluster-2").string());
  EXPECT_EQ(outcome(directory_ / "space" / ".." / "file"), (directory_ / "file").string());
  EXPECT_EQ(outcome("/file"), "/file");
  for (const fs::path& path :
       {cluster / "file", cluster / "base" / "file", directory_ / "way_in" / "file", space / "file",
        space / "deep" / "file", directory_ / "space" / ".." / "cluster" / "x"}) {
    EXPECT_EQ(outcome(path), "42501") << path;
  }
  EXPECT_EQ(outcome(directory_ / "none" / "file"), "58P01");
  for (const std::string path : {"", "file", "./file", "/", "/tmp/", "/tmp/.", "/tmp/.."}) {
    EXPECT_EQ(outcome(path), "42602") << path;
  }
}

TEST_P(PlainFileTest, CompressionsHaveNames) {
  EXPECT_EQ(compression_named("none"), Compression::none);
  EXPECT_EQ(compression_named("gzip"), Compression::gzip);
  EXPECT_EQ(compression_named("zstd"), Compression::zstd);
  EXPECT_EQ(error_of([] { compression_named("lz4"); }), sqlstate::invalid_parameter_value);
}

INSTANTIATE_TEST_SUITE_P(Every, PlainFileTest, testing::Values(Compression::none), name_of);

} // namespace
} // namespace lifecycle::file
