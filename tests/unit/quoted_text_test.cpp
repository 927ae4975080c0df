#include "functions/row/quoted_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lifecycle::row {
namespace {

std::string quoted(std::string_view text, Quoting quoting) {
  std::string room(text);
  const std::size_t size = text.size() + quotes_size(text, quoting);
  room.resize(size + 1, '#');
  const char* const end = put_in_quotes(room.data(), room.data() + text.size(), quoting);
  EXPECT_EQ(static_cast<std::size_t>(end - room.data()), size);
  EXPECT_EQ(room.back(), '#');
  room.pop_back();
  return room;
}

TEST(QuotedText, CsvDoublesQuotesAlone) {
  EXPECT_EQ(quoted("", Quoting::csv), R"("")");
  EXPECT_EQ(quoted("a", Quoting::csv), R"("a")");
  EXPECT_EQ(quoted(R"(")", Quoting::csv), R"("""")");
  EXPECT_EQ(quoted(R"(a"b\c)", Quoting::csv), R"("a""b\c")");
}

TEST(QuotedText, LiteralsEscapeBackslashes) {
  EXPECT_EQ(quoted(R"(a"b\c)", Quoting::array), R"("a\"b\\c")");
  EXPECT_EQ(quoted(R"(a"b\c)", Quoting::composite), R"("a""b\\c")");
  EXPECT_EQ(quoted(R"(\\""\\)", Quoting::array), R"("\\\\\"\"\\\\")");
}

TEST(QuotedText, QuotesAreWrittenWhereTheyAreNeeded) {
  for (const char* const text : {"", ",", "a,", "\"", "\r", "\n", "x\ny"}) {
    EXPECT_TRUE(needs_quotes(text, Quoting::csv, ',')) << text;
  }
  for (const char* const text : {"a", " ", "null", "{}", "\\", ";", "\xC3\xA9"}) {
    EXPECT_FALSE(needs_quotes(text, Quoting::csv, ',')) << text;
  }
  for (const char* const text : {"", ";", "{", "}", " ", "\t", "\v", "\\", "\"", "null", "NULL", "nUlL"}) {
    EXPECT_TRUE(needs_quotes(text, Quoting::array, ';')) << text;
  }
  for (const char* const text : {"a", ",", "nul", "nulls", "(", "[\x01"}) {
    EXPECT_FALSE(needs_quotes(text, Quoting::array, ';')) << text;
  }
  for (const char* const text : {"", ",", "(", ")", " ", "\f", "\\", "\""}) {
    EXPECT_TRUE(needs_quotes(text, Quoting::composite, ',')) << text;
  }
  for (const char* const text : {"null", "{", "}", ";"}) {
    EXPECT_FALSE(needs_quotes(text, Quoting::composite, ',')) << text;
  }
}

} // namespace
} // namespace lifecycle::row
