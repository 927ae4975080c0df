// Parts of an export add up, and go from process to process as bytes.
#include "functions/export/part.hpp"

#include <gtest/gtest.h>

#include "functions/core/error.hpp"

namespace lifecycle::exporting {
namespace {

Figures figures(std::int64_t rows, std::int64_t earliest, std::int64_t latest, std::uint64_t sum) {
  return {.rows = rows,
          .earliest = earliest,
          .latest = latest,
          .checksum = {.count = static_cast<std::uint64_t>(rows), .sum = sum}};
}

Part part(std::int64_t number, std::string lines) {
  Part made;
  made.files.push_back({.number = number, .bytes = 10 * number, .hash = "abc", .figures = figures(number, -5, 7, 3)});
  made.rejected = 2;
  made.lines = std::move(lines);
  made.waiting = figures(1, number, number, UINT64_MAX);
  return made;
}

TEST(ExportPart, GoesAsBytes) {
  const Part read = read_part(part(7, std::string("a\0b\n", 4)).bytes());
  ASSERT_EQ(read.files.size(), 1U);
  EXPECT_EQ(read.files[0].number, 7);
  EXPECT_EQ(read.files[0].bytes, 70);
  EXPECT_EQ(read.files[0].hash, "abc");
  EXPECT_EQ(read.files[0].figures.earliest, -5);
  EXPECT_EQ(read.files[0].figures.checksum.sum, 3U);
  EXPECT_EQ(read.rejected, 2);
  EXPECT_EQ(read.lines, std::string_view("a\0b\n", 4));
  EXPECT_EQ(read.waiting.latest, 7);
  EXPECT_EQ(read_part(Part().bytes()).files.size(), 0U);
}

TEST(ExportPart, DamagedBytesAreRefused) {
  const std::string bytes = part(7, "line").bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(read_part(std::string_view(bytes).substr(0, size)), Error) << size;
  }
  EXPECT_THROW(read_part(bytes + "x"), Error);
  EXPECT_THROW(read_part(std::string(64, '\xFF')), Error);
}

TEST(ExportPart, PartsAddUpInTheOrderOfTheirFiles) {
  Part sum;
  for (const std::int64_t number : {3, 1, 2}) {
    sum.add(part(number, std::to_string(number)));
  }
  ASSERT_EQ(sum.files.size(), 3U);
  EXPECT_EQ(sum.files[0].number, 1);
  EXPECT_EQ(sum.files[2].number, 3);
  EXPECT_EQ(sum.rejected, 6);
  EXPECT_EQ(sum.lines, "312");
  EXPECT_EQ(sum.waiting.rows, 3);
  EXPECT_EQ(sum.waiting.earliest, 1);
  EXPECT_EQ(sum.waiting.latest, 3);
  EXPECT_EQ(sum.waiting.checksum.count, 3U);
  EXPECT_EQ(sum.waiting.checksum.sum, UINT64_MAX - 2);
}

} // namespace
} // namespace lifecycle::exporting
