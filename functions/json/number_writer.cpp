#include "functions/json/number_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

// 0.DIGITS * 10^point, digits without zeros at either end; zero has no digits.
struct Decimal {
  std::string_view digits;
  std::int64_t point;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

constexpr std::size_t word_digits = 4;

// A decimal of up to this many digits is the shortest form of its nearest double: no two such decimals share a double.
constexpr std::size_t injective_digits = 15;
// So it is within these powers of ten, where doubles have their full precision.
constexpr std::int64_t smallest_normal = -306;
constexpr std::int64_t largest_normal = 308;

// Up to 2^53 every whole number is a double of its own, and its digits are the shortest that name it.
constexpr std::uint64_t exact_integers = std::uint64_t{1} << 53U;
constexpr int whole_words = 4;

unsigned word_at(const Numeric& number, std::size_t index) {
  const unsigned word = number.word(index);
  if (word >= layout::numeric_base) [[unlikely]] {
    fail_malformed("A number has a word of more than four digits.");
  }
  return word;
}

// The number's digits into `to`, which has four bytes a word.
Decimal expand(const Numeric& number, char* to) {
  char* end = to;
  for (std::size_t i = 0; i < number.count; ++i) {
    const unsigned word = word_at(number, i);
    end = write_pair(write_pair(end, word / 100), word % 100);
  }
  const char* begin = to;
  while (begin != end && *begin == '0') {
    ++begin;
  }
  while (begin != end && end[-1] == '0') {
    --end;
  }
  const std::int64_t point = (std::int64_t{number.weight} + 1) * std::int64_t{word_digits} - (begin - to);
  return {{begin, static_cast<std::size_t>(end - begin)}, begin == end ? 0 : point};
}

char* put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* put_zeros(char* to, std::int64_t count) {
  std::memset(to, '0', static_cast<std::size_t>(count));
  return to + count;
}

// Without an exponent, however long that is.
char* put_plain(char* to, const Decimal& decimal) {
  const auto size = static_cast<std::int64_t>(decimal.digits.size());
  if (decimal.point <= 0) {
    to = put(to, "0.");
    return put(put_zeros(to, -decimal.point), decimal.digits);
  }
  if (decimal.point >= size) {
    return put_zeros(put(to, decimal.digits), decimal.point - size);
  }
  const auto whole = static_cast<std::size_t>(decimal.point);
  to = put(to, decimal.digits.substr(0, whole));
  *to++ = '.';
  return put(to, decimal.digits.substr(whole));
}

char* put_exponent(char* to, const Decimal& decimal) {
  *to++ = decimal.digits[0];
  if (decimal.digits.size() > 1) {
    *to++ = '.';
    to = put(to, decimal.digits.substr(1));
  }
  const std::int64_t exponent = decimal.point - 1;
  to = put(to, exponent < 0 ? "e-" : "e+");
  return std::to_chars(to, to + 20, exponent < 0 ? -exponent : exponent).ptr;
}

// ECMAScript's Number::toString for a decimal of at most 17 digits.
char* put_ecmascript(char* to, const Decimal& decimal) {
  return decimal.point > 21 || decimal.point <= -6 ? put_exponent(to, decimal) : put_plain(to, decimal);
}

enum class Nearest : std::uint8_t { zero, finite, infinite };

// The shortest decimal that names the double nearest to `decimal`; its digits are kept in `digits`.
Nearest nearest_double(const Decimal& decimal, std::array<char, 32>& digits, Decimal& shortest) {
  if (decimal.point > 310) {
    return Nearest::infinite;
  }
  if (decimal.point < -330) {
    return Nearest::zero;
  }
  std::string text(decimal.digits);
  text += 'e';
  text += std::to_string(decimal.point - static_cast<std::int64_t>(decimal.digits.size()));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    return decimal.point > 0 ? Nearest::infinite : Nearest::zero;
  }
  if (value == 0) {
    return Nearest::zero;
  }
  // d.ddddde[+-]dd: the point is moved to before the first digit.
  char* const last =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::scientific).ptr;
  char* const mark = std::find(digits.data(), last, 'e');
  int exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), last, exponent);
  char* begin = digits.data();
  if (mark - begin > 1) {
    begin[1] = begin[0];
    ++begin;
  }
  shortest = {{begin, static_cast<std::size_t>(mark - begin)}, exponent + 1};
  return Nearest::finite;
}

char* put_sign(char* to, const Numeric& number) {
  *to = '-';
  return to + (number.negative ? 1 : 0);
}

char* put_exact(char* cursor, const Numeric& number, const Decimal& decimal, OutputBuffer& buffer) {
  const auto zeros = static_cast<std::size_t>(decimal.point < 0 ? -decimal.point : decimal.point);
  cursor = buffer.room(cursor, decimal.digits.size() + zeros + short_number + OutputBuffer::most_in_hand);
  return put_plain(put_sign(cursor, number), decimal);
}

