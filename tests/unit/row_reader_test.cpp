#include "functions/receive/row_reader.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "functions/json/jsonb_reader.hpp"
#include "functions/receive/value_span.hpp"

namespace lifecycle::receive {
namespace {

using dataset::Column;
using dataset::ColumnType;

std::vector<Column> columns() {
  const auto column = [](const char* name, ColumnType type, bool required) {
    Column made;
    made.name = name;
    made.type = type;
    made.required = required;
    return made;
  };
  std::vector<Column> list = {
      column("id", ColumnType::uuid, true),          column("kind", ColumnType::text, true),
      column("name", ColumnType::varchar, false),    column("n", ColumnType::integer, false),
      column("big", ColumnType::bigint, false),      column("cost", ColumnType::numeric, false),
      column("ok", ColumnType::boolean, false),      column("at", ColumnType::timestamptz, false),
      column("local", ColumnType::timestamp, false), column("day", ColumnType::date, false),
      column("doc", ColumnType::jsonb, false)};
  list[0].key_position = 1;
  list[1].valid_values = {"company", "person"};
  list[2].max_length = 4;
  return list;
}

constexpr char id[] = R"("id":"c4ca4238-a0b9-2382-0dcc-509a6f75849b","kind":"company")";

std::string line(const std::string& rest) { return '{' + std::string(id) + (rest.empty() ? "" : ",") + rest + '}'; }

std::string_view bytes(const RowReader& reader, std::size_t column) {
  const char* const at = reader.stored(column);
  std::uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  std::size_t size = 4;
  while (json::numeric_length_word(size) != word) {
    ++size;
  }
  return {at + 4, size - 4};
}

// What either way of reading makes of a line, as a text; both must be the same.
std::string read(const std::string& text) {
  RowReader reader(columns());
  const auto told = [&](Verdict verdict) {
    if (verdict == Verdict::good) {
      std::string all;
      for (std::size_t i = 0; i < reader.columns().size(); ++i) {
        const ColumnType type = *reader.columns()[i].type;
        if (reader.is_null(i)) {
          all += "|-";
        } else if (type == ColumnType::uuid) {
          all += '|' + std::string(reader.stored(i), 16);
        } else if (type == ColumnType::text || type == ColumnType::varchar || type == ColumnType::numeric ||
                   type == ColumnType::jsonb) {
          all += '|' + std::string(bytes(reader, i));
        } else {
          all += '|' + std::to_string(reader.number(i));
        }
      }
      return all;
    }
    const Refusal& refusal = reader.refusal();
    return std::string(verdict == Verdict::unreadable ? "unreadable " : "refused ") + refusal.code + ' ' +
           refusal.sqlstate + ' ' + refusal.pointer + ": " + refusal.detail;
  };
  const std::string first = told(reader.read(text));
  EXPECT_EQ(first, told(reader.read_by_tree(text))) << text;
  return first;
}

std::string refusal(const std::string& rest) { return read(line(rest)); }

TEST(RowReader, Values) {
  RowReader reader(columns());
  ASSERT_EQ(
      reader.read(line(
          R"("name":"é\n","n":-7,"big":9223372036854775807,"cost":12.50,"ok":true,)"
          R"("at":"2000-01-01T01:00:00.5+01:00","local":"2000-01-02T00:00:00","day":"1999-12-31","doc":{"b":[1,null],"a":"x"})")),
      Verdict::good);
  EXPECT_EQ(static_cast<unsigned char>(reader.stored(0)[0]), 0xC4);
  EXPECT_EQ(bytes(reader, 1), "company");
  EXPECT_EQ(bytes(reader, 2), "é\n");
  EXPECT_EQ(reader.number(3), -7);
  EXPECT_EQ(reader.number(4), 9223372036854775807);
  EXPECT_EQ(bytes(reader, 5).size(), 6U); // a header and two words of four digits
  EXPECT_EQ(reader.number(6), 1);
  EXPECT_EQ(reader.number(7), 500'000);
  EXPECT_EQ(reader.number(8), 86'400'000'000);
  EXPECT_EQ(reader.number(9), -1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(reader.stored(10)) % 4, 0U);
}

TEST(RowReader, WhatIsLeftOutIsNull) {
  RowReader reader(columns());
  ASSERT_EQ(reader.read(line(R"("big":1)")), Verdict::good);
  EXPECT_TRUE(reader.is_null(2));
  EXPECT_TRUE(reader.is_null(10));
  EXPECT_FALSE(reader.is_null(4));
  ASSERT_EQ(reader.read(line(R"("n":null,"doc":null)")), Verdict::good);
  EXPECT_TRUE(reader.is_null(3));
  EXPECT_FALSE(reader.is_null(10)); // the JSON null
}

TEST(RowReader, BothWaysGiveTheSame) {
  for (const char* rest : {"",
                           R"("name":"")",
                           R"("name":"a\"b")",
                           R"("name":"\u00e9\ud834\udd1e")",
                           R"("n":0)",
                           R"("n":-0)",
                           R"("cost":1e5)",
                           R"("cost":-0.00)",
                           R"("cost":123456789012345678901234567890.5)",
                           R"("cost":1e400)",
                           R"("doc":"text")",
                           R"("doc":1.50)",
                           R"("doc":true)",
                           R"("doc":[])",
                           R"("doc":{"}":"]\"{"})",
                           R"("doc":{"a":{"a":[{}]}},"kind":1)",
                           R"("doc":{"a":1)",
                           R"("doc":{"a":1,"a":2})",
                           R"("ok":false)",
                           R"("ok":falsy)",
                           R"("day":"2024-02-29")",
                           R"("day":"2023-02-29")",
                           R"("at":"2024-02-29T24:00:00Z")",
                           R"( "n" : 1 )",
                           R"("big":1,"n":2)",
                           R"("n":1,"n":1)",
                           R"("n":01)",
                           R"("n":1.)",
                           R"("name":"ab)",
                           "\"name\":\"a\tb\"",
                           R"("name":null)",
                           R"("name":nul)",
                           R"("x":1)",
                           R"("n":1,)"}) {
    read(line(rest));
  }
  for (const char* text : {"", "{", "{}", "[]", "1", "null", "\"a\"", "{\"id\":", "{\"id\"}", "{,}"}) {
    read(text);
  }
}

