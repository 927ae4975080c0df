#include "functions/mapping/rules.hpp"

#include <algorithm>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/utf8.hpp"
#include "functions/mapping/messages.hpp"
#include "functions/mapping/terms.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mapping {
namespace {

using nlohmann::json;

constexpr char duplicate_column[] = "42701";
constexpr std::size_t max_alternatives = 64;
constexpr char zone_key[] = "time_zone";
constexpr char change_key[] = "change_column";
constexpr char map_key[] = "map";

json parse(std::string_view document, const Relation& relation) {
  const std::string which = "mapping of " + relation.name + ": ";
  if (document.size() > limits.max_document_bytes) {
    throw Error(sqlstate::program_limit_exceeded, which + "it is too large",
                "It has " + std::to_string(document.size()) + " bytes; lifecycle_ledger.max_document_bytes is " +
                    std::to_string(limits.max_document_bytes) + '.',
                "A mapping has a few lines. Raise the setting if this one is meant.");
  }
  const json::parser_callback_t check = [&](int depth, json::parse_event_t event, const json&) {
    poll_interrupts();
    const bool opens = event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && static_cast<unsigned>(depth) >= limits.max_depth) {
      throw Error(sqlstate::program_limit_exceeded, which + "it is too deep",
                  "It nests deeper than lifecycle_ledger.max_depth, which is " + std::to_string(limits.max_depth) + '.',
                  "A mapping nests three deep. Raise the setting if this one is meant.");
    }
    return true;
  };
  try {
    return json::parse(document, check);
  } catch (const json::out_of_range&) {
    throw Error(sqlstate::numeric_value_out_of_range, which + "it holds a number beyond the largest double",
                "The largest double is about 1.8e308.", "Write the number as a string.");
  } catch (const json::exception& error) {
    throw Error(sqlstate::invalid_json_text, which + "it is not JSON", shorten(error.what(), 200) + '.',
                "Write one JSON object.");
  }
}

class Reader {
 public:
  Reader(const Relation& relation, const Targets& targets, ZoneCheck zone_exists)
      : relation_(relation), targets_(targets), terms_(relation, zone_exists) {}

  Rules read(const Place& root) {
    if (!root.value.is_object()) {
      fail(sqlstate::invalid_parameter_value, relation_, root, "it is not a JSON object",
           "Write {\"event_type\": {\"constant\": \"form\"}, …}: a key for each column.");
    }
    check_mapping_keys(root);
    const Zone zone = zone_of(root, Zone{});
    rules_.zone = zone.name;
    for (const Target& target : targets_.columns) {
      const std::string key(target.name);
      rules_.columns.emplace_back();
      if (root.value.contains(key)) {
        rules_.columns.back() = rule(root.member(key), target, zone);
      } else if (target.required && target.valid_values.size() != 1) {
        fail(sqlstate::invalid_parameter_value, relation_, root, "it does not map " + key,
             "Add \"" + key + "\": a column's name, or {\"constant\": …}. " + terms_.columns_hint());
      }
    }
    check_any_of(root);
    if (root.value.contains(change_key)) {
      rules_.change_column = terms_.change_column(root.member(change_key), zone);
    }
    if (std::string warning = terms_.default_zone_warning(); !warning.empty()) {
      rules_.warnings.push_back(std::move(warning));
    }
    return std::move(rules_);
  }

 private:
  void check_keys(const Place& place, std::span<const std::string_view> valid) const {
    for (const auto& [key, value] : place.value.items()) {
      if (std::find(valid.begin(), valid.end(), key) == valid.end()) {
        fail(sqlstate::invalid_parameter_value, relation_, place.member(key),
             "key \"" + shorten(key, 100) + "\" is not known",
             did_you_mean(key, valid) + "Keys here: " + list(valid) + '.');
      }
    }
  }

  void check_mapping_keys(const Place& root) const {
    std::vector<std::string_view> valid;
    for (const Target& target : targets_.columns) {
      valid.push_back(target.name);
    }
    valid.insert(valid.end(), {zone_key, change_key});
    valid.insert(valid.end(), targets_.other_keys.begin(), targets_.other_keys.end());
    check_keys(root, valid);
  }

  void check_any_of(const Place& root) const {
    const auto is_mapped = [&](std::string_view key) { return root.value.contains(key); };
    if (!targets_.any_of.empty() && std::none_of(targets_.any_of.begin(), targets_.any_of.end(), is_mapped)) {
      fail(sqlstate::invalid_parameter_value, relation_, root, "it maps none of " + list(targets_.any_of),
           "Map at least one of them. " + terms_.columns_hint());
    }
  }

  [[nodiscard]] Zone zone_of(const Place& place, const Zone& otherwise) const {
    return place.value.contains(zone_key) ? terms_.zone(place.member(zone_key)) : otherwise;
  }

  Rule rule(const Place& place, const Target& target, const Zone& zone) {
    if (place.value.is_string()) {
      return {{terms_.column_term(place, target, zone)}, {}};
    }
    if (place.value.is_array()) {
      return target.kind == TargetKind::json ? Rule{{}, listed(place)} : Rule{alternatives(place, target, zone), {}};
    }
    if (!place.value.is_object()) {
      fail(sqlstate::invalid_parameter_value, relation_, place, std::string(target.name) + " is not mapped to anything",
           "Write a column's name, a list of them, or {\"constant\": …}; leave the key out for no value.");
    }
    return long_form(place, target, zone);
  }

