#include "functions/event/judge_event.hpp"

#include <cstring>

#include "functions/event/event_fields.hpp"
#include "functions/event/properties_walk.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

namespace layout = json::layout;

constexpr std::string_view stored_names = "user_idevent_idevent_nameevent_timeproperties";

// The entries of those keys: the first gives its end, the others their lengths.
constexpr std::array<std::uint32_t, field_count> stored_entries = {layout::entry_is_end | 7U, 8, 10, 10, 10};

// The values of an event that has the five keys and no others, as the server stores them; false for any other object.
bool read_fields(const json::Container& event, Values& values) {
  if (event.count != field_count || event.size < stored_names.size() ||
      std::memcmp(event.entries, stored_entries.data(), sizeof stored_entries) != 0 ||
      std::memcmp(event.data, stored_names.data(), stored_names.size()) != 0) [[unlikely]] {
    return false;
  }
  std::uint32_t end = stored_names.size();
  for (std::size_t field = 0; field < field_count; ++field) {
    const std::uint32_t entry = json::entry_at(event.entries, field_count + field);
    const std::uint32_t begin = end;
    end = json::entry_end(entry, begin, event.size);
    const std::uint32_t type = json::entry_type(entry);
    values[field] = value_at(event, type, begin, end);
  }
  return true;
}

bool is_user_id(std::string_view text) { return text.size() <= most_user_id_bytes && !is_blank(text); }

Verdict judge_name(Contract& contract, std::string_view name) {
  return name.empty() || name.size() > most_name_bytes ? structure_error : contract.name(name);
}

Verdict judge_properties(Contract& contract, std::string_view bytes) {
  const json::Container container = json::open_container(bytes);
  return container.kind == json::ContainerKind::object ? judge_keys(contract, container, properties_depth)
                                                       : structure_error;
}

Verdict verdict_of(const std::vector<Finding>& findings) {
  Verdict verdict = valid;
  for (const Finding& finding : findings) {
    if (finding.of_naming) {
      verdict |= finding.severity == Severity::error ? naming_error : naming_warning;
    } else {
      verdict |= structure_error;
    }
  }
  return verdict;
}

} // namespace

Verdict judge_event(Contract& contract, std::string_view event, const TimeRange& range) {
  if (is_too_large(event)) [[unlikely]] {
    return structure_error;
  }
  Values values;
  const json::Container container = json::open_container(event);
  if (container.kind != json::ContainerKind::object) [[unlikely]] {
    return structure_error;
  }
  if (!read_fields(container, values)) [[unlikely]] {
    return verdict_of(explain_event(contract, event, range));
  }
  if ((values[user_id].type | values[event_id].type | values[event_name].type | values[event_time].type) !=
          layout::type_string ||
      values[properties].type != layout::type_container) [[unlikely]] {
    return structure_error;
  }
  const std::string_view id = values[event_id].bytes;
  const std::optional<std::int64_t> time = rfc3339_time(values[event_time].bytes);
  Verdict verdict = valid;
  if (!is_user_id(values[user_id].bytes) || !is_uuid_text(id) || is_reserved_uuid(id) || !time ||
      !range.contains(*time)) [[unlikely]] {
    verdict = structure_error;
  }
  verdict |= judge_name(contract, values[event_name].bytes);
  verdict |= judge_properties(contract, values[properties].bytes);
  return verdict;
}

Verdict judge_columns(Contract& contract, const EventColumns& columns, const TimeRange& range) {
  if (!columns.has_id || columns.name.data() == nullptr || !columns.has_time || columns.user_id.data() == nullptr ||
      columns.properties.data() == nullptr || is_too_large(columns.properties)) [[unlikely]] {
    return structure_error;
  }
  Verdict verdict = valid;
  if (is_reserved_id(columns.id) || !range.contains(columns.time) || !is_user_id(columns.user_id)) [[unlikely]] {
    verdict = structure_error;
  }
  verdict |= judge_name(contract, columns.name);
  verdict |= judge_properties(contract, columns.properties);
  return verdict;
}

} // namespace lifecycle::event
