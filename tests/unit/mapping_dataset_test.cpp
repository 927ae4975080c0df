// What mappings onto the columns of a contract add to the language: value maps, lists of valid values, and values read
// out of texts.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "functions/dataset/targets.hpp"
#include "functions/mapping/scalar.hpp"
#include "tests/unit/mapping_fixture.hpp"

namespace {

using namespace mapping_fixture;
using lifecycle::dataset::ColumnType;
using lifecycle::dataset::Contract;
using nlohmann::json;

const Contract& contract() {
  static const Contract made = [] {
    Contract runs;
    const auto add = [&](const char* name, ColumnType type, bool required, std::vector<std::string> values) {
      lifecycle::dataset::Column column;
      column.name = name;
      column.type = type;
      column.required = required;
      column.valid_values = std::move(values);
      runs.columns.push_back(std::move(column));
    };
    add("schema_version", ColumnType::text, true, {"v1"});
    add("run_id", ColumnType::uuid, true, {});
    add("status", ColumnType::text, true, {"succeeded", "failed"});
    add("attempts", ColumnType::integer, false, {});
    add("cost", ColumnType::numeric, false, {});
    add("at", ColumnType::timestamptz, false, {});
    return runs;
  }();
  return made;
}

std::vector<CompiledColumn> mapped(const json& mapping) {
  const std::vector<Target> targets = lifecycle::dataset::targets_of(contract());
  json whole = {{"run_id", "id"}, {"status", {{"constant", "failed"}}}};
  whole.update(mapping);
  return compile(whole.dump(), forms, {targets, {}, {}}, zone_exists).columns;
}

std::string message(const json& mapping) {
  try {
    mapped(mapping);
  } catch (const Error& error) {
    return std::string(error.sqlstate()) + ' ' + error.what() + " | " + error.detail() + " | " + error.hint();
  }
  return "no error";
}

constexpr char name_text[] = R"(NULLIF(s."name"::text COLLATE "C", ''))";

TEST(MappingDataset, TranslatesValues) {
  const auto column =
      mapped({{"status", {{"column", "name"}, {"map", {{"it's", "succeeded"}, {"gone", nullptr}}}}}})[2];
  EXPECT_EQ(column.expression, std::string("CASE ") + name_text +
                                   " WHEN 'gone' THEN NULL::text WHEN 'it''s' THEN 'succeeded'::text ELSE " +
                                   name_text + " END");
  EXPECT_EQ(column.raw, "");
  EXPECT_FALSE(column.plain_column);
  EXPECT_EQ(forms.columns[*column.only_column].name, "name");
}

TEST(MappingDataset, TranslatesIntoOtherKindsAndInLists) {
  const auto count = mapped({{"attempts", {{"column", "name"}, {"map", {{"few", 3}, {"many", "40"}}}}}})[3];
  EXPECT_EQ(count.expression.substr(0, 60), R"(lifecycle._integer_or_null(CASE NULLIF(s."name"::text COLLAT)");
  EXPECT_NE(count.raw.find("WHEN 'many' THEN '40'::text"), std::string::npos);
  const auto listed =
      mapped({{"status", {{{"column", "number"}, {"map", {{"0", "failed"}}}}, {{"constant", "failed"}}}}})[2];
  EXPECT_EQ(listed.expression, R"(COALESCE(CASE s."number"::text COLLATE "C" WHEN '0' THEN 'failed'::text)"
                               R"( ELSE s."number"::text COLLATE "C" END, 'failed'::text COLLATE "C"))");
}

TEST(MappingDataset, ReadsTexts) {
  const auto columns = mapped({{"run_id", "name"}, {"attempts", "amount"}, {"cost", {"email", "number"}}});
  EXPECT_EQ(columns[1].expression, std::string("lifecycle._uuid_or_null(") + name_text + ')');
  EXPECT_EQ(columns[1].raw, std::string("left(") + name_text + ", 200)");
  EXPECT_EQ(columns[3].expression.substr(0, 54), R"(CASE WHEN s."amount"::numeric = trunc(s."amount"::nume)");
  EXPECT_EQ(columns[4].expression, R"(CASE WHEN NULLIF(s."email"::text COLLATE "C", '') IS NOT NULL)"
                                   R"( THEN lifecycle._number_or_null(NULLIF(s."email"::text COLLATE "C", '')))"
                                   R"( ELSE s."number"::numeric END)");
}

TEST(MappingDataset, GivesTheOnlyValue) {
  EXPECT_EQ(mapped(json::object())[0].expression, "'v1'::text");
  EXPECT_EQ(mapped({{"schema_version", {{"constant", "v1"}}}})[0].expression, R"('v1'::text COLLATE "C")");
}

TEST(MappingDataset, RefusesWhatTheContractNeverAllows) {
  EXPECT_EQ(
      message({{"status", {{"constant", "succeded"}}}}),
      "22023 mapping of public.forms: status is never \"succeded\" | /status/constant is \"succeded\". | Did you mean "
      "\"succeeded\"? It is one of: succeeded, failed.");
  EXPECT_EQ(message({{"status", {{"column", "name"}, {"map", {{"ok", "done"}}}}}}).substr(0, 92),
            "22023 mapping of public.forms: status is never \"done\" | /status/map/ok is \"done\". | It is on");
  EXPECT_EQ(message({{"schema_version", {{"constant", "v2"}}}}).substr(0, 55),
            "22023 mapping of public.forms: schema_version is never ");
  EXPECT_EQ(message({{"attempts", {{"column", "name"}, {"map", {{"a", "x"}}}}}}).substr(0, 84),
            "22023 mapping of public.forms: attempts is an integer, which this constant is not | ");
  EXPECT_EQ(message({{"status", {{"column", "name"}, {"map", json::object()}}}}).substr(0, 96),
            "22023 mapping of public.forms: a map is an object of 1 to 1000 values and what each stands for |");
  EXPECT_EQ(message({{"status", {{"column", "at"}, {"map", {{"a", "failed"}}}}}}).substr(0, 100),
            "42804 mapping of public.forms: a column of type timestamp with time zone has no text that a map coul");
  EXPECT_EQ(message({{"at", {{"column", "name"}, {"map", {{"a", "b"}}}}}}).substr(0, 53),
            "22023 mapping of public.forms: key \"map\" is not known");
  EXPECT_EQ(message({{"status", {{"first", {"name"}}, {"map", {{"a", "failed"}}}}}}).substr(0, 53),
            "22023 mapping of public.forms: key \"map\" is not known");
  EXPECT_EQ(message({{"cost", "at"}}).substr(0, 5), "42804");
}

TEST(MappingDataset, ReadsIntegers) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-17"), -17);
  EXPECT_EQ(parse_integer("+5"), 5);
  EXPECT_EQ(parse_integer("9223372036854775807"), 9223372036854775807);
  for (const char* const text : {"", "+", "-", "+-1", "1.0", " 1", "1 ", "1e3", "0x1", "9223372036854775808", "one"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
}

TEST(MappingDataset, KnowsDecimals) {
  for (const char* const text : {"0", "-1.5", "+.5", "5.", "1e10", "1E-7", "00012", "1e+1000"}) {
    EXPECT_TRUE(is_decimal(text)) << text;
  }
  for (const char* const text : {"", ".", "-", "e5", "1e", "1e+", "1e--5", "1e+-5", "NaN", "Infinity", "1,5", " 1",
                                 "1 ", "1e1001", "0x1", "1_0"}) {
    EXPECT_FALSE(is_decimal(text)) << text;
  }
  EXPECT_FALSE(is_decimal(std::string(1001, '1')));
}

} // namespace
