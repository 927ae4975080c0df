#include "functions/time/parse_time.hpp"

#include <chrono>

#include "functions/core/utc_time.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

constexpr std::chrono::sys_days epoch{std::chrono::January / 1 / 2000};

constexpr std::int64_t midnight(std::chrono::year_month_day date) {
  return (std::chrono::sys_days{date} - epoch).count() * microseconds_per_day;
}

constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A cursor over the text. Each step takes what it looks for or leaves the place unchanged and says false.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] bool at_digit() const noexcept { return !rest_.empty() && is_digit(rest_.front()); }

  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool take_any(char a, char b) noexcept { return take(a) || take(b); }

  // A word of upper-case letters, in either case.
  bool take_word(std::string_view word) noexcept {
    if (rest_.size() < word.size()) {
      return false;
    }
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (rest_[i] != word[i] && rest_[i] != word[i] - 'A' + 'a') {
        return false;
      }
    }
    rest_.remove_prefix(word.size());
    return true;
  }

  // Exactly `digits` digits with a value of at most `most`.
  bool take_number(int digits, unsigned most, unsigned& value) noexcept {
    if (rest_.size() < static_cast<std::size_t>(digits)) {
      return false;
    }
    unsigned read = 0;
    for (int i = 0; i < digits; ++i) {
      const char c = rest_[static_cast<std::size_t>(i)];
      if (!is_digit(c)) {
        return false;
      }
      read = read * 10 + static_cast<unsigned>(c - '0');
    }
    if (read > most) {
      return false;
    }
    rest_.remove_prefix(static_cast<std::size_t>(digits));
    value = read;
    return true;
  }

  char next() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

 private:
  std::string_view rest_;
};

bool take_date(Cursor& cursor, std::int64_t& local) noexcept {
  unsigned year = 0;
  unsigned month = 0;
  unsigned month_day = 0;
  if (!cursor.take_number(4, 9999, year) || year == 0 || !cursor.take('-') || !cursor.take_number(2, 12, month) ||
      !cursor.take('-') || !cursor.take_number(2, 31, month_day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                         std::chrono::day{month_day}};
  if (!date.ok()) {
    return false;
  }
  local = midnight(date);
  return true;
}

// At least one digit; rounded to microseconds, so the result may be a whole second.
bool take_fraction(Cursor& cursor, std::int64_t& microseconds) noexcept {
  if (!cursor.at_digit()) {
    return false;
  }
  std::int64_t value = 0;
  int digits = 0;
  for (; digits < 6 && cursor.at_digit(); ++digits) {
    value = value * 10 + (cursor.next() - '0');
  }
  for (; digits < 6; ++digits) {
    value *= 10;
  }
  if (cursor.at_digit()) {
    const char deciding = cursor.next();
    bool beyond_half = false;
    while (cursor.at_digit()) {
      beyond_half |= cursor.next() != '0';
    }
    const bool is_half = deciding == '5' && !beyond_half;
    value += is_half ? (value & 1) : static_cast<std::int64_t>(deciding >= '5');
  }
  microseconds = value;
  return true;
}

bool take_clock(Cursor& cursor, ParsedTime& time) noexcept {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned seconds = 0;
  std::int64_t microseconds = 0;
  if (!cursor.take_number(2, 23, hour) || !cursor.take(':') || !cursor.take_number(2, 59, minute)) {
    return false;
  }
  if (cursor.take(':')) {
    if (!cursor.take_number(2, 60, seconds)) {
      return false;
    }
    if (cursor.take_any('.', ',') && !take_fraction(cursor, microseconds)) {
      return false;
    }
  }
  time.leap_second = seconds == 60;
  time.local +=
      (static_cast<std::int64_t>(hour) * 3600 + minute * 60 + seconds) * microseconds_per_second + microseconds;
  return true;
}

bool take_offset(Cursor& cursor, ParsedTime& time) noexcept {
  time.has_offset = true;
  if (cursor.take_word("Z") || cursor.take_word("UTC") || cursor.take_word("GMT")) {
    return true;
  }
  const bool west = cursor.take('-');
  if (!west && !cursor.take('+')) {
    return false;
  }
  unsigned hours = 0;
  unsigned minutes = 0;
  unsigned seconds = 0;
  if (!cursor.take_number(2, 23, hours)) {
    return false;
  }
  const bool colons = cursor.take(':');
  if (colons || cursor.at_digit()) {
    if (!cursor.take_number(2, 59, minutes)) {
      return false;
    }
    if (!cursor.at_end() && ((colons && !cursor.take(':')) || !cursor.take_number(2, 59, seconds))) {
      return false;
    }
  }
  time.offset = static_cast<std::int32_t>(hours * 3600 + minutes * 60 + seconds);
  if (west) {
    time.offset = -time.offset;
  }
  return true;
}

} // namespace

std::optional<ParsedTime> parse_time(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  ParsedTime time{};
  Cursor cursor(text);
  if (!take_date(cursor, time.local)) {
    return std::nullopt;
  }
  if (cursor.at_end()) {
    return time;
  }
  if (!(cursor.take_word("T") || cursor.take(' ')) || !take_clock(cursor, time)) {
    return std::nullopt;
  }
  if (cursor.at_end()) {
    return time;
  }
  cursor.take(' ');
  if (!take_offset(cursor, time) || !cursor.at_end()) {
    return std::nullopt;
  }
  return time;
}

std::optional<std::int64_t> instant(const ParsedTime& parsed, std::int32_t offset) noexcept {
  const std::int64_t utc = parsed.local - offset * microseconds_per_second;
  if (!has_four_digit_year(utc)) {
    return std::nullopt;
  }
  const std::int64_t since_midnight = utc - day_of(utc) * microseconds_per_day;
  if (parsed.leap_second && since_midnight > microseconds_per_second) { // equal where its fraction rounded up
    return std::nullopt;
  }
  return utc;
}

} // namespace lifecycle
