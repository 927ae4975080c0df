#include "functions/export/file_pipe.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "functions/core/error.hpp"

namespace lifecycle::exporting {
namespace {

class FilePipeTest : public testing::Test {
 protected:
  FilePipeTest() { std::filesystem::create_directory(directory_); }
  ~FilePipeTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path() const { return directory_ / "rows"; }
  [[nodiscard]] std::string content() const {
    std::ostringstream all;
    all << std::ifstream(path()).rdbuf();
    return all.str();
  }
  [[nodiscard]] bool is_empty() const { return std::filesystem::is_empty(directory_); }

 private:
  std::filesystem::path directory_ = std::filesystem::temp_directory_path() / ("file_pipe." + std::to_string(getpid()));
};

TEST_F(FilePipeTest, WritesAllRowsInOrderAndTheirChecksum) {
  std::string wanted;
  parity::Checksum checksum;
  FilePipe pipe(path(), file::Compression::none);
  for (int i = 0; i < 200'000; ++i) {
    const std::string row = "row " + std::to_string(i);
    pipe.append(row);
    pipe.append("\n");
    pipe.end_row(row);
    wanted += row + "\n";
    checksum.add(row);
  }
  pipe.publish();
  EXPECT_EQ(content(), wanted);
  EXPECT_EQ(pipe.bytes(), wanted.size());
  EXPECT_EQ(pipe.checksum().count, checksum.count);
  EXPECT_EQ(pipe.checksum().sum, checksum.sum);
}

TEST_F(FilePipeTest, LeavesNothingUnlessPublished) {
  {
    FilePipe pipe(path(), file::Compression::zstd);
    for (int i = 0; i < 100'000; ++i) {
      pipe.append("some bytes of a row that is not wanted");
      pipe.end_row("text");
    }
  }
  EXPECT_TRUE(is_empty());
}

TEST_F(FilePipeTest, ReportsWhatTheThreadMetToTheCaller) {
  // A limit on the size of files stands for a full disk.
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 100'000;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(
      {
        FilePipe pipe(path(), file::Compression::none);
        for (int i = 0; i < 100'000; ++i) {
          pipe.append("some bytes of a row for which there is no room");
          pipe.end_row("text");
        }
        pipe.publish();
      },
      Error);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(is_empty());
}

} // namespace
} // namespace lifecycle::exporting
