#include "functions/core/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lifecycle {
namespace {

TEST(Utf8, CutsBetweenCharacters) {
  const std::string text = "aé€😀"; // of 1, 2, 3 and 4 bytes
  const std::vector<std::size_t> ends = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t bytes = 0; bytes < ends.size(); ++bytes) {
    EXPECT_EQ(whole_characters(text, bytes), text.substr(0, ends[bytes])) << bytes;
  }
}

TEST(Utf8, SaysThatSomethingIsMissing) {
  EXPECT_EQ(shorten("", 0), "");
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("longer", 5), "longe…");
  EXPECT_EQ(shorten("aéé", 2), "a…");
  EXPECT_EQ(shorten("日本語", 5), "日…");
  EXPECT_EQ(shorten("語", 1), "…");
  EXPECT_EQ(shorten("\x80\x80\x80", 1), "…") << "not even UTF-8: no loop, no overrun";
}

TEST(Utf8, CountsCharacters) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("aé€😀"), 4U);
}

} // namespace
} // namespace lifecycle
