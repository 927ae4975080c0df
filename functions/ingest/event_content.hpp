// The fingerprint of an event's content: of the JSON object with exactly the keys event_name, event_time, properties
// and user_id, computed without building it. Two deliveries of one event have the same; the event_id is not part of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "functions/fingerprint/fingerprint.hpp"

namespace lifecycle::ingest {

struct EventContent {
  std::string_view name;
  std::int64_t time; // microseconds since 2000-01-01 UTC
  std::string_view user;
  std::string_view properties; // the bytes of a jsonb after its length word
};

// Raises what CanonicalWriter and write_event_time raise.
Uuid event_content(json::CanonicalWriter& writer, const EventContent& event);

} // namespace lifecycle::ingest
