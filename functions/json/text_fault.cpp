#include "functions/json/text_fault.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::json {

const char* code_of(TextFault fault) {
  switch (fault) {
    case TextFault::duplicate_key:
      return "json.duplicate_key";
    case TextFault::invalid_utf8:
      return "json.invalid_utf8";
    case TextFault::nul_character:
      return "json.nul_character";
    case TextFault::lone_surrogate:
      return "json.lone_surrogate";
    case TextFault::number_out_of_range:
      return "json.number_out_of_range";
    case TextFault::too_deep:
      return "json.too_deep";
    case TextFault::too_large:
      return "json.too_large";
    default:
      return "json.malformed";
  }
}

} // namespace lifecycle::json
