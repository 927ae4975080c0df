// Holds events against a contract. An event comes whole, as a jsonb object of the five mandatory fields, or as the
// columns of table events. The verdict is quick and allocates nothing once names and keys are known; findings are the
// slow way to the same, with places and mends.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "functions/event/contract.hpp"
#include "functions/event/fields.hpp"
#include "functions/event/finding_list.hpp"

namespace lifecycle::event {

inline constexpr std::size_t most_user_id_bytes = 1000; // an index entry holds it

// `event` holds the bytes of a jsonb. Damaged ones raise data_corrupted.
Verdict judge_event(Contract& contract, std::string_view event, const TimeRange& range);

// Empty exactly where the verdict is `valid`. At most FindingList::most and one that says how many more there are.
std::vector<Finding> explain_event(Contract& contract, std::string_view event, const TimeRange& range);

// Columns: a text or jsonb whose data() is null is SQL's null.
struct EventColumns {
  bool has_id;
  const unsigned char* id; // 16 bytes
  std::string_view name;
  bool has_time;
  std::int64_t time;
  std::string_view user_id;
  std::string_view properties;
};

Verdict judge_columns(Contract& contract, const EventColumns& columns, const TimeRange& range);
std::vector<Finding> explain_columns(Contract& contract, const EventColumns& columns, const TimeRange& range);

// What is wrong with a name alone; data() null: no name at all.
std::optional<Finding> explain_event_name(Contract& contract, std::string_view name);

} // namespace lifecycle::event
