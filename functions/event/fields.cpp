#include "functions/event/fields.hpp"

#include <algorithm>
#include <array>

#include "functions/core/utc_time.hpp"
#include "functions/time/parse_time.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

constexpr std::size_t uuid_size = 36;
constexpr std::size_t uuid_digits = 32;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr bool is_dash_place(std::size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

// 1 for a hexadecimal digit, 2 for the dash.
constexpr std::array<std::uint8_t, 256> make_uuid_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 0; c < 128; ++c) {
    classes[c] = is_hex(static_cast<char>(c)) ? 1 : 0;
  }
  classes['-'] = 2;
  return classes;
}
constexpr std::array<std::uint8_t, 256> uuid_classes = make_uuid_classes();

// The seconds are there and the zone is Z or ±HH:MM; the rest is parse_time's.
bool has_rfc3339_form(std::string_view text) noexcept {
  constexpr std::size_t to_seconds = 19; // YYYY-MM-DDTHH:MM:SS
  if (text.size() < to_seconds + 1 || text[16] != ':' || !is_digit(text[17]) || !is_digit(text[0])) {
    return false;
  }
  std::size_t at = to_seconds;
  if (text[at] == '.') {
    ++at;
    while (at < text.size() && is_digit(text[at])) {
      ++at;
    }
  }
  const std::string_view zone = text.substr(at);
  return zone == "Z" || zone == "z" || (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':');
}

} // namespace

bool is_uuid_text(std::string_view text) noexcept {
  if (text.size() != uuid_size) {
    return false;
  }
  bool right = true;
  for (std::size_t i = 0; i < uuid_size; ++i) {
    right &= uuid_classes[static_cast<unsigned char>(text[i])] == (is_dash_place(i) ? 2 : 1);
  }
  return right;
}

bool is_reserved_uuid(std::string_view uuid_text) noexcept {
  const char first = uuid_text[0];
  if (first != '0' && first != 'f' && first != 'F') [[likely]] {
    return false;
  }
  return std::all_of(uuid_text.begin(), uuid_text.end(),
                     [first](char c) { return c == '-' || c == first || (first != '0' && (c == 'f' || c == 'F')); });
}

std::string mended_uuid(std::string_view text) {
  constexpr std::size_t most = 64;
  std::string digits;
  if (text.size() > most) {
    return {};
  }
  for (const std::string_view prefix : {"urn:uuid:", "URN:UUID:"}) {
    text.remove_prefix(text.starts_with(prefix) ? prefix.size() : 0);
  }
  for (const char c : text) {
    if (is_hex(c)) {
      digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (std::string_view("{}- \t").find(c) == std::string_view::npos) {
      return {};
    }
  }
  if (digits.size() != uuid_digits) {
    return {};
  }
  for (const std::size_t place : {8U, 13U, 18U, 23U}) {
    digits.insert(place, 1, '-');
  }
  return is_reserved_uuid(digits) ? std::string() : digits;
}

std::optional<std::int64_t> rfc3339_time(std::string_view text) noexcept {
  if (!has_rfc3339_form(text)) {
    return std::nullopt;
  }
  const std::optional<ParsedTime> parsed = parse_time(text);
  return parsed ? instant(*parsed, parsed->offset) : std::nullopt;
}

std::string mended_time(std::string_view text) {
  constexpr std::size_t most = 100;
  const std::optional<ParsedTime> parsed = text.size() <= most ? parse_time(text) : std::nullopt;
  if (!parsed || !parsed->has_offset) {
    return {};
  }
  const std::optional<std::int64_t> time = instant(*parsed, parsed->offset);
  if (!time) {
    return {};
  }
  std::array<char, utc_timestamp_size> buffer;
  return {buffer.data(), write_utc_timestamp(*time, buffer.data())};
}

bool lacks_zone(std::string_view text) noexcept {
  const std::optional<ParsedTime> parsed = parse_time(text);
  return parsed && !parsed->has_offset;
}

} // namespace lifecycle::event
