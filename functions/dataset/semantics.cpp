#include "functions/dataset/semantics.hpp"

#include "functions/dataset/names.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {
namespace {

constexpr std::array<std::string_view, 4> semantics_names = {"append-only", "versioned-upsert", "insert-if-absent",
                                                             "replace"};
constexpr std::ptrdiff_t most_required = 50;

class Reader {
 public:
  Reader(Document& document, const Node& schema, const Contract& contract, const std::vector<Node>& places)
      : document_(document), schema_(schema), contract_(contract), places_(places) {}

  std::optional<WriteSemantics> read() {
    check_positions("primaryKeyPosition", &Column::key_position);
    check_positions("partitionKeyPosition", &Column::partition_position);
    const Node semantics = document_.custom_property(schema_, "writeSemantics");
    const std::string_view name = semantics.exists() && semantics.value->is_string()
                                      ? std::string_view(semantics.value->get_ref<const std::string&>())
                                      : "";
    if (const std::size_t index = index_of(semantics_names, name); index < semantics_names.size()) {
      semantics_ = static_cast<WriteSemantics>(index);
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
    return semantics_;
  }

 private:
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

  void read_version() {
    const bool is_needed = semantics_ == WriteSemantics::versioned_upsert;
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
      if (semantics_ && *semantics_ != WriteSemantics::append_only) {
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

  Document& document_;
  const Node& schema_;
  const Contract& contract_;
  const std::vector<Node>& places_; // of the columns
  std::optional<WriteSemantics> semantics_;
};

} // namespace

std::optional<WriteSemantics> read_semantics(Document& document, const Node& schema, const Contract& contract,
                                             const std::vector<Node>& places) {
  return Reader(document, schema, contract, places).read();
}

} // namespace lifecycle::dataset
