#include "functions/condition/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "functions/json/number_writer.hpp"
#include "functions/row/numeric_builder.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The words of a finite number without zero words at either end; weight is that of the first one left.
struct Words {
  const char* at;
  std::uint32_t count;
  std::int32_t weight;

  explicit Words(const json::Numeric& number) : at(number.words), count(number.count), weight(number.weight) {
    while (count > 0 && json::load<std::uint16_t>(at) == 0) {
      at += sizeof(std::uint16_t);
      --count;
      --weight;
    }
    while (count > 0 && word(count - 1) == 0) {
      --count;
    }
  }

  [[nodiscard]] unsigned word(std::size_t index) const {
    return json::load<std::uint16_t>(at + index * sizeof(std::uint16_t));
  }
};

std::strong_ordering compare_magnitudes(const Words& left, const Words& right) {
  if (left.count == 0 || right.count == 0) {
    return left.count <=> right.count;
  }
  if (left.weight != right.weight) {
    return left.weight <=> right.weight;
  }
  for (std::size_t i = 0; i < left.count && i < right.count; ++i) {
    if (left.word(i) != right.word(i)) {
      return left.word(i) <=> right.word(i);
    }
  }
  return left.count <=> right.count;
}

// -1, 0 or 1; infinities beyond all others.
int sign_of(const json::Numeric& number) {
  if (number.kind == json::Numeric::Kind::finite && Words(number).count == 0) {
    return 0;
  }
  return number.negative ? -1 : 1;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The length of the decimal that text begins with: [+-] digits [. digits] [e [+-] digits], at least one digit before
// the exponent; 0 if there is none.
std::size_t decimal_length(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const auto skip_digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) {
      ++at;
    }
    return at - begin;
  };
  std::size_t digits = skip_digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits += skip_digits();
  }
  if (digits == 0) {
    return 0;
  }
  const std::size_t mantissa = at;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    at += at < text.size() && (text[at] == '+' || text[at] == '-') ? 1 : 0;
    if (skip_digits() == 0) {
      return mantissa;
    }
  }
  return at;
}

// What decimal_length has found.
double decimal_to_real(std::string_view text) {
  const bool negative = text[0] == '-';
  text.remove_prefix(negative || text[0] == '+' ? 1 : 0);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Too large or too small: the place of the first significant digit and the exponent tell.
    const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
    const std::string_view mantissa = text.substr(0, mark);
    const std::size_t first = mantissa.find_first_of("123456789");
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::string_view exponent = text.substr(std::min(mark + 1, text.size()));
    const bool small = !exponent.empty() && exponent[0] == '-';
    long long power = 0;
    const std::size_t skipped = small || (!exponent.empty() && exponent[0] == '+') ? 1 : 0;
    if (std::from_chars(exponent.data() + skipped, exponent.data() + exponent.size(), power).ec ==
        std::errc::result_out_of_range) {
      power = std::numeric_limits<int>::max();
    }
    const auto lead = static_cast<long long>(point) - static_cast<long long>(first);
    value = (small ? -power : power) + lead > 0 ? infinity : 0;
  }
  return negative ? -value : value;
}

// 0x, 0o and 0b; NaN where a digit does not belong.
double based_to_real(std::string_view digits, unsigned base) {
  if (digits.empty()) {
    return not_a_number;
  }
  double value = 0;
  for (const char c : digits) {
    const char lower = static_cast<char>(c | 0x20);
    const unsigned digit = is_digit(c)                    ? static_cast<unsigned>(c - '0')
                           : lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10U
                                                          : base;
    if (digit >= base) {
      return not_a_number;
    }
    value = value * base + digit;
  }
  return value;
}

constexpr std::string_view infinity_name = "Infinity";

} // namespace

std::partial_ordering compare_stored_slowly(std::string_view left_bytes, std::string_view right_bytes) {
  const json::Numeric left = json::read_numeric(left_bytes);
  const json::Numeric right = json::read_numeric(right_bytes);
  if (left.kind == json::Numeric::Kind::nan || right.kind == json::Numeric::Kind::nan) {
    return std::partial_ordering::unordered;
  }
  const int sign = sign_of(left);
  if (sign != sign_of(right)) {
    return sign <=> sign_of(right);
  }
  const bool left_infinite = left.kind == json::Numeric::Kind::infinity;
  const bool right_infinite = right.kind == json::Numeric::Kind::infinity;
  const std::strong_ordering order = left_infinite || right_infinite ? left_infinite <=> right_infinite
                                                                     : compare_magnitudes(Words(left), Words(right));
  return sign < 0 ? 0 <=> order : order;
}