TEST(RowReader, Refusals) {
  EXPECT_EQ(refusal(R"("x":1)"), R"(unreadable unknown_field 42703 /x: "x" is no column of the contract.)");
  EXPECT_EQ(read(R"({"kind":"company"})"), "refused missing_required 23502 /id: id is missing.");
  EXPECT_EQ(read(R"({"id":null,"kind":"company"})"), "refused missing_required 23502 /id: id is null.");
  EXPECT_EQ(refusal(R"("n":"1")"), R"(unreadable wrong_type 22P02 /n: n: "1" is not of type integer.)");
  EXPECT_EQ(refusal(R"("n":1.5)"), "unreadable wrong_type 22P02 /n: n: 1.5 is not of type integer.");
  EXPECT_EQ(refusal(R"("n":2147483648)"),
            "unreadable out_of_range 22003 /n: n: 2147483648 is out of the range of integer.");
  EXPECT_EQ(refusal(R"("big":9223372036854775808)"),
            "unreadable out_of_range 22003 /big: big: 9223372036854775808 is out of the range of bigint.");
  EXPECT_EQ(refusal(R"("cost":"NaN")"), R"(unreadable wrong_type 22P02 /cost: cost: "NaN" is not of type numeric.)");
  EXPECT_EQ(refusal(R"("ok":1)"), "unreadable wrong_type 22P02 /ok: ok: 1 is not of type boolean.");
  EXPECT_EQ(refusal(R"("at":"2024-01-01T00:00:00")"), // no zone
            R"(unreadable wrong_type 22P02 /at: at: "2024-01-01T00:00:00" is not of type timestamptz.)");
  EXPECT_EQ(refusal(R"("local":"2024-01-01T00:00:00Z")"),
            R"(unreadable wrong_type 22P02 /local: local: "2024-01-01T00:00:00Z" is not of type timestamp.)");
  EXPECT_EQ(refusal(R"("day":"2024-01-01T00:00:00")"),
            R"(unreadable wrong_type 22P02 /day: day: "2024-01-01T00:00:00" is not of type date.)");
  EXPECT_EQ(refusal(R"("name":{"a":1})"), "unreadable wrong_type 22P02 /name: name: an object is not of type varchar.");
  EXPECT_EQ(refusal(R"("name":"éééé")").substr(0, 1), "|");
  EXPECT_EQ(refusal(R"("name":"ééééé")"), "refused too_long 22001 /name: name: it has 5 characters, more than 4.");
  EXPECT_EQ(read(R"({"id":"c4ca4238-a0b9-2382-0dcc-509a6f75849b","kind":"job"})"),
            R"(refused unknown_value 23514 /kind: kind: "job" is none of company, person.)");
  EXPECT_EQ(refusal(R"("n":1,"n":2)"),
            "unreadable json.duplicate_key 22030 /n: The object has this key more than once.");
  EXPECT_EQ(refusal(R"("name":"\u0000")").substr(0, 36), "unreadable json.nul_character 22P05 ");
  EXPECT_EQ(read("nonsense").substr(0, 32), "unreadable json.malformed 22P02 ");
  EXPECT_EQ(read("[1]"), "unreadable wrong_type 22P02 : The line is an array, not an object.");
}

