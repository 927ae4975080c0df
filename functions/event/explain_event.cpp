// The slow way: everything that is wrong, with its place and mend.
#include <algorithm>
#include <array>

#include "functions/core/utc_time.hpp"
#include "functions/event/event_fields.hpp"
#include "functions/event/judge_event.hpp"
#include "functions/event/properties_walk.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

namespace layout = json::layout;

class Explainer {
 public:
  Explainer(Contract& contract, const TimeRange& range) : contract_(contract), range_(range) {}

  void add(Field field, std::string_view problem, std::string detail, std::string proposed = {}) {
    const std::string name(field_names[field]);
    findings_.add({Severity::error, false, name + "." + std::string(problem), pointer_step(name), std::move(detail),
                   std::move(proposed)});
  }
  void add_whole(std::string code, std::string pointer, std::string detail) {
    findings_.add({Severity::error, false, std::move(code), std::move(pointer), std::move(detail), {}});
  }

  void id(std::string_view text) {
    if (!is_uuid_text(text)) {
      add(event_id, "not_uuid", in_quotes(text) + " is not a UUID in the form of RFC 9562", mended_uuid(text));
    } else if (is_reserved_uuid(text)) {
      add(event_id, "reserved",
          in_quotes(text) + " identifies nothing: the nil and max UUIDs are reserved by RFC 9562");
    }
  }

  void name(std::string_view text) {
    if (std::optional<Finding> found = explain_event_name(contract_, text)) {
      findings_.add(std::move(*found));
    }
  }

  void time(std::string_view text) {
    const std::optional<std::int64_t> time = rfc3339_time(text);
    if (time) {
      instant(*time);
    } else if (lacks_zone(text)) {
      add(event_time, "no_zone", in_quotes(text) + " has no time zone: end it in Z or an offset such as +02:00");
    } else {
      add(event_time, "not_rfc3339",
          in_quotes(text) + " is not a time in the form of RFC 3339, such as 2025-01-31T08:30:00Z", mended_time(text));
    }
  }

  void instant(std::int64_t time) {
    if (!range_.contains(time)) {
      add(event_time, "out_of_range",
          shown(time) + " is not between " + shown(range_.earliest) + " (lifecycle_ledger.earliest_event_time) and " +
              shown(range_.latest) + " (now and lifecycle_ledger.max_event_lead)");
    }
  }

  void user(std::string_view text) {
    if (is_blank(text)) {
      add(Field::user_id, "empty", "the user_id is empty or blank");
    } else if (text.size() > most_user_id_bytes) {
      add(Field::user_id, "too_long",
          "the user_id has " + std::to_string(text.size()) + " bytes, more than " + std::to_string(most_user_id_bytes));
    }
  }

  void properties_object(std::string_view bytes) {
    const json::Container container = json::open_container(bytes);
    if (container.kind == json::ContainerKind::object) {
      explain_keys(contract_, container, properties_depth, "/properties", findings_);
    } else {
      wrong_type(Field::properties, container.kind == json::ContainerKind::array ? "an array" : "a scalar");
    }
  }

  void missing(Field field) {
    add(field, "missing", "the mandatory field " + std::string(field_names[field]) + " is missing");
  }

  void wrong_type(Field field, std::string_view type, std::string proposed = {}) {
    add(field, "wrong_type",
        std::string(field_names[field]) + " is " + std::string(type) + ", not " +
            (field == Field::properties ? "an object" : "a text"),
        std::move(proposed));
  }

  std::vector<Finding> take() { return findings_.take(); }

 private:
  static std::string shown(std::int64_t time) {
    if (!is_finite_time(time)) {
      return time > 0 ? "infinity" : "-infinity";
    }
    std::array<char, utc_timestamp_size> buffer;
    return {buffer.data(), write_utc_timestamp(time, buffer.data())};
  }

  Contract& contract_;
  TimeRange range_;
  FindingList findings_;
};

// A whole number as its text; empty for any other and for very large ones.
std::string whole_number_text(std::string_view bytes) {
  constexpr int most_words = 4;
  const json::Numeric number = json::read_numeric(bytes);
  const auto words = static_cast<int>(number.count);
  if (number.kind != json::Numeric::Kind::finite || number.weight >= most_words || words > number.weight + 1) {
    return {};
  }
  std::int64_t value = 0;
  for (int i = 0; i <= number.weight; ++i) {
    value = value * layout::numeric_base + (i < words ? number.word(static_cast<std::size_t>(i)) : 0);
  }
  return std::to_string(number.negative ? -value : value);
}

std::string_view type_name(const Value& value) {
  switch (value.type) {
    case layout::type_string:
      return "a text";
    case layout::type_numeric:
      return "a number";
    case layout::type_true:
    case layout::type_false:
      return "a boolean";
    default:
      return json::open_container(value.bytes).kind == json::ContainerKind::object ? "an object" : "an array";
  }
}

