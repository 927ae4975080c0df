#include "functions/dataset/contract.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/dataset/document.hpp"
#include "functions/mapping/quote.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 11> type_names = {
    "text", "varchar", "uuid", "integer", "bigint", "numeric", "boolean", "timestamptz", "timestamp", "date", "jsonb"};
constexpr std::array<std::string_view, 11> logical_names = {"string",    "string", "string",  "integer",
                                                            "integer",   "number", "boolean", "timestamp",
                                                            "timestamp", "date",   "object"};
constexpr std::array<std::string_view, 4> semantics_names = {"append-only", "versioned-upsert", "insert-if-absent",
                                                             "replace"};
// A function takes 100 arguments: the columns after a list of their names, or two for each.
constexpr std::size_t most_columns = 99;
constexpr std::ptrdiff_t most_required = 50;
constexpr std::array<std::string_view, 4> personal_names = {"value", "address", "words", "state"};
constexpr std::array<std::string_view, 5> status_names = {"proposed", "draft", "active", "deprecated", "retired"};
constexpr std::array<std::string_view, 17> document_members = {"apiVersion",
                                                               "kind",
                                                               "id",
                                                               "name",
                                                               "version",
                                                               "status",
                                                               "domain",
                                                               "dataProduct",
                                                               "tenant",
                                                               "description",
                                                               "schema",
                                                               "slaProperties",
                                                               "team",
                                                               "customProperties",
                                                               "contractCreatedTs",
                                                               "authoritativeDefinitions",
                                                               "tags"};
constexpr std::array<std::string_view, 10> schema_members = {
    "name",       "physicalType", "physicalName",     "businessName", "description", "dataGranularityDescription",
    "properties", "quality",      "customProperties", "tags"};
constexpr std::array<std::string_view, 20> property_members = {"name",
                                                               "businessName",
                                                               "description",
                                                               "logicalType",
                                                               "logicalTypeOptions",
                                                               "physicalType",
                                                               "physicalName",
                                                               "required",
                                                               "unique",
                                                               "primaryKey",
                                                               "primaryKeyPosition",
                                                               "partitioned",
                                                               "partitionKeyPosition",
                                                               "criticalDataElement",
                                                               "classification",
                                                               "examples",
                                                               "quality",
                                                               "customProperties",
                                                               "tags",
                                                               "relationships"};

json parse(std::string_view document) {
  if (document.size() > limits.max_document_bytes) {
    throw Error(sqlstate::program_limit_exceeded, "the contract is too large",
                "It has " + std::to_string(document.size()) + " bytes; lifecycle_ledger.max_document_bytes is " +
                    std::to_string(limits.max_document_bytes) + '.',
                "A contract has a few kilobytes. Raise the setting if this one is meant.");
  }
  const json::parser_callback_t check = [](int depth, json::parse_event_t event, const json&) {
    poll_interrupts();
    const bool opens = event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && static_cast<unsigned>(depth) >= limits.max_depth) {
      throw Error(sqlstate::program_limit_exceeded, "the contract is too deep",
                  "It nests deeper than lifecycle_ledger.max_depth, which is " + std::to_string(limits.max_depth) + '.',
                  "A contract nests seven deep. Raise the setting if this one is meant.");
    }
    return true;
  };
  try {
    return json::parse(document, check);
  } catch (const json::out_of_range&) {
    throw Error(sqlstate::numeric_value_out_of_range, "the contract holds a number beyond the largest double",
                "The largest double is about 1.8e308.", "Write the number as a string.");
  } catch (const json::exception& error) {
    throw Error(sqlstate::invalid_json_text, "the contract is not JSON", mapping::shorten(error.what(), 200) + '.',
                "Write one JSON object.");
  }
}

// A name that PostgreSQL keeps unquoted and whole.
bool is_name(std::string_view name) {
  const auto is_inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  constexpr std::size_t longest = 63;
  return !name.empty() && name.size() <= longest && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), is_inner);
}

template <std::size_t count>
std::size_t index_of(const std::array<std::string_view, count>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

// MAJOR.MINOR.PATCH; gives MAJOR, or nothing.
std::optional<unsigned> major_of(std::string_view version) {
  std::array<unsigned, 3> parts{};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc() || (*at == '0' && next - at > 1) || (i < 2 ? next == end || *next != '.' : next != end)) {
      return std::nullopt;
    }
    at = next + 1;
  }
  return parts[0];
}

class Reader {
 public:
  explicit Reader(const json& root) : root_{"", &root}, document_(contract_.problems) {}

