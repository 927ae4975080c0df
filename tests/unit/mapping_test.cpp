#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/mapping_fixture.hpp"

namespace {

using namespace mapping_fixture;

std::string expression(LedgerColumn column, const nlohmann::json& value) {
  return compiled(with({{std::string(ledger_columns[column].name), value}})).columns[column].expression;
}

TEST(Mapping, CompilesEachFormOfATextColumn) {
  EXPECT_EQ(expression(event_name, "name"), R"(NULLIF(s."name"::text COLLATE "C", ''))");
  EXPECT_EQ(expression(event_name, "number"), R"(s."number"::text COLLATE "C")");
  EXPECT_EQ(expression(event_name, "done"), R"(s."done"::text COLLATE "C")");
  EXPECT_EQ(expression(event_name, {{"column", "amount"}}), R"(s."amount"::text COLLATE "C")");
  EXPECT_EQ(expression(event_name, {"name", "id"}),
            R"(COALESCE(NULLIF(s."name"::text COLLATE "C", ''), s."id"::text COLLATE "C"))");
  EXPECT_EQ(expression(event_name, {{"first", {{{"column", "name"}}, {{"constant", "none"}}}}}),
            R"(COALESCE(NULLIF(s."name"::text COLLATE "C", ''), 'none'::text COLLATE "C"))");
  EXPECT_EQ(expression(event_name, {{"constant", "it's"}}), R"('it''s'::text COLLATE "C")");
  EXPECT_EQ(expression(event_name, {{"constant", 7}}), R"('7'::text COLLATE "C")");
  EXPECT_EQ(expression(event_name, {{"constant", true}}), R"('true'::text COLLATE "C")");
  EXPECT_EQ(compiled(with()).columns[event_name].expression, "NULL::text");
}

TEST(Mapping, CompilesEachFormOfATime) {
  EXPECT_EQ(expression(event_timestamp, "at"), R"(s."at"::timestamptz)");
  EXPECT_EQ(expression(event_timestamp, "local_at"), R"(lifecycle._utc_time(s."local_at"::timestamp, 'UTC'::text))");
  EXPECT_EQ(expression(event_timestamp, {{"column", "day"}, {"time_zone", "Asia/Tokyo"}}),
            R"(lifecycle._utc_time(s."day"::date, 'Asia/Tokyo'::text))");
  EXPECT_EQ(expression(event_timestamp, "name"), R"(lifecycle.parse_time(s."name"::text COLLATE "C", 'UTC'::text))");
  EXPECT_EQ(expression(event_timestamp, {{"constant", "2025-01-01"}}),
            "lifecycle.parse_time('2025-01-01'::text, 'UTC'::text)");
  EXPECT_EQ(
      expression(event_timestamp, {{"first", {"at", {{"column", "day"}, {"time_zone", "Asia/Tokyo"}}, "local_at"}},
                                   {"time_zone", "Europe/London"}}),
      R"(CASE WHEN s."at" IS NOT NULL THEN s."at"::timestamptz)"
      R"( WHEN s."day" IS NOT NULL THEN lifecycle._utc_time(s."day"::date, 'Asia/Tokyo'::text))"
      R"( ELSE lifecycle._utc_time(s."local_at"::timestamp, 'Europe/London'::text) END)");
  EXPECT_EQ(expression(event_timestamp, {"name", "at"}),
            R"(CASE WHEN NULLIF(btrim(s."name"::text COLLATE "C", E' \t\n\x0B\f\r'), '') IS NOT NULL)"
            R"( THEN lifecycle.parse_time(s."name"::text COLLATE "C", 'UTC'::text) ELSE s."at"::timestamptz END)");
}

TEST(Mapping, KeepsTheRawTimeForMessages) {
  const auto raw = [](const nlohmann::json& value) {
    return compiled(with({{"event_timestamp", value}})).columns[event_timestamp].raw;
  };
  EXPECT_EQ(raw("at"), R"(left(s."at"::text COLLATE "C", 200))");
  EXPECT_EQ(
      raw({"name", "day"}),
      R"(left(COALESCE(NULLIF(btrim(s."name"::text COLLATE "C", E' \t\n\x0B\f\r'), ''), s."day"::text COLLATE "C"), 200))");
}

TEST(Mapping, CompilesEachFormOfAPayload) {
  EXPECT_EQ(expression(payload, {"number", "extra"}),
            R"(lifecycle._payload(ARRAY['number', 'extra']::text[], s."number", s."extra"))");
  EXPECT_EQ(expression(payload, {{"columns", {"place"}}}), R"(lifecycle._payload(ARRAY['place']::text[], s."place"))");
  EXPECT_EQ(expression(payload, {{"columns", {{"n", "number"}, {"again", "number"}}}}),
            R"(lifecycle._payload(ARRAY['again', 'n']::text[], s."number", s."number"))");
  EXPECT_EQ(expression(payload, "extra"), R"(s."extra"::jsonb)");
  EXPECT_EQ(compiled(with()).columns[payload].expression, "NULL::jsonb");
  const std::string all = expression(payload, {{"columns", "*"}});
  for (const SourceColumn& column : forms.columns) {
    EXPECT_NE(all.find("s.\"" + column.name + '"'), std::string::npos) << column.name;
  }
}

TEST(Mapping, NoJsonThatIsNoJsonbEndsAnExpression) {
  Relation relation = forms;
  relation.columns.push_back({"doc", SourceKind::json, "json", true});
  relation.columns.push_back({"docs", SourceKind::other, "json[]", true});
  const auto column = [&](const nlohmann::json& value) {
    return compiled(with({{"payload", value}}), relation).columns[payload];
  };
  EXPECT_EQ(column("doc").expression,
            R"(CASE WHEN lifecycle._fits_jsonb(s."doc"::json) IS FALSE THEN NULL ELSE s."doc"::jsonb END)");
  EXPECT_EQ(
      column("doc").raw,
      R"(CASE WHEN s."doc" IS NOT NULL THEN CASE WHEN lifecycle._fits_jsonb(s."doc"::json) IS FALSE THEN ''::text END END)");
  EXPECT_EQ(column({{"first", {"extra", "doc"}}}).expression,
            R"(CASE WHEN s."extra" IS NOT NULL THEN s."extra"::jsonb ELSE CASE WHEN )"
            R"(lifecycle._fits_jsonb(s."doc"::json) IS FALSE THEN NULL ELSE s."doc"::jsonb END END)");
  EXPECT_EQ(column({{"first", {"extra", "doc"}}}).raw,
            R"(CASE WHEN s."extra" IS NOT NULL THEN NULL::text WHEN s."doc" IS NOT NULL THEN CASE WHEN )"
            R"(lifecycle._fits_jsonb(s."doc"::json) IS FALSE THEN ''::text END END)");
  constexpr std::string_view unfit =
      R"(lifecycle._fits_jsonb(s."doc"::json) IS FALSE OR lifecycle._fits_jsonb(to_json(s."docs")) IS FALSE)";
  EXPECT_EQ(column({"doc", "number", "docs"}).expression,
            "CASE WHEN " + std::string(unfit) +
                R"( THEN NULL ELSE lifecycle._payload(ARRAY['doc', 'number', 'docs']::text[], )"
                R"(s."doc", s."number", s."docs") END)");
  EXPECT_EQ(column({"doc", "number", "docs"}).raw, "CASE WHEN " + std::string(unfit) + " THEN ''::text END");
  EXPECT_EQ(column({"number", "extra"}).raw, "");
  EXPECT_EQ(column("extra").raw, "");
  EXPECT_THROW(column("docs"), Error);
}

TEST(Mapping, SplitsAPayloadOfMoreColumnsThanACallTakes) {
  Relation wide = forms;
  for (int i = 0; i < 1589; ++i) {
    wide.columns.push_back({std::to_string(i) + " wide", SourceKind::integer, "integer"});
  }
  const std::string all = compiled(with({{"payload", {{"columns", "*"}}}}), wide).columns[payload].expression;
  std::size_t calls = 0;
  for (std::size_t at = all.find("_payload("); at != std::string::npos; at = all.find("_payload(", at + 1)) {
    const std::string_view call = std::string_view(all).substr(at, all.find("_payload(", at + 1) - at);
    EXPECT_LE(std::count(call.begin(), call.end(), '.'), 100) << "arguments s.x, and the dot of the next call's name";
    ++calls;
  }
  EXPECT_EQ(calls, 17U) << "1600 columns, 99 a call";
  EXPECT_EQ(all.front(), '(');
  EXPECT_EQ(all.back(), ')');
}

TEST(Mapping, SaysWhichColumnsItReads) {
  const Compiled result = compiled(with({{"contact_id", "number"},
                                         {"payload", {"place"}},
                                         {"change_column", "local_at"},
                                         {"time_zone", "Europe/London"}}));
  const std::vector<bool> used = {true, true, false, false, true, false, true, true, false, false, true};
  EXPECT_EQ(result.used, used);
  EXPECT_EQ(result.change_column, 7U);
  EXPECT_EQ(result.change_value, R"(lifecycle._utc_time(s."local_at"::timestamp, 'Europe/London'::text))");
  EXPECT_TRUE(result.warnings.empty());
}

TEST(Mapping, KnowsAPlainRecordId) {
  EXPECT_EQ(compiled(with()).columns[source_record_id].plain_column, 0U);
  EXPECT_EQ(compiled(with({{"source_record_id", {"number"}}})).columns[source_record_id].plain_column, 1U);
  EXPECT_EQ(compiled(with({{"source_record_id", {"number", "id"}}})).columns[source_record_id].plain_column,
            std::nullopt);
  EXPECT_EQ(compiled(with({{"source_record_id", {{"constant", "1"}}}})).columns[source_record_id].plain_column,
            std::nullopt);
}

TEST(Mapping, WarnsOfZonesThatNobodyChose) {
  const auto warnings = [](const nlohmann::json& members) { return compiled(with(members)).warnings; };
  EXPECT_TRUE(warnings({{"event_timestamp", "at"}, {"change_column", "at"}}).empty());
  EXPECT_EQ(warnings({{"event_timestamp", {"local_at", "name"}}, {"change_column", "local_at"}}),
            std::vector<std::string>{
                "The mapping names no time_zone: times without a zone in local_at (timestamp without time zone), "
                "name (character varying(40)) are read as UTC. Write \"time_zone\": \"UTC\" if they are, or the "
                "zone they are in."});
  EXPECT_TRUE(warnings({{"event_timestamp", "local_at"}, {"time_zone", "UTC"}}).empty());
  EXPECT_TRUE(warnings({{"event_timestamp", {{"column", "local_at"}, {"time_zone", "UTC"}}}}).empty());
  EXPECT_EQ(
      warnings({{"event_timestamp", {{"column", "local_at"}, {"time_zone", "UTC"}}}, {"change_column", "day"}}).size(),
      1U);
  EXPECT_EQ(warnings({{"event_timestamp", {{"column", "at"}, {"time_zone", "Asia/Tokyo"}}}}),
            std::vector<std::string>{"/event_timestamp/time_zone has no effect: at is timestamp with time zone."});
}

// Another target than the ledger: every kind, its own rules.
TEST(Mapping, ServesOtherTargets) {
  constexpr std::array<Target, 5> columns = {
      {{"run_id", TargetKind::uuid, kinds(SourceKind::uuid), true},
       {"attempts", TargetKind::integer, kinds(SourceKind::integer), false},
       {"cost", TargetKind::number, kinds(SourceKind::integer, SourceKind::numeric), false},
       {"ok", TargetKind::boolean, kinds(SourceKind::boolean), false},
       {"document", TargetKind::json, kinds(SourceKind::jsonb), false}}};
  const Targets runs = {columns, {}, {}};
  const auto result = [&](const nlohmann::json& mapping) {
    return compile(mapping.dump(), forms, runs, zone_exists).columns;
  };
  const auto mapped = result({{"run_id", "id"},
                              {"attempts", {"number", {{"constant", 1}}}},
                              {"cost", "amount"},
                              {"ok", {{"first", {"done", {{"constant", false}}}}}},
                              {"document", {{"first", {"extra"}}}}});
  EXPECT_EQ(mapped[0].expression, R"(s."id"::uuid)");
  EXPECT_EQ(mapped[1].expression, R"(COALESCE(s."number"::bigint, '1'::bigint))");
  EXPECT_EQ(mapped[2].expression, R"(s."amount"::numeric)");
  EXPECT_EQ(mapped[3].expression, R"(COALESCE(s."done"::boolean, 'false'::boolean))");
  EXPECT_EQ(mapped[4].expression, R"(s."extra"::jsonb)");
  const auto constants = result({{"run_id", {{"constant", "6F1C2D3E-0000-4000-8000-0123456789ab"}}}});
  EXPECT_EQ(constants[0].expression, "'6F1C2D3E-0000-4000-8000-0123456789ab'::uuid");
  EXPECT_EQ(constants[1].expression, "NULL::bigint");
  EXPECT_EQ(constants[2].expression, "NULL::numeric");
  EXPECT_EQ(constants[3].expression, "NULL::boolean");
  const std::vector<nlohmann::json> refused = {{{"run_id", {{"constant", "6F1C2D3E-0000-4000-8000-0123456789ag"}}}},
                                               {{"run_id", {{"constant", 7}}}},
                                               {{"run_id", "id"}, {"attempts", {{"constant", "1.5"}}}},
                                               {{"run_id", "id"}, {"ok", {{"constant", 1}}}},
                                               {{"run_id", "email"}},
                                               {{"run_id", "id"}, {"contact_id", "number"}}};
  for (const auto& mapping : refused) {
    EXPECT_THROW(result(mapping), Error) << mapping;
  }
}

// The examples that ship, over relations of the columns they are written for: no error, no warning.
TEST(Mapping, CompilesTheExamples) {
  const auto text = [](const char* name) { return SourceColumn{name, SourceKind::text, "text"}; };
  const auto uuid = [](const char* name) { return SourceColumn{name, SourceKind::uuid, "uuid"}; };
  const auto time = [](const char* name) {
    return SourceColumn{name, SourceKind::timestamptz, "timestamp with time zone"};
  };
  const std::vector<std::pair<const char*, Relation>> examples = {
      {"measurement_events",
       {"measurement_events",
        {uuid("measurement_event_id"), text("measure_id"), text("subject_id"), time("timestamp"),
         text("measure_version"), text("binding_id"), text("binding_version"), text("form_id"),
         text("form_submission_id"), text("idem_key"), time("updated_at")}}},
      {"clinical_sessions",
       {"clinical_sessions",
        {uuid("session_id"),
         text("contact_id"),
         {"session_num", SourceKind::integer, "integer"},
         text("status"),
         time("started_at"),
         time("ended_at"),
         time("created_at"),
         text("idem_key"),
         time("updated_at")}}},
      {"emails",
       {"email_events",
        {text("email_event_id"),
         text("contact_address"),
         text("direction"),
         text("subject"),
         text("event_name"),
         text("provider"),
         time("sent_at"),
         text("thread_id"),
         {"labels", SourceKind::other, "text[]"},
         time("updated_at")}}},
      {"messages",
       {"messages",
        {{"message_id", SourceKind::integer, "bigint"},
         text("contact_email"),
         text("channel"),
         text("direction"),
         text("body_preview"),
         text("platform"),
         {"sent_at", SourceKind::timestamp, "timestamp without time zone"},
         time("updated_at")}}}};
  const std::filesystem::path directory = EXAMPLE_MAPPINGS;
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    files += file.path().extension() == ".json" ? 1 : 0; // those of datasets are SQL, run by their own test
  }
  EXPECT_EQ(files, examples.size()) << "an example without a test";
  for (const auto& [name, relation] : examples) {
    std::ifstream file(directory / (std::string(name) + ".json"));
    ASSERT_TRUE(file) << name;
    std::ostringstream mapping;
    mapping << file.rdbuf();
    const Compiled result = compiled(mapping.str(), relation);
    EXPECT_TRUE(result.warnings.empty()) << name << ": " << result.warnings.front();
    EXPECT_TRUE(result.change_column) << name;
    EXPECT_TRUE(result.columns[source_record_id].plain_column) << name;
    EXPECT_NE(result.columns[payload].expression, "NULL::jsonb") << name;
  }
}

} // namespace