double stored_to_real(std::string_view bytes) {
  std::int64_t whole = 0;
  constexpr std::int64_t exact = std::int64_t{1} << 53U;
  if (whole_number(bytes, whole) && whole <= exact && whole >= -exact) [[likely]] {
    return static_cast<double>(whole);
  }
  const json::Numeric number = json::read_numeric(bytes);
  if (number.kind == json::Numeric::Kind::nan) {
    return not_a_number;
  }
  if (number.kind == json::Numeric::Kind::infinity) {
    return number.negative ? -infinity : infinity;
  }
  const Words words(number);
  if (words.count == 0) {
    return 0;
  }
  // DIGITSe[-]POWER, which from_chars rounds correctly however many digits there are.
  constexpr std::size_t few_words = 16;
  constexpr std::size_t ends = 32;
  std::array<char, few_words * 4 + ends> small; // NOLINT(cppcoreguidelines-pro-type-member-init): written below
  std::string large;
  char* text = small.data();
  std::size_t room = small.size();
  if (words.count > few_words) {
    large.resize(words.count * 4UL + ends);
    text = large.data();
    room = large.size();
  }
  char* to = text;
  *to = '-';
  to += number.negative ? 1 : 0;
  for (std::uint32_t i = 0; i < words.count; ++i) {
    const unsigned word = words.word(i) % json::layout::numeric_base;
    to = json::write_pair(json::write_pair(to, word / 100), word % 100);
  }
  *to++ = 'e';
  to = std::to_chars(to, text + room, 4L * (words.weight - static_cast<std::int32_t>(words.count) + 1)).ptr;
  return decimal_to_real({text, static_cast<std::size_t>(to - text)});
}

namespace {

// The bytes of the white space that text begins with, or ends with: one character, 0 if there is none.
std::size_t space_at_begin(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) {
    return 1;
  }
  if (text.starts_with("\u00a0")) {
    return 2;
  }
  const std::string_view three = text.substr(0, 3);
  const bool space = (three >= "\u2000" && three <= "\u200a") || three == "\u1680" || three == "\u2028" ||
                     three == "\u2029" || three == "\u202f" || three == "\u205f" || three == "\u3000" ||
                     three == "\ufeff";
  return space ? 3 : 0;
}

std::size_t space_at_end(std::string_view text) {
  for (const std::size_t size : {1U, 2U, 3U}) {
    if (text.size() >= size && space_at_begin(text.substr(text.size() - size)) == size) {
      return size;
    }
  }
  return 0;
}

std::string_view without_leading_space(std::string_view text) {
  while (const std::size_t size = space_at_begin(text)) {
    text.remove_prefix(size);
  }
  return text;
}

} // namespace

double text_to_real(std::string_view text) {
  text = without_leading_space(text);
  while (const std::size_t size = space_at_end(text)) {
    text.remove_suffix(size);
  }
  if (text.empty()) {
    return 0;
  }
  if (text.size() > 2 && text[0] == '0') {
    const unsigned base = text[1] == 'x' || text[1] == 'X'   ? 16
                          : text[1] == 'o' || text[1] == 'O' ? 8
                          : text[1] == 'b' || text[1] == 'B' ? 2
                                                             : 0;
    if (base != 0) {
      return based_to_real(text.substr(2), base);
    }
  }
  const std::size_t length = decimal_length(text);
  if (length == text.size()) {
    return decimal_to_real(text);
  }
  const bool sign = text[0] == '-' || text[0] == '+';
  if (text.substr(sign ? 1 : 0) == infinity_name) {
    return text[0] == '-' ? -infinity : infinity;
  }
  return not_a_number;
}

double parse_real(std::string_view text) {
  text = without_leading_space(text);
  const std::size_t length = decimal_length(text);
  if (length > 0) {
    return decimal_to_real(text.substr(0, length));
  }
  const bool negative = !text.empty() && text[0] == '-';
  text.remove_prefix(!text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0);
  if (text.starts_with(infinity_name)) {
    return negative ? -infinity : infinity;
  }
  return not_a_number;
}

std::size_t store_real(double real, char* to) {
  constexpr std::size_t length_size = sizeof(std::uint32_t);
  static_assert(real_size >= length_size + row::built_numeric_size);
  std::array<char, 32> text; // NOLINT(cppcoreguidelines-pro-type-member-init): to_chars fills it
  // Scientific, or a large whole number would come with more digits than name it.
  const char* const end =
      std::to_chars(text.data(), text.data() + text.size(), real, std::chars_format::scientific).ptr;
  const std::size_t size =
      row::build_numeric({text.data(), static_cast<std::size_t>(end - text.data())}, to + length_size) + length_size;
  const std::uint32_t word = json::numeric_length_word(size);
  std::memcpy(to, &word, sizeof word);
  return size;
}

std::string_view number_text(const Value& number, Workspace& work) {
  std::array<char, real_size> stored; // NOLINT(cppcoreguidelines-pro-type-member-init): store_real fills it
  std::string_view bytes = number.view();
  if (number.kind == Kind::real) {
    if (std::isnan(number.real)) {
      return "NaN";
    }
    if (std::isinf(number.real)) {
      return number.real < 0 ? "-Infinity" : infinity_name;
    }
    bytes = {stored.data(), store_real(number.real, stored.data())};
  }
  char* cursor = work.buffer.start();
  cursor = work.buffer.room(cursor, json::short_number);
  cursor = json::write_number(cursor, bytes, json::NumberForm::exact, work.buffer);
  if (cursor == nullptr) {
    const json::Numeric special = json::read_numeric(bytes);
    return special.kind == json::Numeric::Kind::nan ? "NaN" : special.negative ? "-Infinity" : infinity_name;
  }
  const std::string_view text = work.buffer.finish(cursor);
  work.steps.spend(text.size() / Workspace::bytes_per_step);
  return work.arena.copy(text);
}

} // namespace lifecycle::condition
