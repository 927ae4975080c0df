#include "functions/core/message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

std::string copied(const std::string& from, std::size_t size) {
  std::string to(size + 1, '\x7f');
  lifecycle::copy_message(to.data(), size, from.c_str());
  EXPECT_EQ(to[size], '\x7f') << "written past the end";
  return {to.c_str()};
}

TEST(CopyMessage, KeepsWhatFits) {
  EXPECT_EQ(copied("", 4), "");
  EXPECT_EQ(copied("abc", 4), "abc");
  EXPECT_EQ(copied("größe 😀", 64), "größe 😀");
}

TEST(CopyMessage, CutsBetweenCharacters) {
  EXPECT_EQ(copied("abcd", 4), "…");
  EXPECT_EQ(copied("abcdefgh", 8), "abcd…");
  const std::string accents = "éééééééé";
  const std::string faces = "😀😀😀😀";
  for (std::size_t size = 4; size <= accents.size(); ++size) {
    const std::string cut = copied(accents, size);
    EXPECT_LT(cut.size(), size);
    EXPECT_GE(cut.size() + 2, size) << "no more than one character is given up";
    EXPECT_EQ(cut, accents.substr(0, (size - 4) / 2 * 2) + "…");
    EXPECT_EQ(copied(faces, size), faces.substr(0, (size - 4) / 4 * 4) + "…");
  }
}

TEST(CopyMessage, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(copied("a\xFFz", 16), "a?z");
  EXPECT_EQ(copied("\xC0\xAF", 16), "??") << "overlong";
  EXPECT_EQ(copied("\xE0\x80\xAF", 16), "???") << "overlong";
  EXPECT_EQ(copied("\xF0\x80\x80\xAF", 16), "????") << "overlong";
  EXPECT_EQ(copied("\xED\xA0\x80", 16), "???") << "surrogate";
  EXPECT_EQ(copied("\xF4\x90\x80\x80", 16), "????") << "above U+10FFFF";
  EXPECT_EQ(copied("\xE2\x82", 16), "??") << "ends inside a sequence";
  EXPECT_EQ(copied("\xE2\x82z", 16), "??z") << "sequence broken off";
  EXPECT_EQ(copied("\xF0\x9F\x98", 16), "???");
  EXPECT_EQ(copied("\xF4\x8F\xBF\xBF", 16), "\xF4\x8F\xBF\xBF") << "the last code point";
  EXPECT_EQ(copied(std::string(40, '\x80'), 16), std::string(12, '?') + "…");
}

} // namespace