void explain_value(Explainer& explainer, Field field, const Value& value) {
  if (value.type == layout::type_null) {
    explainer.missing(field);
    return;
  }
  if (value.type != (field == properties ? layout::type_container : layout::type_string)) {
    const bool may_be_text = field == user_id && value.type == layout::type_numeric;
    explainer.wrong_type(field, type_name(value), may_be_text ? whole_number_text(value.bytes) : std::string());
    return;
  }
  switch (field) {
    case event_id:
      explainer.id(value.bytes);
      break;
    case event_name:
      explainer.name(value.bytes);
      break;
    case event_time:
      explainer.time(value.bytes);
      break;
    case user_id:
      explainer.user(value.bytes);
      break;
    default:
      explainer.properties_object(value.bytes);
  }
}

void explain_object(Explainer& explainer, const json::Container& event) {
  std::array<bool, field_count> found{};
  Values values{};
  std::uint32_t key_end = 0;
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < event.count; ++i) {
    end = json::entry_end(json::entry_at(event.entries, i), end, event.size);
  }
  for (std::uint32_t i = 0; i < event.count; ++i) {
    const std::uint32_t key_begin = key_end;
    key_end = json::entry_end(json::entry_at(event.entries, i), key_begin, event.size);
    const std::uint32_t entry = json::entry_at(event.entries, event.count + i);
    const std::uint32_t begin = end;
    end = json::entry_end(entry, begin, event.size);
    const std::string_view key(event.data + key_begin, key_end - key_begin);
    const auto field = std::find(field_names.begin(), field_names.end(), key);
    if (field == field_names.end()) {
      explainer.add_whole(
          "event.unknown_field", pointer_step(key),
          in_quotes(key) + " is no field of an event; what describes its context belongs into properties");
      continue;
    }
    const auto place = static_cast<std::size_t>(field - field_names.begin());
    const std::uint32_t type = json::entry_type(entry);
    found[place] = true;
    values[place] = value_at(event, type, begin, end);
  }
  for (const Field field : {event_id, event_name, event_time, user_id, properties}) {
    if (found[field]) {
      explain_value(explainer, field, values[field]);
    } else {
      explainer.missing(field);
    }
  }
}

} // namespace

std::vector<Finding> explain_event(Contract& contract, std::string_view event, const TimeRange& range) {
  Explainer explainer(contract, range);
  if (is_too_large(event)) {
    explainer.add_whole("event.too_large", "",
                        "the event takes " + std::to_string(event.size()) + " bytes, more than " +
                            std::to_string(limits.max_document_bytes) + " (lifecycle_ledger.max_document_bytes)");
    return explainer.take();
  }
  const json::Container container = json::open_container(event);
  switch (container.kind) {
    case json::ContainerKind::object:
      explain_object(explainer, container);
      break;
    case json::ContainerKind::array:
      explainer.add_whole("event.batch", "", "an array is not one event: each action is an event of its own");
      break;
    default:
      explainer.add_whole("event.not_object", "", "an event is an object of its five fields, not a scalar");
  }
  return explainer.take();
}

std::vector<Finding> explain_columns(Contract& contract, const EventColumns& columns, const TimeRange& range) {
  Explainer explainer(contract, range);
  if (!columns.has_id) {
    explainer.missing(event_id);
  } else if (is_reserved_id(columns.id)) {
    explainer.id(columns.id[0] == 0 ? "00000000-0000-0000-0000-000000000000" : "ffffffff-ffff-ffff-ffff-ffffffffffff");
  }
  explainer.name(columns.name);
  if (!columns.has_time) {
    explainer.missing(event_time);
  } else {
    explainer.instant(columns.time);
  }
  if (columns.user_id.data() == nullptr) {
    explainer.missing(user_id);
  } else {
    explainer.user(columns.user_id);
  }
  if (columns.properties.data() == nullptr) {
    explainer.missing(properties);
  } else if (is_too_large(columns.properties)) {
    explainer.add_whole("event.too_large", "/properties",
                        "the properties take " + std::to_string(columns.properties.size()) + " bytes, more than " +
                            std::to_string(limits.max_document_bytes) + " (lifecycle_ledger.max_document_bytes)");
  } else {
    explainer.properties_object(columns.properties);
  }
  return explainer.take();
}

std::optional<Finding> explain_event_name(Contract& contract, std::string_view name) {
  const auto structural = [](std::string code, std::string detail) {
    return Finding{Severity::error, false, std::move(code), "/event_name", std::move(detail), {}};
  };
  if (name.data() == nullptr) {
    return structural("event_name.missing", "the mandatory field event_name is missing");
  }
  if (name.empty()) {
    return structural("event_name.empty", "the event_name is empty");
  }
  if (name.size() > most_name_bytes) {
    return structural("event_name.too_long", "the event_name " + in_quotes(name) + " has " +
                                                 std::to_string(name.size()) + " bytes, more than " +
                                                 std::to_string(most_name_bytes));
  }
  return contract.name(name) == valid ? std::nullopt : contract.explain_name(name);
}

} // namespace lifecycle::event
