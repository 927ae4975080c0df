// Writes a jsonb number in the form ECMAScript gives to a double (RFC 8785), or as an exact decimal.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "functions/json/jsonb_reader.hpp"
#include "functions/json/output_buffer.hpp"

namespace lifecycle::json {

enum class NumberForm : std::uint8_t {
  strict, // the nearest double
  exact,  // the nearest double where its form has the number's very value, else the plain decimal
};

// "00" to "99".
inline constexpr std::array<char, 200> digit_pairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

inline char* write_pair(char* to, std::size_t value) {
  std::memcpy(to, &digit_pairs[value * 2], 2);
  return to + 2;
}

// The bytes that a number takes unless write_number itself asks for more.
inline constexpr std::size_t short_number = 40;

// Room for short_number bytes must be at cursor. Null for a number that has no form: beyond the range of a double in
// strict form, NaN or infinity in either. The caller, who knows the place, makes the Error of it.
char* write_any_number(char* cursor, const Numeric& number, NumberForm form, OutputBuffer& buffer);

// The same for the stored bytes of a number with few words and without an exponent; null where it is not of that kind,
// with nothing said about whether it has a form. Their length word must have been checked, and room for short_number.
char* write_few_words(char* cursor, std::string_view bytes);

// Writes 0 to 9999 and returns the end. Four bytes at `to` may be written.
inline char* write_word(char* to, unsigned value) {
  if (value < 10) {
    *to = static_cast<char>('0' + value);
    return to + 1;
  }
  const unsigned high = value / 100;
  const unsigned low = value % 100;
  if (high == 0) {
    return write_pair(to, low);
  }
  if (high < 10) {
    *to++ = static_cast<char>('0' + high);
  } else {
    to = write_pair(to, high);
  }
  return write_pair(to, low);
}

// write_any_number for the stored bytes of a number. Most numbers are whole and of at most one word: those are written
// here.
inline char* write_number(char* cursor, std::string_view bytes, NumberForm form, OutputBuffer& buffer) {
  constexpr std::size_t no_word = sizeof(std::uint32_t) + sizeof(std::uint16_t);
  constexpr std::size_t one_word = no_word + sizeof(std::uint16_t);
  constexpr std::size_t few_words = no_word + 3 * sizeof(std::uint16_t);
  constexpr unsigned short_and_weight =
      layout::numeric_kind_mask | layout::numeric_short_weight_sign | layout::numeric_short_weight_mask;
  if (bytes.size() >= no_word && bytes.size() <= few_words &&
      load<std::uint32_t>(bytes.data()) == numeric_length_word(bytes.size())) [[likely]] {
    if (bytes.size() <= one_word) [[likely]] {
      const unsigned header = load<std::uint16_t>(bytes.data() + sizeof(std::uint32_t));
      const unsigned word = bytes.size() == one_word ? load<std::uint16_t>(bytes.data() + no_word) : 0;
      if ((header & short_and_weight) == layout::numeric_short && word < layout::numeric_base &&
          bytes.size() % sizeof(std::uint16_t) == 0) [[likely]] {
        *cursor = '-';
        cursor += (header & layout::numeric_short_negative) != 0 && word != 0 ? 1 : 0;
        return write_word(cursor, word);
      }
    }
    if (char* const end = write_few_words(cursor, bytes); end != nullptr) [[likely]] {
      return end;
    }
  }
  return write_any_number(cursor, read_numeric(bytes), form, buffer);
}

// The number for a message, of a long one the first 40 digits.
std::string describe_number(const Numeric& number);

} // namespace lifecycle::json
