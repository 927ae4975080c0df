#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/dataset/contract.hpp"

namespace {

using lifecycle::Error;
using nlohmann::json;
using namespace lifecycle::dataset;

const json sound = json::parse(R"json({
  "apiVersion": "v3.1.0", "kind": "DataContract", "id": "things", "name": "things_v2", "version": "2.10.3", "status": "active",
  "schema": [{
    "name": "things_v2",
    "properties": [
      {"name": "tenant", "logicalType": "string", "physicalType": "uuid", "required": true, "primaryKey": true, "primaryKeyPosition": 1},
      {"name": "id", "logicalType": "integer", "physicalType": "bigint", "required": true, "primaryKey": true, "primaryKeyPosition": 2},
      {"name": "kind", "logicalType": "string", "physicalType": "varchar(20)", "quality": [
        {"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": ["a", "b"]}}]},
      {"name": "score", "logicalType": "number", "physicalType": "numeric", "customProperties": [{"property": "computed", "value": true}]},
      {"name": "record_version", "logicalType": "integer", "physicalType": "integer", "required": true},
      {"name": "at", "logicalType": "timestamp", "physicalType": "timestamptz", "required": true},
      {"name": "gone_at", "logicalType": "timestamp", "physicalType": "timestamptz"}],
    "customProperties": [
      {"property": "writeSemantics", "value": "versioned-upsert"}, {"property": "versionColumn", "value": "record_version"},
      {"property": "tenantColumn", "value": "tenant"}, {"property": "timeColumn", "value": "at"}, {"property": "tombstoneColumn", "value": "gone_at"},
      {"property": "uniquenessGuards", "value": [["tenant", "record_version"]]}]
  }]
})json");

std::string told(const Contract& contract) {
  std::string text;
  for (const Problem& problem : contract.problems) {
    text += problem.pointer + ": " + problem.what + "; ";
  }
  return text;
}

