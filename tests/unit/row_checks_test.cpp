#include "functions/export/row_checks.hpp"

#include <gtest/gtest.h>

#include <string>

#include "functions/core/error.hpp"

namespace lifecycle::exporting {
namespace {

TEST(RowChecks, AreReadFromADocument) {
  const auto checks =
      read_columns(R"([{"name": "a", "required": true}, {"name": "b", "empty_is_null": true, "values": ["a", "b"]},
                                      {"name": "c", "searched": true}, {"name": "d", "most_characters": 3}])");
  ASSERT_EQ(checks.size(), 4U);
  EXPECT_EQ(checks[1].name, "b");
  EXPECT_TRUE(checks[0].required);
  EXPECT_FALSE(checks[0].asks_text());
  EXPECT_TRUE(checks[1].empty_is_null);
  EXPECT_TRUE(checks[1].asks_text());
  EXPECT_FALSE(checks[2].required);
  EXPECT_FALSE(checks[2].asks_text());
  EXPECT_TRUE(checks[2].searched);
  EXPECT_FALSE(checks[3].searched);
  EXPECT_TRUE(checks[3].asks_text());
}

TEST(RowChecks, RefuseAnythingElse) {
  for (const char* const document :
       {"", "[", "[{\"name\": \"a\", \"required\": 1}]", "[{\"name\": \"a\", \"values\": \"a\"}]", "[{}]", "[3]"}) {
    EXPECT_THROW(read_columns(document), Error) << document;
  }
}

TEST(RowChecks, ListsAreComparedByBytes) {
  ColumnChecks check;
  check.values = {"company", "person"};
  EXPECT_TRUE(check.takes_text("person"));
  EXPECT_FALSE(check.takes_text("Person"));
  EXPECT_FALSE(check.takes_text("persons"));
  EXPECT_FALSE(check.takes_text(""));
}

TEST(RowChecks, ListsOfShortTextsAreComparedAsNumbers) {
  const auto checks = read_columns(R"([{"name": "a", "values": ["", "company", "person", "fifteen letters"]},
                                      {"name": "b", "values": ["company", "sixteen letters!"]}])");
  EXPECT_EQ(checks[0].short_values.size(), 4U);
  EXPECT_TRUE(checks[1].short_values.empty());
  for (const char* const text : {"company", "fifteen letters", "", "person"}) {
    EXPECT_TRUE(checks[0].takes_text(text)) << text;
  }
  for (const std::string& text : {std::string("Company"), std::string("persons"), std::string("person\0", 7),
                                  std::string("\0", 1), std::string("sixteen letters!"), std::string(300, 'a')}) {
    EXPECT_FALSE(checks[0].takes_text(text)) << text;
  }
  EXPECT_TRUE(checks[1].takes_text("sixteen letters!"));
  EXPECT_FALSE(checks[1].takes_text("sixteen letters?"));
}

TEST(RowChecks, CharactersAreCountedNotBytes) {
  ColumnChecks check;
  check.most_characters = 3;
  EXPECT_TRUE(check.takes_text("abc"));
  EXPECT_FALSE(check.takes_text("abcd"));
  EXPECT_TRUE(check.takes_text("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
  EXPECT_FALSE(check.takes_text("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80x"));
}

TEST(RowChecks, YearsAreThoseThatAreExported) {
  EXPECT_TRUE(is_in_exported_years(-63'082'281'600'000'000));
  EXPECT_FALSE(is_in_exported_years(-63'082'281'600'000'001));
  EXPECT_TRUE(is_in_exported_years(252'455'615'999'999'999));
  EXPECT_FALSE(is_in_exported_years(252'455'616'000'000'000));
  EXPECT_FALSE(is_in_exported_years(INT64_MAX));
  EXPECT_FALSE(is_in_exported_years(INT64_MIN));
}

} // namespace
} // namespace lifecycle::exporting