  Contract read() {
    if (!root_.is_object()) {
      document_.note(root_, "it must be an object");
      return std::move(contract_);
    }
    document_.check_members(root_, document_members);
    document_.check_objects(root_, "customProperties", "property");
    document_.check_objects(root_, "slaProperties", "property");
    read_head();
    const Node list = root_.member("schema");
    if (list.size() != 1 || !list.element(0).is_object()) {
      document_.note(list, "it must be a list of one object: a contract is of one dataset");
      return std::move(contract_);
    }
    schema_ = list.element(0);
    document_.check_members(schema_, schema_members);
    document_.check_objects(schema_, "customProperties", "property");
    document_.check_objects(schema_, "quality", "");
    if (document_.required_string(schema_, "name") != contract_.name) {
      document_.note(schema_.member("name"), "it must be the name of the contract");
    }
    read_columns();
    check_positions("primaryKeyPosition", &Column::key_position);
    check_positions("partitionKeyPosition", &Column::partition_position);
    read_semantics();
    return std::move(contract_);
  }

 private:
  void read_head() {
    if (const std::string api = document_.required_string(root_, "apiVersion");
        !api.empty() && api.substr(0, 3) != "v3.") {
      document_.note(root_.member("apiVersion"), "only version 3 of the Open Data Contract Standard is read here");
    }
    if (const std::string kind = document_.required_string(root_, "kind"); !kind.empty() && kind != "DataContract") {
      document_.note(root_.member("kind"), "it must be DataContract");
    }
    document_.required_string(root_, "id");
    if (const std::string status = document_.required_string(root_, "status");
        !status.empty() && index_of(status_names, status) == status_names.size()) {
      document_.note(root_.member("status"), "it must be " + one_of(status_names));
    }
    contract_.name = document_.required_string(root_, "name");
    if (!contract_.name.empty() && !is_name(contract_.name)) {
      document_.note(root_.member("name"), "it must be of lower-case letters, digits and underscores, 63 at most");
    }
    contract_.version = document_.required_string(root_, "version");
    check_version();
  }

