// The form in which e-mail addresses are compared, indexed and fingerprinted: the same on every machine and locale.
//
//   1. Unicode normal form C of the full case folding of normal form D (canonical caseless matching): "İ", "I" + U+0307
//      and "i" + U+0307 agree, and so do "ß" and "SS", "ﬁ" and "FI", composed and decomposed accents.
//   2. White space (Unicode property White_Space) is trimmed from both ends. Zero-width characters are not white space.
//   3. An address in angle brackets is taken out: `<a@b>`, `Name <a@b>`, `"Name, x" <a@b>`. It counts as one when the
//      text ends with the closing bracket, that pair is the only one outside double-quoted strings (backslash escapes;
//      a quote that is never closed is an ordinary character), and it holds an '@'. An '@' together with a comma or
//      semicolon before the bracket is a list of addresses. Everything else stays whole: better no match than the
//      wrong one. Empty brackets, the sender of bounces, are no address.
//
// Nothing else: dots and +tags are part of the address. The result is a fixed point: normalising it again changes
// nothing. Unicode promises that normal forms and case foldings of assigned characters never change; characters
// assigned after the version of the installed utf8proc may fold differently with a newer one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "functions/core/same_bytes.hpp"

namespace lifecycle {

// A longer one is no address, whatever it is: _mapped_query.sql and _refresh_contact_directory.sql have the number too.
inline constexpr std::size_t longest_email = 1024UL * 1024;

// The normal form of `raw` into `out`; false (and `out` empty) when nothing is left. Throws 22021 on invalid UTF-8 and
// 54000 on a stretch of more than a megabyte without one ASCII character.
bool normalize_email(std::string_view raw, std::string& out);

namespace detail {

inline constexpr std::uint64_t every_byte = 0x0101010101010101U;

// Lower-cases the ASCII letters of eight bytes at once; bytes with the high bit stay.
inline std::uint64_t lower8(std::uint64_t word) noexcept {
  const std::uint64_t heptets = word & (0x7F * every_byte);
  const std::uint64_t from_a = heptets + (0x80 - 'A') * every_byte;
  const std::uint64_t above_z = heptets + (0x7F - 'Z') * every_byte;
  const std::uint64_t upper = ~word & (from_a ^ above_z) & (0x80 * every_byte);
  return word | (upper >> 2U);
}

// Lower-cases `size` bytes; returns whether all of them are ASCII. Never reads or writes outside the ranges.
inline bool lower_ascii(const char* from, std::size_t size, char* to) noexcept {
  std::uint64_t high = 0;
  if (size >= 8) {
    const auto step = [&](std::size_t at) {
      const std::uint64_t word = load_word(from + at);
      high |= word;
      const std::uint64_t lower = lower8(word);
      std::memcpy(to + at, &lower, sizeof lower);
    };
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      step(at);
    }
    step(size - 8); // the tail overlaps bytes already done, which gives the same bytes again
  } else {
    for (std::size_t at = 0; at < size; ++at) {
      const auto byte = static_cast<unsigned char>(from[at]);
      high |= byte;
      to[at] = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    }
  }
  return (high & (0x80 * every_byte)) == 0;
}

inline bool may_be_plain(std::string_view raw) noexcept {
  return !raw.empty() && static_cast<unsigned char>(raw.front()) > ' ' &&
         static_cast<unsigned char>(raw.back()) > ' ' && raw.back() != '>';
}

// Whether `size` bytes are all ASCII and their lower case is `lower`.
inline bool lower_ascii_is(const char* from, std::size_t size, const char* lower) noexcept {
  if (size < 8) {
    char own[8];
    return lower_ascii(from, size, own) && same_bytes(own, lower, size);
  }
  std::uint64_t different = 0; // or not ASCII
  const auto step = [&](std::size_t at) {
    const std::uint64_t word = load_word(from + at);
    different |= (lower8(word) ^ load_word(lower + at)) | (word & (0x80 * every_byte));
  };
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    step(at);
  }
  step(size - 8);
  return different == 0;
}

} // namespace detail

// The common case, inlined: plain ASCII with nothing to trim and no bracket at the end, whose normal form is its lower
// case. Writes raw.size() bytes to `to`; false where normalize_email() has to look closer.
inline bool normalize_plain_email(std::string_view raw, char* to) noexcept {
  return detail::may_be_plain(raw) && detail::lower_ascii(raw.data(), raw.size(), to);
}

// Whether `raw` is such an address, and `normal` its normal form.
inline bool is_plain_email_of(std::string_view normal, std::string_view raw) noexcept {
  return raw.size() == normal.size() && detail::may_be_plain(raw) &&
         detail::lower_ascii_is(raw.data(), raw.size(), normal.data());
}

} // namespace lifecycle
