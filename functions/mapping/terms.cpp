#include "functions/mapping/terms.hpp"

#include <algorithm>
#include <array>

#include "functions/core/error.hpp"
#include "functions/core/utf8.hpp"
#include "functions/mapping/quote.hpp"
#include "functions/mapping/scalar.hpp"
#include "functions/time/parse_time.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mapping {
namespace {

using nlohmann::json;

constexpr std::size_t max_translations = 1000;
constexpr KindSet change_sources = kinds(SourceKind::timestamptz, SourceKind::timestamp, SourceKind::date);

std::string_view name_of(TargetKind kind) {
  constexpr std::array<std::string_view, 7> names = {"a text", "an integer", "a number", "a boolean",
                                                     "a UUID", "a time",     "JSON"};
  return names[static_cast<std::size_t>(kind)];
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char pattern) {
           const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           return pattern == '-' ? c == '-' : is_hex;
         });
}

bool is_constant_of(TargetKind kind, const json& value) {
  if (!value.is_string()) {
    const bool is_integer = value.is_number_integer();
    const bool is_boolean = value.is_boolean();
    return (kind == TargetKind::text && (is_integer || is_boolean)) || (kind == TargetKind::boolean && is_boolean) ||
           ((kind == TargetKind::integer || kind == TargetKind::number) && is_integer);
  }
  const auto& text = value.get_ref<const std::string&>();
  switch (kind) {
    case TargetKind::text:
      return !text.empty();
    case TargetKind::uuid:
      return is_uuid(text);
    case TargetKind::time:
      return parse_time(text).has_value();
    case TargetKind::integer:
      return parse_integer(text).has_value();
    case TargetKind::number:
      return is_decimal(text);
    default:
      return false;
  }
}

} // namespace

TermReader::TermReader(const Relation& relation, ZoneCheck zone_exists)
    : relation_(relation), zone_exists_(zone_exists) {
  for (const SourceColumn& column : relation.columns) {
    column_names_.push_back(column.name);
  }
}

std::string TermReader::columns_hint() const {
  return "Columns of " + relation_.name + ": " + list(column_names_) + '.';
}

Zone TermReader::zone(const Place& place) const {
  if (!place.value.is_string() || !zone_exists_(place.value.get_ref<const std::string&>())) {
    fail(sqlstate::invalid_parameter_value, relation_, place, "the time zone is not known",
         "Use UTC or an area/location name such as Europe/London; SELECT name FROM pg_timezone_names lists them.");
  }
  return {place.value.get<std::string>(), true};
}

std::size_t TermReader::find(const Place& place, const std::string& also) const {
  if (!place.value.is_string()) {
    fail(sqlstate::invalid_parameter_value, relation_, place, "a column's name must be a string", columns_hint());
  }
  const auto& name = place.value.get_ref<const std::string&>();
  const auto found = std::find(column_names_.begin(), column_names_.end(), name);
  if (found == column_names_.end()) {
    fail(sqlstate::undefined_column, relation_, place, "column \"" + shorten(name, 100) + "\" does not exist",
         did_you_mean(name, column_names_) + columns_hint() + also);
  }
  return static_cast<std::size_t>(found - column_names_.begin());
}

std::size_t TermReader::column(const Place& place) const { return find(place, {}); }

Term TermReader::column_term(const Place& place, const Target& target, const Zone& zone) {
  std::string also;
  if (target.kind != TargetKind::json && place.value.is_string()) {
    also = " For a constant write {\"constant\": \"" + shorten(place.value.get_ref<const std::string&>(), 40) + "\"}.";
  }
  const std::size_t index = find(place, also);
  if ((target.accepts & kinds(source(index).kind)) == 0) {
    fail(sqlstate::datatype_mismatch, relation_, place,
         std::string(target.name) + " cannot be taken from a column of type " + source(index).type,
         mend(target, source(index)));
  }
  if (target.kind == TargetKind::time) {
    note_zone(index, zone);
  }
  return {index, {}, zone.name};
}

