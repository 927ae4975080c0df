#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "functions/core/limits.hpp"
#include "tests/unit/mapping_fixture.hpp"

namespace {

using namespace mapping_fixture;

struct BadMapping {
  const char* name;
  std::string mapping;
  const char* sqlstate;
  const char* message;
  const char* detail;
  const char* hint; // its beginning
};

const std::vector<BadMapping>& bad_mappings() {
  using nlohmann::json;
  const json nothing = nullptr;
  static const std::vector<BadMapping> cases = {
      {"array", "[]", "22023", "it is not a JSON object", "The mapping is an empty array.", "Write {\"event_type\""},
      {"string", "\"x\"", "22023", "it is not a JSON object", "The mapping is \"x\".", "Write {"},
      {"empty", "{}", "22023", "it does not map event_type", "The mapping is an empty object.",
       "Add \"event_type\": a column's name"},
      {"unknown key", with({{"contact_emial", "email"}}), "22023", "key \"contact_emial\" is not known",
       "/contact_emial is \"email\".",
       "Did you mean \"contact_email\"? Keys here: contact_id, contact_email, event_type"},
      {"unknown key of the caller", with({{"lookback", "1 day"}}), "22023", "key \"lookback\" is not known",
       "/lookback is \"1 day\".", "Did you mean \"look_back\"? "},
      {"key with slashes", with({{"a/b~c", 1}}), "22023", "key \"a/b~c\" is not known", "/a~1b~0c is 1.",
       "Keys here: contact_id"},
      {"unknown column", with({{"event_name", "nmae"}}), "42703", "column \"nmae\" does not exist",
       "/event_name is \"nmae\".",
       "Did you mean \"name\"? Columns of public.forms: id, number, amount, done, email, name, at, local_at, day, "
       "extra, place. For a "
       "constant write {\"constant\": \"nmae\"}."},
      {"unknown column in a list", with({{"event_timestamp", {"at", "started"}}}), "42703",
       "column \"started\" does not exist", "/event_timestamp/1 is \"started\".", "Columns of public.forms"},
      {"unknown column in the long form", with({{"event_timestamp", {{"first", {{{"column", "started"}}}}}}}), "42703",
       "column \"started\" does not exist", "/event_timestamp/first/0/column is \"started\".",
       "Columns of public.forms"},
      {"column name of another type", with({{"event_name", {{"column", 1}}}}), "22023",
       "a column's name must be a string", "/event_name/column is 1.", "Columns of public.forms"},
      {"null", with({{"event_name", nothing}}), "22023", "event_name is not mapped to anything", "/event_name is null.",
       "Write a column's name"},
      {"number", with({{"event_name", 5}}), "22023", "event_name is not mapped to anything", "/event_name is 5.",
       "Write a column's name"},
      {"empty list", with({{"event_name", json::array()}}), "22023", "event_name needs a list of 1 to 64 alternatives",
       "/event_name is an empty array.", "List columns in order"},
      {"first is no list", with({{"event_name", {{"first", "name"}}}}), "22023",
       "event_name needs a list of 1 to 64 alternatives", "/event_name/first is \"name\".", "List columns in order"},
      {"too many", with({{"event_name", json(65, "name")}}), "22023", "event_name needs a list of 1 to 64 alternatives",
       "/event_name is an array.", "List columns in order"},
      {"repeated", with({{"event_name", {"name", "email", "name"}}}), "42701", "column \"name\" is listed twice",
       "/event_name/2 is \"name\".", "List each column once."},
      {"after a constant", with({{"event_name", {{{"constant", "x"}}, "name"}}}), "22023",
       "nothing after a constant is ever reached", "/event_name/1 is \"name\".", "Put the constant last."},
      {"nested list", with({{"event_name", {"name", {"email"}}}}), "22023", "an alternative is a column or a constant",
       "/event_name/1 is an array.", "Write a column's name"},
      {"nested first", with({{"event_name", {{{"first", {"name"}}}}}}), "22023",
       "an alternative is a column or a constant", "/event_name/0 is an object.", "Write a column's name"},
      {"empty object", with({{"event_name", json::object()}}), "22023",
       "event_name needs exactly one of column, first, constant", "/event_name is an empty object.",
       "Write one of them"},
      {"two forms", with({{"event_name", {{"column", "name"}, {"constant", "x"}}}}), "22023",
       "event_name needs exactly one of column, first, constant", "/event_name is an object.", "Write one of them"},
      {"unknown form", with({{"event_name", {{"colum", "name"}}}}), "22023", "key \"colum\" is not known",
       "/event_name/colum is \"name\".", "Did you mean \"column\"? Keys here: column, first, constant."},
      {"zone for a text", with({{"event_name", {{"column", "name"}, {"time_zone", "UTC"}}}}), "22023",
       "key \"time_zone\" is not known", "/event_name/time_zone is \"UTC\".",
       "Keys here: column, first, constant, map."},
      {"null constant", with({{"event_name", {{"constant", nothing}}}}), "22023",
       "event_name is a text, which this constant is not", "/event_name/constant is null.", "Write {\"constant\""},
      {"empty constant", with({{"event_name", {{"constant", ""}}}}), "22023",
       "event_name is a text, which this constant is not", "/event_name/constant is \"\".", "Write {\"constant\""},
      {"fraction", with({{"event_name", {{"constant", 1.5}}}}), "22023",
       "event_name is a text, which this constant is not", "/event_name/constant is 1.5.",
       "Write it as a string, in the very digits that are meant."},
      {"constant time", with({{"event_timestamp", {{"constant", "01/02/2025"}}}}), "22023",
       "event_timestamp is a time, which this constant is not", "/event_timestamp/constant is \"01/02/2025\".",
       "Write {"},
      {"constant payload", with({{"payload", {{"constant", "x"}}}}), "22023", "key \"constant\" is not known",
       "/payload/constant is \"x\".", "Keys here: column, first, columns."},
      {"time of a number", with({{"event_timestamp", "number"}}), "42804",
       "event_timestamp cannot be taken from a column of type bigint", "/event_timestamp is \"number\".",
       "Map a column of type timestamptz, timestamp, date or text; or register a view that selects "
       "to_timestamp(\"number\"), if it counts "
       "seconds since 1970."},
      {"time of a boolean", with({{"event_timestamp", "done"}}), "42804",
       "event_timestamp cannot be taken from a column of type boolean", "/event_timestamp is \"done\".",
       "Map a column of type timestamptz"},
      {"time of a document", with({{"event_timestamp", "extra"}}), "42804",
       "event_timestamp cannot be taken from a column of type jsonb", "/event_timestamp is \"extra\".",
       "Map a column of type timestamptz, timestamp, date or text; or register a view that selects the time out of "
       "\"extra\"."},
      {"e-mail of a number", with({{"contact_email", "number"}}), "42804",
       "contact_email cannot be taken from a column of type bigint", "/contact_email is \"number\".",
       "Map another column, or register a view that casts this one."},
      {"id of a boolean", with({{"source_record_id", "done"}}), "42804",
       "source_record_id cannot be taken from a column of type boolean", "/source_record_id is \"done\".",
       "Map another column"},
      {"id of a time", with({{"source_record_id", "at"}}), "42804",
       "source_record_id cannot be taken from a column of type timestamp with time zone",
       "/source_record_id is \"at\".", "Map another column"},
      {"payload of a text", with({{"payload", "name"}}), "42804",
       "payload cannot be taken from a column of type character varying(40)", "/payload is \"name\".",
       "Name it in a list, such as [\"name\"]"},
      {"empty payload", with({{"payload", json::array()}}), "22023", "it names no column",
       "/payload is an empty array.", "Write ["},
      {"payload of nothing", with({{"payload", {{"columns", json::object()}}}}), "22023", "it names no column",
       "/payload/columns is an empty object.", "Write ["},
      {"payload of a word", with({{"payload", {{"columns", "all"}}}}), "22023", "it names no column",
       "/payload/columns is \"all\".", "Write ["},
      {"payload repeated", with({{"payload", {"name", "name"}}}), "42701", "column \"name\" is listed twice",
       "/payload/1 is \"name\".", "List each column once."},
      {"payload of an object", with({{"payload", {"name", {{"column", "at"}}}}}), "22023",
       "a column's name must be a string", "/payload/1 is an object.", "Columns of public.forms"},
      {"zone", with({{"time_zone", "Europe/Londno"}}), "22023", "the time zone is not known",
       "/time_zone is \"Europe/Londno\".", "Use UTC or an area/location name"},
      {"zone of a number", with({{"time_zone", 0}}), "22023", "the time zone is not known", "/time_zone is 0.",
       "Use UTC"},
      {"inner zone", with({{"event_timestamp", {{"column", "day"}, {"time_zone", ""}}}}), "22023",
       "the time zone is not known", "/event_timestamp/time_zone is \"\".", "Use UTC"},
      {"change column", with({{"change_column", "updated"}}), "42703", "column \"updated\" does not exist",
       "/change_column is \"updated\".", "Columns of public.forms"},
      {"change column of a number", with({{"change_column", "number"}}), "42804",
       "change_column cannot be of type bigint", "/change_column is \"number\".",
       "Name a column of type timestamptz, timestamp or date"},
      {"change column of a text", with({{"change_column", "name"}}), "42804",
       "change_column cannot be of type character varying(40)", "/change_column is \"name\".", "Name a column"},
      {"change column in a list", with({{"change_column", {"at"}}}), "22023", "a column's name must be a string",
       "/change_column is an array.", "Columns of public.forms"},
      {"not JSON", "{\"a\": }", "22032", "it is not JSON", "", "Write one JSON object."},
      {"a number beyond a double", R"({"event_name": {"constant": 1e400}})", "22003",
       "it holds a number beyond the largest double", "The largest double is about 1.8e308.",
       "Write the number as a string."},
  };
  return cases;
}

TEST(Mapping, EveryErrorNamesThePlaceTheValueAndTheMend) {
  for (const BadMapping& bad : bad_mappings()) {
    SCOPED_TRACE(bad.name);
    try {
      compiled(bad.mapping);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_STREQ(error.sqlstate(), bad.sqlstate);
      EXPECT_EQ(std::string(error.what()), std::string("mapping of public.forms: ") + bad.message);
      if (*bad.detail != '\0') {
        EXPECT_EQ(error.detail(), bad.detail);
      }
      EXPECT_EQ(error.hint().substr(0, std::string(bad.hint).size()), bad.hint);
      EXPECT_FALSE(error.detail().empty());
    }
  }
}

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return std::string(error.sqlstate()) + ' ' + error.what();
  }
  return "no error";
}

