// What can be wrong with a text that should be JSON.
#pragma once

#include <cstdint>

namespace lifecycle::json {

enum class TextFault : std::uint8_t {
  none,
  malformed,
  duplicate_key,
  invalid_utf8,
  nul_character,
  lone_surrogate,
  number_out_of_range,
  too_deep,
  too_large
};

// As dead letters and refusals name it: "json.malformed".
const char* code_of(TextFault fault);

} // namespace lifecycle::json