  // Times and documents have no text that a map could list.
  static bool may_translate(TargetKind kind) {
    return kind == TargetKind::text || kind == TargetKind::integer || kind == TargetKind::number ||
           kind == TargetKind::uuid;
  }

  Rule long_form(const Place& place, const Target& target, const Zone& outer_zone) {
    const std::vector<std::string_view> forms = {"column", "first",
                                                 target.kind == TargetKind::json ? "columns" : "constant"};
    std::vector<std::string_view> valid = forms;
    if (target.kind == TargetKind::time) {
      valid.emplace_back(zone_key);
    }
    if (may_translate(target.kind) && place.value.contains("column")) {
      valid.emplace_back(map_key);
    }
    check_keys(place, valid);
    if (std::count_if(forms.begin(), forms.end(), [&](auto form) { return place.value.contains(form); }) != 1) {
      fail(sqlstate::invalid_parameter_value, relation_, place,
           std::string(target.name) + " needs exactly one of " + list(forms),
           "Write one of them, such as {\"column\": \"a_column\"}.");
    }
    const Zone zone = zone_of(place, outer_zone);
    if (place.value.contains("columns")) {
      return {{}, keys(place.member("columns"))};
    }
    if (place.value.contains("first")) {
      return {alternatives(place.member("first"), target, zone), {}};
    }
    if (place.value.contains("constant")) {
      return {{terms_.constant_term(place.member("constant"), target, zone)}, {}};
    }
    if (place.value.contains(map_key)) {
      return {{terms_.translated_term(place.member("column"), place.member(map_key), target)}, {}};
    }
    Term term = terms_.column_term(place.member("column"), target, zone);
    const SourceColumn& column = terms_.source(*term.column);
    if (place.value.contains(zone_key) && column.kind == SourceKind::timestamptz) {
      rules_.warnings.push_back(place.pointer + "/time_zone has no effect: " + column.name + " is " + column.type +
                                '.');
    }
    return {{std::move(term)}, {}};
  }

  std::vector<Term> alternatives(const Place& place, const Target& target, const Zone& zone) {
    if (!place.value.is_array() || place.value.empty() || place.value.size() > max_alternatives) {
      fail(sqlstate::invalid_parameter_value, relation_, place,
           std::string(target.name) + " needs a list of 1 to " + std::to_string(max_alternatives) + " alternatives",
           "List columns in order of preference, such as [\"started_at\", \"created_at\"].");
    }
    std::vector<Term> terms;
    for (std::size_t i = 0; i < place.value.size(); ++i) {
      const Place element = place.element(i);
      if (!terms.empty() && !terms.back().column) {
        fail(sqlstate::invalid_parameter_value, relation_, element, "nothing after a constant is ever reached",
             "Put the constant last.");
      }
      Term term = alternative(element, target, zone);
      if (std::any_of(terms.begin(), terms.end(),
                      [&](const Term& other) { return term.column && other.column == term.column; })) {
        fail_repeated(element, *term.column);
      }
      terms.push_back(std::move(term));
    }
    return terms;
  }

  Term alternative(const Place& place, const Target& target, const Zone& zone) {
    if (place.value.is_string()) {
      return terms_.column_term(place, target, zone);
    }
    if (!place.value.is_object() || place.value.contains("first") || place.value.contains("columns")) {
      fail(sqlstate::invalid_parameter_value, relation_, place, "an alternative is a column or a constant",
           "Write a column's name, {\"column\": …} or {\"constant\": …}.");
    }
    return std::move(long_form(place, target, zone).first.front());
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> keys(const Place& place) const {
    if (place.value.is_array()) {
      return listed(place);
    }
    std::vector<std::pair<std::string, std::size_t>> made;
    if (place.value == "*") {
      for (const std::string_view name : terms_.column_names()) {
        made.emplace_back(name, made.size());
      }
    } else if (place.value.is_object()) {
      for (const auto& [key, value] : place.value.items()) {
        made.emplace_back(key, terms_.column(place.member(key)));
      }
    }
    if (made.empty()) {
      fail_empty(place);
    }
    return made;
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> listed(const Place& place) const {
    std::vector<std::pair<std::string, std::size_t>> made;
    std::vector<bool> seen(relation_.columns.size());
    for (std::size_t i = 0; i < place.value.size(); ++i) {
      const Place element = place.element(i);
      const std::size_t column = terms_.column(element);
      if (seen[column]) {
        fail_repeated(element, column);
      }
      seen[column] = true;
      made.emplace_back(terms_.source(column).name, column);
    }
    if (made.empty()) {
      fail_empty(place);
    }
    return made;
  }

  [[noreturn]] void fail_repeated(const Place& place, std::size_t column) const {
    fail(duplicate_column, relation_, place, "column \"" + terms_.source(column).name + "\" is listed twice",
         "List each column once.");
  }

  [[noreturn]] void fail_empty(const Place& place) const {
    fail(sqlstate::invalid_parameter_value, relation_, place, "it names no column",
         "Write [\"a_column\", …], {\"columns\": {\"key\": \"a_column\", …}} or {\"columns\": \"*\"}; leave the key "
         "out for no "
         "value. " +
             terms_.columns_hint());
  }

  const Relation& relation_;
  const Targets& targets_;
  TermReader terms_;
  Rules rules_;
};

} // namespace

Rules read_rules(std::string_view document, const Relation& relation, const Targets& targets, ZoneCheck zone_exists) {
  const json parsed = parse(document, relation);
  return Reader(relation, targets, zone_exists).read(Place{"", parsed});
}

} // namespace lifecycle::mapping