  void check_version() {
    if (contract_.version.empty()) {
      return;
    }
    const std::optional<unsigned> major = major_of(contract_.version);
    if (!major) {
      document_.note(root_.member("version"), "it must be of the form 1.0.0");
      return;
    }
    const std::size_t at = contract_.name.rfind("_v");
    if (at == std::string::npos) {
      return;
    }
    const std::string_view suffix = std::string_view(contract_.name).substr(at + 2);
    unsigned number = 0;
    const auto [end, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), number);
    if (error == std::errc() && end == suffix.data() + suffix.size() && number != *major) {
      document_.note(root_.member("version"), "its first number must be the one the name ends with");
    }
  }

  void read_columns() {
    const Node list = schema_.member("properties");
    if (list.size() == 0) {
      document_.note(list, "it must be a list of properties that is not empty");
    }
    if (list.size() > most_columns) {
      document_.note(list,
                     "there may be 99 at most: rows are held against each other by functions of all their columns");
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Node place = list.element(i);
      if (!place.is_object()) {
        document_.note(place, "it must be an object");
        continue;
      }
      Column column = read_column(place);
      if (!column.name.empty() && contract_.find(column.name) != nullptr) {
        document_.note(place.member("name"), "another property has this name");
      }
      contract_.columns.push_back(std::move(column));
      places_.push_back(place);
    }
  }

  Column read_column(const Node& place) {
    document_.check_members(place, property_members);
    document_.check_objects(place, "customProperties", "property");
    document_.check_objects(place, "quality", "");
    document_.optional_boolean(place, "unique");
    document_.optional_boolean(place, "criticalDataElement");
    Column column;
    column.name = document_.required_string(place, "name");
    if (!column.name.empty() && !is_name(column.name)) {
      document_.note(place.member("name"), "it must be of lower-case letters, digits and underscores, 63 at most");
    }
    read_type(place, column);
    column.required = document_.optional_boolean(place, "required");
    const bool in_key = document_.optional_boolean(place, "primaryKey");
    column.key_position = document_.optional_position(place, "primaryKeyPosition");
    if (in_key != (column.key_position != 0)) {
      document_.note(place, "primaryKey and primaryKeyPosition must go together");
    }
    if (in_key && !column.required) {
      document_.note(place.member("required"), "a property of the key must be required");
    }
    const bool partitions = document_.optional_boolean(place, "partitioned");
    column.partition_position = document_.optional_position(place, "partitionKeyPosition");
    if (partitions != (column.partition_position != 0)) {
      document_.note(place, "partitioned and partitionKeyPosition must go together");
    }
    if (const Node computed = document_.custom_property(place, "computed"); computed.exists()) {
      column.computed = computed.value->is_boolean() && computed.value->get<bool>();
      if (!computed.value->is_boolean()) {
        document_.note(computed, "it must be true or false");
      }
    }
    check_reference(place, column);
    check_personal(place);
    read_valid_values(place, column);
    check_schema_version(place, column);
    return column;
  }

  // What SQL is made of, and what an erasure goes by: nothing that is only alike.
  void check_reference(const Node& place, const Column& column) {
    const Node reference = document_.custom_property(place, "reference");
    if (!reference.exists()) {
      return;
    }
    constexpr std::int64_t most_bytes = 1024 * 1024;
    if (!reference.value->is_number_integer() || reference.value->get<std::int64_t>() < 1 ||
        reference.value->get<std::int64_t>() > most_bytes) {
      document_.note(reference, "it must be a number of bytes from 1 to 1048576");
    } else if (column.type && column.type != ColumnType::text && column.type != ColumnType::varchar) {
      document_.note(reference, "only a text can be a reference");
    }
  }

  void check_personal(const Node& place) {
    const Node personal = document_.custom_property(place, "personal");
    if (personal.exists() &&
        (!personal.value->is_string() ||
         index_of(personal_names, std::string_view(personal.value->get_ref<const std::string&>())) ==
             personal_names.size())) {
      document_.note(personal, "it must be " + one_of(personal_names));
    }
  }

  void read_type(const Node& place, Column& column) {
    const std::string physical = document_.required_string(place, "physicalType");
    const std::string logical = document_.required_string(place, "logicalType");
    if (physical.empty()) {
      return;
    }
    const std::size_t bracket = physical.find('(');
    const std::size_t type = index_of(type_names, std::string_view(physical).substr(0, bracket));
    const bool has_length = bracket != std::string::npos;
    if (type == type_names.size() || has_length != (type == static_cast<std::size_t>(ColumnType::varchar))) {
      document_.note(place.member("physicalType"),
                     "it must be text, varchar(N), uuid, integer, bigint, numeric, boolean, timestamptz, timestamp, "
                     "date or jsonb");
      return;
    }
    column.type = static_cast<ColumnType>(type);
    if (has_length) {
      const char* const from = physical.data() + bracket + 1;
      const char* const end = physical.data() + physical.size();
      const auto [next, error] = std::from_chars(from, end, column.max_length);
      constexpr std::size_t largest = 10'485'760;
      if (error != std::errc() || next + 1 != end || *next != ')' || column.max_length == 0 ||
          column.max_length > largest) {
        document_.note(place.member("physicalType"), "the length must be a whole number from 1 to 10485760");
      }
    }
    if (const Node length = place.member("logicalTypeOptions").member("maxLength");
        length.exists() && has_length && *length.value != column.max_length) {
      document_.note(length, "it must be the length of " + physical);
    }
    if (!logical.empty() && logical != logical_names[type]) {
      document_.note(place.member("logicalType"), "of " + physical + " it must be " + std::string(logical_names[type]));
    }
  }

  void read_valid_values(const Node& place, Column& column) {
    const Node rules = place.member("quality");
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const Node values = rules.element(i).member("arguments").member("validValues");
      if (!values.exists()) {
        continue;
      }
      if (column.type && *column.type != ColumnType::text && *column.type != ColumnType::varchar) {
        document_.note(values, "only a text can have valid values");
      }
      if (!column.valid_values.empty()) {
        document_.note(values, "the valid values are given twice");
      }
      column.valid_values = document_.strings(values);
    }
  }

  // Rows say the major version they were exported under.
  void check_schema_version(const Node& place, const Column& column) {
    const std::optional<unsigned> major = major_of(contract_.version);
    if (column.name != "export_schema_version" || !major) {
      return;
    }
    if (const std::string version = 'v' + std::to_string(*major);
        !column.required || column.valid_values != std::vector<std::string>{version}) {
      document_.note(place, "export_schema_version must be required and have the one valid value " + version);
    }
  }

  // From 1 on without a gap.
  void check_positions(std::string_view member, int Column::*position) {
    std::vector<int> seen;
    for (const Column& column : contract_.columns) {
      if (column.*position != 0) {
        seen.push_back(column.*position);
      }
    }
    std::sort(seen.begin(), seen.end());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (seen[i] != static_cast<int>(i) + 1) {
        document_.note(schema_.member("properties"),
                       "the values of " + std::string(member) + " must be 1, 2, …, each once");
        return;
      }
    }
  }

  // The column that a custom property of the schema names; null, and noted, where it names none.
  const Column* named_column(std::string_view property, bool is_needed) {
    const Node value = document_.custom_property(schema_, property);
    if (!value.exists()) {
      if (is_needed) {
        document_.note(schema_.member("customProperties"), "it has no " + std::string(property));
      }
      return nullptr;
    }
    const Column* const column =
        value.value->is_string() ? contract_.find(value.value->get_ref<const std::string&>()) : nullptr;
    if (column == nullptr) {
      document_.note(value, "it must be the name of a property");
    }
    return column;
  }

  void expect(bool holds, std::string_view property, const std::string& what) {
    if (!holds) {
      document_.note(document_.custom_property(schema_, property), what);
    }
  }

  static bool is_time(const Column& column) {
    return column.type == ColumnType::timestamptz || column.type == ColumnType::timestamp;
  }

  void read_semantics() {
    const Node semantics = document_.custom_property(schema_, "writeSemantics");
    const std::string_view name = semantics.exists() && semantics.value->is_string()
                                      ? std::string_view(semantics.value->get_ref<const std::string&>())
                                      : "";
    if (const std::size_t index = index_of(semantics_names, name); index < semantics_names.size()) {
      contract_.semantics = static_cast<WriteSemantics>(index);
    } else {
      document_.note(semantics, "writeSemantics must be " + one_of(semantics_names));
    }
    if (std::none_of(contract_.columns.begin(), contract_.columns.end(),
                     [](const Column& column) { return column.key_position != 0; })) {
      document_.note(schema_.member("properties"), "there is no primary key");
    }
    if (const Column* const tenant = named_column("tenantColumn", true)) {
      expect(tenant->required, "tenantColumn", "the tenant must be required");
    }
    const Column* const time = named_column("timeColumn", true);
    if (time != nullptr) {
      expect(time->required && is_time(*time), "timeColumn", "it must be required and a time");
    }
    if (const Column* const gone = named_column("tombstoneColumn", false)) {
      expect(!gone->required && is_time(*gone), "tombstoneColumn", "it must be a time that may be null");
      expect(std::count_if(contract_.columns.begin(), contract_.columns.end(),
                           [](const Column& column) { return column.required; }) <= most_required,
             "tombstoneColumn", "with it 50 properties at most may be required: a tombstone has them all");
    }
    read_version();
    read_guards();
    check_partitions(time);
  }

  void read_version() {
    const bool is_needed = contract_.semantics == WriteSemantics::versioned_upsert;
    if (const Column* const version = named_column("versionColumn", is_needed)) {
      expect(version->required && version->key_position == 0 &&
                 (version->type == ColumnType::bigint || version->type == ColumnType::integer),
             "versionColumn", "it must be required, a bigint or integer, and outside the key");
      expect(!is_needed || version->name == "record_version", "versionColumn", "it must be record_version");
    }
  }

  void read_guards() {
    const Node guards = document_.custom_property(schema_, "uniquenessGuards");
    if (guards.exists() && !guards.is_array()) {
      document_.note(guards, "it must be a list of lists of properties");
    }
    for (std::size_t i = 0; i < guards.size(); ++i) {
      const Node guard = guards.element(i);
      if (!guard.is_array()) {
        document_.note(guard, "it must be a list of properties");
        continue;
      }
      for (const std::string& name : document_.strings(guard)) {
        const Column* const column = contract_.find(name);
        if (column == nullptr || !column->required) {
          document_.note(guard, name + " is not a required property");
        }
      }
    }
  }

  void check_partitions(const Column* time) {
    for (std::size_t i = 0; i < contract_.columns.size(); ++i) {
      const Column& column = contract_.columns[i];
      if (column.partition_position == 0) {
        continue;
      }
      if (contract_.semantics && *contract_.semantics != WriteSemantics::append_only) {
        document_.note(places_[i], "only an append-only dataset can be partitioned: any other is written by key alone");
      }
      if (column.partition_position == 1 && time != nullptr && &column != time) {
        document_.note(places_[i], "the first partition property must be the timeColumn");
      }
      if (!column.required) {
        document_.note(places_[i].member("required"), "a partition property must be required");
      }
    }
  }

  Contract contract_;
  Node root_;
  Node schema_{"", nullptr};
  Document document_;
  std::vector<Node> places_; // of the columns
};

} // namespace

std::string_view name_of(ColumnType type) { return type_names[static_cast<std::size_t>(type)]; }

const Column* Contract::find(std::string_view column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& other) { return other.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

Contract read_contract(std::string_view document) {
  const json parsed = parse(document);
  return Reader(parsed).read();
}

} // namespace lifecycle::dataset
