// The binary form of PostgreSQL's jsonb and of the numerics in it, restated so that a pure core can read it without a
// server header. jsonb_layout_pg.cpp holds these values against the server's at build time.
//
// A container is a 32-bit header (count and kind), one 32-bit entry a child, then the children's bytes. An object has
// its keys' entries first, sorted by length and bytes, then its values'. An entry gives the child's type and its
// length, or, every 32nd one, its end counted from the first child's byte. Numerics and containers start on a multiple
// of four, the padding before them counts as theirs. A scalar document is an array of one child with scalar_flag.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lifecycle::json::layout {

inline constexpr std::uint32_t count_mask = 0x0FFFFFFFU;
inline constexpr std::uint32_t scalar_flag = 0x10000000U;
inline constexpr std::uint32_t object_flag = 0x20000000U;
inline constexpr std::uint32_t array_flag = 0x40000000U;

inline constexpr std::uint32_t entry_length_mask = 0x0FFFFFFFU;
inline constexpr std::uint32_t entry_type_mask = 0x70000000U;
inline constexpr std::uint32_t entry_is_end = 0x80000000U;
inline constexpr std::uint32_t end_stride = 32;

inline constexpr std::uint32_t type_string = 0x00000000U;
inline constexpr std::uint32_t type_numeric = 0x10000000U;
inline constexpr std::uint32_t type_false = 0x20000000U;
inline constexpr std::uint32_t type_true = 0x30000000U;
inline constexpr std::uint32_t type_null = 0x40000000U;
inline constexpr std::uint32_t type_container = 0x50000000U;

// A numeric: a four-byte length word, a 16-bit header, in the long form a 16-bit weight, then words of four decimal
// digits. The value is the sum of word[i] * 10000^(weight - i).
inline constexpr std::uint16_t numeric_kind_mask = 0xC000U;
inline constexpr std::uint16_t numeric_negative = 0x4000U;
inline constexpr std::uint16_t numeric_short = 0x8000U;
inline constexpr std::uint16_t numeric_special = 0xC000U;

inline constexpr std::uint16_t numeric_special_mask = 0xF000U;
inline constexpr std::uint16_t numeric_nan = 0xC000U;
inline constexpr std::uint16_t numeric_infinity = 0xD000U;
inline constexpr std::uint16_t numeric_minus_infinity = 0xF000U;

inline constexpr std::uint16_t numeric_short_negative = 0x2000U;
inline constexpr std::uint16_t numeric_short_weight_sign = 0x0040U;
inline constexpr std::uint16_t numeric_short_weight_mask = 0x003FU;

inline constexpr unsigned numeric_base = 10000;

// The most words a numeric can have: 131,072 digits before the point and 16,383 after it, in words of four.
inline constexpr std::size_t numeric_max_words = (131072 + 16384) / 4 + 1;

} // namespace lifecycle::json::layout
