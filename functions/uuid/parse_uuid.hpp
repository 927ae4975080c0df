// Reads a UUID in the one form that RFC 9562 prints: 8-4-4-4-12 hexadecimal digits, in either case. Braces, missing
// hyphens and other forms that the server's own cast takes are not UUIDs here: a user id that merely looks like one
// stays a text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lifecycle {

std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text) noexcept;

} // namespace lifecycle