TEST(Mapping, NeedsWhatTheTargetNeeds) {
  const std::string complete = with();
  EXPECT_NO_THROW(compiled(complete));
  for (const char* key : {"event_type", "event_timestamp", "source_record_id"}) {
    nlohmann::json mapping = nlohmann::json::parse(complete);
    mapping.erase(key);
    EXPECT_EQ(message_of([&] { compiled(mapping.dump()); }),
              std::string("22023 mapping of public.forms: it does not map ") + key);
  }
  nlohmann::json mapping = nlohmann::json::parse(complete);
  mapping.erase("contact_email");
  EXPECT_EQ(message_of([&] { compiled(mapping.dump()); }),
            "22023 mapping of public.forms: it maps none of contact_id, contact_email");
  mapping["contact_id"] = "number";
  EXPECT_NO_THROW(compiled(mapping.dump()));
  EXPECT_NO_THROW(compiled(with({{"look_back", 5}}))) << "the caller's own key, whatever its value";
}

TEST(Mapping, RefusesDocumentsOverTheLimits) {
  const lifecycle::Limits before = lifecycle::limits;
  lifecycle::limits = {1000, 10};
  EXPECT_EQ(message_of([] {
              compiled(with({{"event_name", std::string(1000, 'x')}}));
            }),
            "54000 mapping of public.forms: it is too large");
  EXPECT_EQ(message_of([] { compiled(std::string(11, '[') + std::string(11, ']')); }),
            "54000 mapping of public.forms: it is too deep");
  EXPECT_EQ(message_of([] { compiled(std::string(10, '[') + std::string(10, ']')); }),
            "22023 mapping of public.forms: it is not a JSON object");
  lifecycle::limits = {100'000'000, 10'000'000};
  EXPECT_EQ(message_of([] { compiled(std::string(100'000, '[') + std::string(100'000, ']')); }),
            "22023 mapping of public.forms: it is not a JSON object")
      << "so many levels neither recurse when read nor when freed";
  const std::string deep = std::string(100'000, '[') + '1' + std::string(100'000, ']');
  EXPECT_EQ(message_of([&] { compiled(R"({"event_name": )" + deep + "}"); }),
            "22023 mapping of public.forms: it does not map event_type");
  lifecycle::limits = before;
  const std::string long_name(1'000'000, 'x');
  EXPECT_EQ(message_of([&] {
              compiled(with({{"event_name", long_name}}));
            }),
            "42703 mapping of public.forms: column \"" + std::string(100, 'x') + "…\" does not exist");
  EXPECT_EQ(message_of([&] {
              compiled(with({{long_name, 1}}));
            }),
            "22023 mapping of public.forms: key \"" + std::string(100, 'x') + "…\" is not known");
}

TEST(Mapping, KeepsHintsShort) {
  Relation wide = forms;
  for (int i = 0; i < 1500; ++i) {
    wide.columns.push_back({std::string(59, 'c') + std::to_string(1000 + i), SourceKind::text, "text"});
  }
  try {
    compiled(with({{"event_name", "nowhere"}}), wide);
    FAIL();
  } catch (const Error& error) {
    EXPECT_LT(error.hint().size(), 800U);
    EXPECT_NE(error.hint().find(" more."), std::string::npos) << error.hint();
  }
}

} // namespace