TEST(Contract, IsReadAsItSays) {
  const Contract contract = read_contract(sound.dump());
  EXPECT_EQ(told(contract), "");
  EXPECT_EQ(contract.name, "things_v2");
  EXPECT_EQ(contract.version, "2.10.3");
  EXPECT_EQ(contract.semantics, WriteSemantics::versioned_upsert);
  ASSERT_EQ(contract.columns.size(), 7U);
  EXPECT_EQ(contract.columns[1].key_position, 2);
  const Column* const kind = contract.find("kind");
  ASSERT_NE(kind, nullptr);
  EXPECT_EQ(kind->type, ColumnType::varchar);
  EXPECT_EQ(kind->max_length, 20U);
  EXPECT_EQ(kind->valid_values, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(kind->required);
  EXPECT_TRUE(contract.find("score")->computed);
  EXPECT_EQ(contract.find("nothing"), nullptr);
}

// Whatever stands anywhere, the answer is a list of problems: never a crash, never an exception.
TEST(Contract, ReadsAnything) {
  const std::vector<json> intruders = {nullptr,          true,           -1,           0, 1.5, "", "x", json::array(),
                                       json::array({1}), json::object(), {{"name", 1}}};
  const json flat = sound.flatten();
  std::size_t tried = 0;
  std::size_t sound_ones = 0;
  for (const auto& [path, leaf] : flat.items()) {
    for (json::json_pointer place(path); !place.empty(); place.pop_back()) {
      for (const json& intruder : intruders) {
        json mutated = sound;
        mutated[place] = intruder;
        ++tried;
        ASSERT_NO_THROW(sound_ones += read_contract(mutated.dump()).problems.empty() ? 1U : 0U) << mutated.dump();
      }
      json mutated = sound;
      const json::json_pointer parent = place.parent_pointer();
      if (mutated[parent].is_object()) {
        mutated[parent].erase(place.back());
      } else {
        mutated[parent].erase(std::stoul(place.back()));
      }
      ASSERT_NO_THROW(read_contract(mutated.dump())) << mutated.dump();
    }
  }
  EXPECT_LT(sound_ones, tried / 4);
}

TEST(Contract, ContradictsItself) {
  json twice = sound;
  twice["schema"][0]["customProperties"].push_back({{"property", "tenantColumn"}, {"value", "id"}});
  EXPECT_EQ(told(read_contract(twice.dump())), "/schema/0/customProperties/6: tenantColumn is said twice; ");
  json lengths = sound;
  lengths["schema"][0]["properties"][2]["logicalTypeOptions"] = {{"maxLength", 21}};
  EXPECT_EQ(told(read_contract(lengths.dump())),
            "/schema/0/properties/2/logicalTypeOptions/maxLength: it must be the length of varchar(20); ");
  json version = sound;
  version["schema"][0]["properties"].push_back(
      {{"name", "export_schema_version"}, {"logicalType", "string"}, {"physicalType", "text"}, {"required", true}});
  const std::string expected =
      "/schema/0/properties/7: export_schema_version must be required and have the one valid "
      "value v2; ";
  EXPECT_EQ(told(read_contract(version.dump())), expected);
  version["schema"][0]["properties"][7]["quality"] = {{{"arguments", {{"validValues", {"v2"}}}}}};
  EXPECT_EQ(told(read_contract(version.dump())), "");
}

TEST(Contract, HasAsManyColumnsAsAFunctionTakes) {
  json document = sound;
  json& columns = document["schema"][0]["properties"];
  const auto grow = [&](std::size_t count, bool required) {
    while (columns.size() < count) {
      columns.push_back({{"name", "column_" + std::to_string(columns.size())},
                         {"logicalType", "string"},
                         {"physicalType", "text"},
                         {"required", required}});
    }
    return told(read_contract(document.dump()));
  };
  EXPECT_EQ(grow(53, true), ""); // three of the first seven may be null
  EXPECT_EQ(grow(54, true),
            "/schema/0/customProperties/4/value: with it 50 properties at most may be required: a "
            "tombstone has them all; ");
  columns = sound["schema"][0]["properties"];
  EXPECT_EQ(grow(99, false), "");
  EXPECT_EQ(grow(100, false),
            "/schema/0/properties: there may be 99 at most: rows are held against each other by "
            "functions of all their columns; ");
}

TEST(Contract, MarksOfAColumnAreWhatTheyMean) {
  const auto marked = [](std::size_t column, const char* property, const json& value) {
    json document = sound;
    document["schema"][0]["properties"][column]["customProperties"] = {{{"property", property}, {"value", value}}};
    return told(read_contract(document.dump()));
  };
  const std::string at = "/schema/0/properties/2/customProperties/0/value: ";
  EXPECT_EQ(marked(2, "reference", 1024), "");
  for (const json& value : {json("1024"), json("1) OR true OR (1"), json(0), json(1.5), json(1048577), json(true)}) {
    EXPECT_EQ(marked(2, "reference", value), at + "it must be a number of bytes from 1 to 1048576; ") << value;
  }
  EXPECT_EQ(marked(2, "personal", "words"), "");
  for (const json& value : {json("vaule"), json(""), json(true)}) {
    EXPECT_EQ(marked(2, "personal", value), at + "it must be value, address, words or state; ") << value;
  }
}

TEST(Contract, RefusesWhatIsNoDocument) {
  EXPECT_THROW(read_contract("{"), Error);
  EXPECT_THROW(read_contract(""), Error);
  EXPECT_THROW(read_contract("{\"version\": 1e999}"), Error);
  EXPECT_EQ(told(read_contract("null")), ": it must be an object; ");
  const lifecycle::Limits before = lifecycle::limits;
  lifecycle::limits.max_depth = 4;
  EXPECT_THROW(read_contract(sound.dump()), Error);
  lifecycle::limits = before;
}

} // namespace
