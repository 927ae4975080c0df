// The fingerprint of a ledger row's content: of the JSON object with exactly the keys contact_email, event_type,
// event_name, event_source, event_timestamp and payload, computed without building it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "functions/fingerprint/fingerprint.hpp"

namespace lifecycle {

// What is absent becomes null.
struct EventContent {
  std::optional<std::string_view> contact_email; // normalised here
  std::optional<std::string_view> event_type;
  std::optional<std::string_view> event_name;
  std::optional<std::string_view> event_source;
  std::optional<std::int64_t> event_timestamp; // microseconds since 2000-01-01 UTC
  std::optional<std::string_view> payload;     // the bytes of a jsonb after its length word
};

// `email` is scratch that the caller keeps between calls. Raises what CanonicalWriter and write_event_time raise.
Uuid event_fingerprint(json::CanonicalWriter& writer, const EventContent& event, std::string& email);

} // namespace lifecycle