char* put_decimal(char* cursor, const Numeric& number, const Decimal& decimal, NumberForm form, OutputBuffer& buffer) {
  if (decimal.digits.empty()) {
    *cursor++ = '0';
    return cursor;
  }
  if (decimal.digits.size() <= injective_digits && decimal.point >= smallest_normal &&
      decimal.point <= largest_normal) {
    return put_ecmascript(put_sign(cursor, number), decimal);
  }
  std::array<char, 32> digits; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by nearest_double
  Decimal shortest{};
  const Nearest nearest = nearest_double(decimal, digits, shortest);
  if (form == NumberForm::exact && (nearest != Nearest::finite || !(shortest == decimal))) {
    return put_exact(cursor, number, decimal, buffer);
  }
  if (nearest == Nearest::infinite) {
    return nullptr;
  }
  if (nearest == Nearest::zero) {
    *cursor++ = '0';
    return cursor;
  }
  return put_ecmascript(put_sign(cursor, number), shortest);
}

char* put_word(char* to, unsigned word) { return write_pair(write_pair(to, word / 100), word % 100); }

} // namespace

// At most three words are at most twelve digits: fewer than injective_digits, so both forms are the digits themselves,
// and, of a number that is at least 0.0001, without an exponent.
char* write_few_words(char* cursor, std::string_view bytes) {
  constexpr std::size_t most = 3;
  constexpr std::size_t start = sizeof(std::uint32_t) + sizeof(std::uint16_t);
  static_assert(most * word_digits <= injective_digits);
  const std::size_t count = (bytes.size() - start) / sizeof(std::uint16_t);
  const unsigned header = load<std::uint16_t>(bytes.data() + sizeof(std::uint32_t));
  const auto weight = static_cast<int>(header & layout::numeric_short_weight_mask) -
                      static_cast<int>(header & layout::numeric_short_weight_sign);
  if (bytes.size() % sizeof(std::uint16_t) != 0 || count == 0 || count > most ||
      (header & layout::numeric_kind_mask) != layout::numeric_short || weight < -1 ||
      weight >= static_cast<int>(most)) {
    return nullptr;
  }
  const auto word = [&](std::size_t i) -> unsigned {
    return load<std::uint16_t>(bytes.data() + start + i * sizeof(std::uint16_t));
  };
  const unsigned first = word(0);
  const unsigned last = word(count - 1);
  if (first == 0 || last == 0 || std::max({first, word(count / 2), last}) >= layout::numeric_base) {
    return nullptr;
  }
  *cursor = '-';
  cursor += (header & layout::numeric_short_negative) != 0 ? 1 : 0;
  std::size_t next = 0;
  if (weight < 0) {
    *cursor++ = '0';
  } else {
    cursor = write_word(cursor, first);
    for (next = 1; next <= static_cast<std::size_t>(weight); ++next) {
      cursor = put_word(cursor, next < count ? word(next) : 0);
    }
  }
  if (next < count) {
    *cursor++ = '.';
    for (; next < count; ++next) {
      cursor = put_word(cursor, word(next));
    }
    while (cursor[-1] == '0') { // the last word is not zero
      --cursor;
    }
  }
  return cursor;
}

char* write_any_number(char* cursor, const Numeric& number, NumberForm form, OutputBuffer& buffer) {
  if (number.kind != Numeric::Kind::finite) {
    return nullptr;
  }
  if (number.weight >= 0 && number.weight < whole_words && number.count <= static_cast<unsigned>(number.weight) + 1) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i <= static_cast<unsigned>(number.weight); ++i) {
      value = value * layout::numeric_base + (i < number.count ? word_at(number, i) : 0);
    }
    if (value <= exact_integers) {
      return std::to_chars(value != 0 ? put_sign(cursor, number) : cursor, cursor + short_number, value).ptr;
    }
  }
  constexpr std::size_t few_words = 16;
  if (number.count <= few_words) {
    std::array<char, few_words * word_digits> digits; // NOLINT(cppcoreguidelines-pro-type-member-init): expand fills it
    return put_decimal(cursor, number, expand(number, digits.data()), form, buffer);
  }
  std::string digits(number.count * word_digits, '0');
  return put_decimal(cursor, number, expand(number, digits.data()), form, buffer);
}

std::string describe_number(const Numeric& number) {
  if (number.kind == Numeric::Kind::nan) {
    return "NaN";
  }
  if (number.kind == Numeric::Kind::infinity) {
    return number.negative ? "-Infinity" : "Infinity";
  }
  constexpr std::size_t shown = 40;
  std::string digits(number.count * word_digits, '0');
  Decimal decimal = expand(number, digits.data());
  if (decimal.digits.empty()) {
    return "0";
  }
  const bool cut = decimal.digits.size() > shown;
  decimal.digits = decimal.digits.substr(0, shown);
  std::array<char, shown + 32> text; // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  char* end = put_exponent(put_sign(text.data(), number), decimal);
  end = put(end, cut ? " (first 40 digits)" : "");
  return {text.data(), end};
}

} // namespace lifecycle::json
