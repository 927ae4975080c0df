#include "functions/dataset/column.hpp"

#include <charconv>

#include "functions/dataset/names.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {
namespace {

constexpr std::array<std::string_view, 11> type_names = {
    "text", "varchar", "uuid", "integer", "bigint", "numeric", "boolean", "timestamptz", "timestamp", "date", "jsonb"};
constexpr std::array<std::string_view, 11> logical_names = {"string",    "string", "string",  "integer",
                                                            "integer",   "number", "boolean", "timestamp",
                                                            "timestamp", "date",   "object"};
constexpr std::array<std::string_view, 4> personal_names = {"value", "address", "words", "state"};
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

class Reader {
 public:
  Reader(Document& document, std::optional<unsigned> major) : document_(document), major_(major) {}

  Column read(const Node& place) {
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

 private:
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
    if (column.name != "export_schema_version" || !major_) {
      return;
    }
    if (const std::string version = 'v' + std::to_string(*major_);
        !column.required || column.valid_values != std::vector<std::string>{version}) {
      document_.note(place, "export_schema_version must be required and have the one valid value " + version);
    }
  }

  Document& document_;
  std::optional<unsigned> major_; // of the contract's version
};

} // namespace

std::string_view name_of(ColumnType type) { return type_names[static_cast<std::size_t>(type)]; }

Column read_column(Document& document, const Node& place, std::optional<unsigned> major) {
  return Reader(document, major).read(place);
}

} // namespace lifecycle::dataset
