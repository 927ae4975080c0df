// Numbers as text, as mappings and sources write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lifecycle::mapping {

// Digits with or without a sign, nothing around them; none where it is no such text or too large for 64 bits.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

// Digits with or without sign, decimal point and exponent, nothing around them, small enough for a numeric.
bool is_decimal(std::string_view text) noexcept;

} // namespace lifecycle::mapping
