#include "functions/condition/relative_time.hpp"

#include <charconv>
#include <limits>

#include "functions/time/parse_time.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {

std::optional<double> parse_time_offset(std::string_view text) {
  constexpr std::size_t least = 3; // sign, digit, unit
  constexpr std::size_t most_digits = 9;
  if (text.size() < least || text.size() > most_digits + 2 || (text[0] != '-' && text[0] != '+')) {
    return std::nullopt;
  }
  unsigned amount = 0;
  const char* const unit = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data() + 1, unit, amount);
  if (error != std::errc() || end != unit) {
    return std::nullopt;
  }
  constexpr double second = 1000;
  double length = 0;
  switch (*unit) {
    case 's':
      length = second;
      break;
    case 'm':
      length = 60 * second;
      break;
    case 'h':
      length = 3600 * second;
      break;
    case 'd':
      length = 86'400 * second;
      break;
    case 'w':
      length = 7 * 86'400 * second;
      break;
    default:
      return std::nullopt;
  }
  return (text[0] == '-' ? -length : length) * amount;
}

double text_to_milliseconds(std::string_view text) {
  const auto parsed = parse_time(text);
  const auto moment = parsed ? instant(*parsed, parsed->has_offset ? parsed->offset : 0) : std::nullopt;
  return moment ? to_milliseconds(*moment) : std::numeric_limits<double>::quiet_NaN();
}

double to_milliseconds(std::int64_t microseconds) {
  constexpr std::int64_t from_1970 = 946'684'800'000'000;
  return static_cast<double>(microseconds + from_1970) / 1000.0;
}

} // namespace lifecycle::condition
