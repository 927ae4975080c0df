#include "functions/dataset/contract.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "functions/dataset/column.hpp"
#include "functions/dataset/document.hpp"
#include "functions/dataset/names.hpp"
#include "functions/dataset/parse_document.hpp"
#include "functions/dataset/semantics.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {
namespace {

using nlohmann::json;

// A function takes 100 arguments: the columns after a list of their names, or two for each.
constexpr std::size_t most_columns = 99;
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
    contract_.semantics = read_semantics(document_, schema_, contract_, places_);
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
      Column column = read_column(document_, place, major_of(contract_.version));
      if (!column.name.empty() && contract_.find(column.name) != nullptr) {
        document_.note(place.member("name"), "another property has this name");
      }
      contract_.columns.push_back(std::move(column));
      places_.push_back(place);
    }
  }

  Contract contract_;
  Node root_;
  Node schema_{"", nullptr};
  Document document_;
  std::vector<Node> places_; // of the columns
};

} // namespace

const Column* Contract::find(std::string_view column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& other) { return other.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

Contract read_contract(std::string_view document) {
  const json parsed = parse_document(document);
  return Reader(parsed).read();
}

} // namespace lifecycle::dataset
