// What the verdict on an event and its findings share: the five fields as jsonb has them, and the simple tests.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "functions/contact/white_space.hpp"
#include "functions/core/limits.hpp"
#include "functions/event/judge_event.hpp"
#include "functions/json/jsonb_reader.hpp"

namespace lifecycle::event {

// The five fields in the order jsonb stores them: by length, then by bytes.
enum Field : std::size_t { user_id, event_id, event_name, event_time, properties, field_count };

inline constexpr std::array<std::string_view, field_count> field_names = {"user_id", "event_id", "event_name",
                                                                          "event_time", "properties"};

inline constexpr unsigned properties_depth = 2; // the event itself is level 1

struct Value {
  std::uint32_t type;
  std::string_view bytes;
};

using Values = std::array<Value, field_count>;

// The bytes of a child, past their padding where its type has any.
inline Value value_at(const json::Container& event, std::uint32_t type, std::uint32_t begin, std::uint32_t end) {
  const bool is_padded = type == json::layout::type_container || type == json::layout::type_numeric;
  const std::uint32_t start = is_padded ? json::aligned_begin(begin, end) : begin;
  return {type, {event.data + start, end - start}};
}

inline bool is_too_large(std::string_view document) { return document.size() > limits.max_document_bytes; }

inline bool is_reserved_id(const unsigned char* id) {
  constexpr std::size_t size = 16;
  return (id[0] == 0 || id[0] == 0xFF) &&
         std::all_of(id, id + size, [id](unsigned char byte) { return byte == id[0]; });
}

} // namespace lifecycle::event
