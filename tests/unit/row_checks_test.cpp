#include "functions/export/row_checks.hpp"

#include <gtest/gtest.h>

#include "functions/core/error.hpp"

namespace lifecycle::exporting {
namespace {

TEST(RowChecks, AreReadFromADocument) {
  const auto checks =
      read_columns(R"([{"name": "a", "required": true}, {"name": "b", "empty_is_null": true, "values": ["a", "b"]},
                                      {"name": "c"}, {"name": "d", "most_characters": 3}])");
  ASSERT_EQ(checks.size(), 4U);
  EXPECT_EQ(checks[1].name, "b");
  EXPECT_TRUE(checks[0].required);
  EXPECT_FALSE(checks[0].asks_text());
  EXPECT_TRUE(checks[1].empty_is_null);
  EXPECT_TRUE(checks[1].asks_text());
  EXPECT_FALSE(checks[2].required);
  EXPECT_FALSE(checks[2].asks_text());
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