std::string TermReader::mend(const Target& target, const SourceColumn& column) const {
  const std::string quoted = quote_identifier(column.name);
  switch (target.kind) {
    case TargetKind::json:
      return "Name it in a list, such as [" + quoted + "], for an object that holds it.";
    case TargetKind::time: {
      const bool counts = column.kind == SourceKind::integer || column.kind == SourceKind::numeric;
      return "Map a column of type timestamptz, timestamp, date or text; or register a view that selects " +
             (counts ? "to_timestamp(" + quoted + "), if it counts seconds since 1970."
                     : "the time out of " + quoted + '.');
    }
    default:
      return "Map another column, or register a view that casts this one.";
  }
}

Term TermReader::translated_term(const Place& column, const Place& map, const Target& target) {
  const std::size_t index = find(column, {});
  if ((text_sources & kinds(source(index).kind)) == 0) {
    fail(sqlstate::datatype_mismatch, relation_, column,
         "a column of type " + source(index).type + " has no text that a map could list",
         "Map a column of texts, numbers, booleans or UUIDs, or register a view that casts this one.");
  }
  if (!map.value.is_object() || map.value.empty() || map.value.size() > max_translations) {
    fail(sqlstate::invalid_parameter_value, relation_, map,
         "a map is an object of 1 to " + std::to_string(max_translations) + " values and what each stands for",
         R"(Write {"column": ")" + source(index).name + R"(", "map": {"found": "succeeded", …}}.)");
  }
  Term term{index, {}, {}};
  for (const auto& [text, stands_for] : map.value.items()) {
    const Place place = map.member(text);
    term.translation.emplace_back(
        text, stands_for.is_null() ? std::nullopt : std::optional<std::string>(constant_text(place, target)));
  }
  return term;
}

std::string TermReader::constant_text(const Place& place, const Target& target) const {
  if (!is_constant_of(target.kind, place.value)) {
    fail(sqlstate::invalid_parameter_value, relation_, place,
         std::string(target.name) + " is " + std::string(name_of(target.kind)) + ", which this constant is not",
         place.value.is_number() ? "Write it as a string, in the very digits that are meant."
                                 : "Write {\"constant\": \"form\"}; leave the key out for no value.");
  }
  std::string text = place.value.is_string() ? place.value.get<std::string>() : place.value.dump();
  if (!target.valid_values.empty() &&
      std::find(target.valid_values.begin(), target.valid_values.end(), text) == target.valid_values.end()) {
    const std::vector<std::string_view> valid(target.valid_values.begin(), target.valid_values.end());
    fail(sqlstate::invalid_parameter_value, relation_, place,
         std::string(target.name) + " is never \"" + shorten(text, 100) + '"',
         did_you_mean(text, valid) + "It is one of: " + list(valid) + '.');
  }
  return text;
}

Term TermReader::constant_term(const Place& place, const Target& target, const Zone& zone) const {
  return {std::nullopt, constant_text(place, target), zone.name};
}

std::size_t TermReader::change_column(const Place& place, const Zone& zone) {
  const std::size_t index = column(place);
  if ((change_sources & kinds(source(index).kind)) == 0) {
    fail(sqlstate::datatype_mismatch, relation_, place, "change_column cannot be of type " + source(index).type,
         "Name a column of type timestamptz, timestamp or date that every change of a row sets to now(). Without one, "
         "leave the "
         "key out: every run then compares all rows.");
  }
  note_zone(index, zone);
  return index;
}

void TermReader::note_zone(std::size_t column, const Zone& zone) {
  if (zone.chosen || source(column).kind == SourceKind::timestamptz) {
    return;
  }
  std::string described = source(column).name + " (" + source(column).type + ')';
  if (std::find(read_as_utc_.begin(), read_as_utc_.end(), described) == read_as_utc_.end()) {
    read_as_utc_.push_back(std::move(described));
  }
}

std::string TermReader::default_zone_warning() const {
  if (read_as_utc_.empty()) {
    return {};
  }
  const std::vector<std::string_view> names(read_as_utc_.begin(), read_as_utc_.end());
  return "The mapping names no time_zone: times without a zone in " + list(names) +
         " are read as UTC. Write \"time_zone\": \"UTC\" if they are, or the zone they are in.";
}

} // namespace lifecycle::mapping
