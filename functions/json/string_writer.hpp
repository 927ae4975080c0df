// Writes UTF-8 text as the inside of an RFC 8785 string: '"', '\' and control characters escaped, all else as it is.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "functions/json/output_buffer.hpp"

namespace lifecycle::json {

inline constexpr std::size_t block_size = 16;

// The most a text of n bytes can become (\u00xx for each byte), and the slack that block writes may use beyond it.
inline constexpr std::size_t escaped_bound(std::size_t n) { return 6 * n + block_size; }

// A longer text is written in pieces, so that its worst case need not be reserved and interrupts are taken.
inline constexpr std::size_t text_piece = 4096;

// Up to 16 bytes of text in two numbers, the first byte lowest; bytes beyond the text are zero.
struct TextBlock {
  std::uint64_t low;
  std::uint64_t high;
};

inline std::uint64_t load_low_first(const char* from) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, from, sizeof bytes);
  return std::endian::native == std::endian::big ? __builtin_bswap64(bytes) : bytes;
}

inline std::uint64_t load_half_low_first(const char* from) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, from, sizeof bytes);
  return std::endian::native == std::endian::big ? __builtin_bswap32(bytes) : bytes;
}

inline void store_low_first(char* to, std::uint64_t bytes) {
  bytes = std::endian::native == std::endian::big ? __builtin_bswap64(bytes) : bytes;
  std::memcpy(to, &bytes, sizeof bytes);
}

// Fewer than 16 bytes, without reading past them.
inline TextBlock load_short_block(const char* from, std::size_t n) {
  if (n > 8) {
    return {load_low_first(from), load_low_first(from + n - 8) >> (8 * (16 - n))};
  }
  // Bytes that are loaded twice are the same both times.
  if (n >= 4) {
    return {load_half_low_first(from) | load_half_low_first(from + n - 4) << (8 * (n - 4)), 0};
  }
  const auto at = [from](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i); };
  return {n == 0 ? 0 : at(0) | at(n / 2) | at(n - 1), 0};
}

// Whether one of the first n (at most 16) bytes must be escaped.
inline bool needs_escape(const TextBlock& block, std::size_t n) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t high_bits = ones * 0x80U;
  // Exact for the lowest byte flagged, which is all that is asked.
  const auto flags = [](std::uint64_t bytes) {
    const std::uint64_t quote = bytes ^ (ones * '"');
    const std::uint64_t backslash = bytes ^ (ones * '\\');
    return (((bytes - ones * 0x20U) & ~bytes) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) &
           high_bits;
  };
  const auto first = [](std::uint64_t found, std::size_t bytes) {
    return bytes >= 8 ? found : found & ((std::uint64_t{1} << (bytes * 8)) - 1);
  };
  return (first(flags(block.low), n) | first(flags(block.high), n > 8 ? n - 8 : 0)) != 0;
}

#if defined(__SSE2__)
// The same for 16 bytes in a register.
inline bool register_needs_escape(__m128i bytes, std::size_t n) {
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
  return (found & ((1U << n) - 1U)) != 0;
}
#endif

// The same for 16 bytes in memory.
inline bool block_needs_escape(const char* from, std::size_t n) {
#if defined(__SSE2__)
  __m128i bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::memcpy(&bytes, from, sizeof bytes);
  return register_needs_escape(bytes, n);
#else
  return needs_escape({load_low_first(from), load_low_first(from + 8)}, n);
#endif
}

// The same, by the fastest way there is.
inline bool block_needs_escape(const TextBlock& block, std::size_t n) {
#if defined(__SSE2__)
  return register_needs_escape(_mm_set_epi64x(static_cast<long long>(block.high), static_cast<long long>(block.low)),
                               n);
#else
  return needs_escape(block, n);
#endif
}

// Byte by byte, whatever the text.
char* write_escaped_bytes(char* to, const char* from, std::size_t n);

// The same in blocks, for text in which something is to be escaped. Room as for write_escaped.
char* write_escaped_text(char* to, const char* from, std::size_t n);

// Room for escaped_bound(n) must be at `to`. Bytes past the text may be read too, up to `readable`.
inline char* write_escaped(char* to, const char* from, std::size_t n, const char* readable) {
  const char* const begin = from;
  while (n >= block_size) {
    if (block_needs_escape(from, block_size)) [[unlikely]] {
      return write_escaped_text(to, from, n);
    }
    std::memcpy(to, from, block_size);
    to += block_size;
    from += block_size;
    n -= block_size;
  }
  if (readable - from >= static_cast<std::ptrdiff_t>(block_size)) [[likely]] {
    if (block_needs_escape(from, n)) [[unlikely]] {
      return write_escaped_text(to, from, n);
    }
    std::memcpy(to, from, block_size);
    return to + n;
  }
  if (from != begin) {
    // The last 16 bytes again: what they share with the block before is written twice, to the same place.
    if (block_needs_escape(from + n - block_size, block_size)) [[unlikely]] {
      return write_escaped_text(to, from, n);
    }
    std::memcpy(to + n - block_size, from + n - block_size, block_size);
    return to + n;
  }
  const TextBlock block = load_short_block(from, n);
  if (block_needs_escape(block, n)) [[unlikely]] {
    return write_escaped_bytes(to, from, n);
  }
  store_low_first(to, block.low);
  store_low_first(to + 8, block.high);
  return to + n;
}

// Copies a text in which nothing is to be escaped; null where something is. Room for n + block_size must be at `to`.
inline char* copy_unescaped(char* to, const char* from, std::size_t n) {
  if (n < block_size) {
    const TextBlock block = load_short_block(from, n);
    store_low_first(to, block.low);
    store_low_first(to + 8, block.high);
    return block_needs_escape(block, n) ? nullptr : to + n;
  }
  const char* const last = from + n - block_size;
  for (char* at = to;; from += block_size, at += block_size) {
    if (from >= last) { // what it shares with the block before is written twice, to the same place
      std::memcpy(to + n - block_size, last, block_size);
      return block_needs_escape(last, block_size) ? nullptr : to + n;
    }
    if (block_needs_escape(from, block_size)) [[unlikely]] {
      return nullptr;
    }
    std::memcpy(at, from, block_size);
  }
}

// A whole string with its quotes, of any length, into the buffer.
char* write_long_string(char* cursor, std::string_view text, OutputBuffer& buffer);

// The same where room for escaped_bound(text_piece or less) and the quotes is at cursor.
inline char* write_string(char* cursor, std::string_view text, const char* readable, OutputBuffer& buffer) {
  if (text.size() > text_piece) [[unlikely]] {
    return write_long_string(cursor, text, buffer);
  }
  *cursor = '"';
  cursor = write_escaped(cursor + 1, text.data(), text.size(), readable);
  *cursor = '"';
  return cursor + 1;
}

} // namespace lifecycle::json