TEST(RowReader, TellsTheKeyOfWhatItRefuses) {
  RowReader reader(columns());
  EXPECT_EQ(reader.read(line(R"("n":"x")")), Verdict::unreadable);
  EXPECT_EQ(reader.refusal().key, "c4ca4238-a0b9-2382-0dcc-509a6f75849b");
  EXPECT_EQ(reader.read("{}"), Verdict::refused);
  EXPECT_EQ(reader.refusal().key, "");
}

TEST(RowReader, AReaderForgetsTheLineBefore) {
  RowReader reader(columns());
  EXPECT_EQ(reader.read("x"), Verdict::unreadable);
  EXPECT_EQ(reader.read(line(R"("doc":{"a":1})")), Verdict::good);
  EXPECT_EQ(reader.read(line("")), Verdict::good);
  EXPECT_TRUE(reader.is_null(10));
}

TEST(RowReader, LongValues) {
  const std::string text(300'000, 'x');
  RowReader reader(columns());
  ASSERT_EQ(reader.read(line(R"("doc":[")" + text + "\"]")), Verdict::good);
  reader.trim();
  ASSERT_EQ(reader.read(R"({"id":"c4ca4238-a0b9-2382-0dcc-509a6f75849b","kind":")" + text + "\"}"), Verdict::refused);
  EXPECT_LT(reader.refusal().detail.size(), 200U);
}

TEST(ValueSpan, Ends) {
  EXPECT_EQ(string_span(R"("ab",1)").size, 4U);
  EXPECT_EQ(string_span(R"("a\"b")").size, 6U);
  EXPECT_TRUE(string_span(R"("a\"b")").has_escape);
  EXPECT_EQ(string_span(R"("a\")").size, 0U);
  EXPECT_EQ(string_span("\"0123456789abcdef\x01\"").size, 0U);
  EXPECT_EQ(string_span("\"0123456789abcdefé\"").size, 20U);
  EXPECT_EQ(number_size("-1.5e+3,"), 7U);
  EXPECT_EQ(number_size("01"), 1U);
  EXPECT_EQ(number_size("-"), 0U);
  EXPECT_EQ(number_size("1.e"), 0U);
  EXPECT_EQ(container_size(R"({"}":[1,{}]},)"), 12U);
  EXPECT_EQ(container_size("[1"), 0U);
  EXPECT_EQ(container_size("1"), 0U);
}

} // namespace
} // namespace lifecycle::receive
