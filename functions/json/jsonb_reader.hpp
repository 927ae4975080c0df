// Reads PostgreSQL's binary jsonb in place. Every offset is held against the bytes given before it is used, so damaged
// bytes raise data_corrupted and are never followed. Nothing needs to be aligned.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "functions/json/jsonb_layout.hpp"

namespace lifecycle::json {

// Raises data_corrupted; what is wrong as a sentence.
[[noreturn]] void fail_malformed(const char* detail);

template <typename T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

enum class ContainerKind : std::uint8_t { array, object, scalar };

struct Container {
  const char* entries; // count entries of an array, 2 * count of an object
  const char* data;    // what offsets count from
  std::uint32_t size;  // bytes of data
  std::uint32_t count; // elements or key/value pairs
  ContainerKind kind;
};

inline ContainerKind container_kind(std::uint32_t header) {
  switch (header & ~layout::count_mask) {
    case layout::object_flag:
      return ContainerKind::object;
    case layout::array_flag:
      return ContainerKind::array;
    case layout::array_flag | layout::scalar_flag:
      return ContainerKind::scalar;
    default:
      fail_malformed("A container is neither an array nor an object.");
  }
}

inline std::uint32_t entry_at(const char* entries, std::size_t index) {
  return load<std::uint32_t>(entries + index * sizeof(std::uint32_t));
}

inline std::uint32_t entry_type(std::uint32_t entry) { return entry & layout::entry_type_mask; }

// Where a child ends that begins at `begin`, both counted from the container's data; size bounds it.
inline std::uint32_t entry_end(std::uint32_t entry, std::uint32_t begin, std::uint32_t size) {
  const std::uint32_t field = entry & layout::entry_length_mask;
  const std::uint32_t end = (entry & layout::entry_is_end) != 0 ? field : begin + field;
  if (end < begin || end > size) [[unlikely]] {
    fail_malformed("A child reaches beyond its container.");
  }
  return end;
}

// The begin of a numeric or container, past its padding.
inline std::uint32_t aligned_begin(std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t aligned = (begin + 3U) & ~3U;
  if (aligned > end) [[unlikely]] {
    fail_malformed("A child is shorter than its padding.");
  }
  return aligned;
}

inline Container open_container(std::string_view bytes) {
  if (bytes.size() < sizeof(std::uint32_t)) [[unlikely]] {
    fail_malformed("A container is shorter than its header.");
  }
  const auto header = load<std::uint32_t>(bytes.data());
  Container container{};
  container.count = header & layout::count_mask;
  container.kind = container_kind(header);
  const std::size_t children = container.kind == ContainerKind::object ? 2UL * container.count : container.count;
  const std::size_t start = sizeof header + children * sizeof(std::uint32_t);
  if (start > bytes.size()) [[unlikely]] {
    fail_malformed("A container is shorter than its entries.");
  }
  container.entries = bytes.data() + sizeof header;
  container.data = bytes.data() + start;
  // Offsets have 28 bits: what lies beyond cannot be addressed and is not read.
  container.size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size() - start, layout::entry_length_mask));
  return container;
}

// A number as stored: sign, words of four decimal digits, and the power of 10000 of the first word.
struct Numeric {
  enum class Kind : std::uint8_t { finite, nan, infinity };

  const char* words;
  std::uint32_t count;
  std::int32_t weight;
  bool negative;
  Kind kind;

  [[nodiscard]] unsigned word(std::size_t index) const { return load<std::uint16_t>(words + index * 2); }
};

// The length word of a numeric of `size` bytes, itself included: little-endian servers keep its two flag bits low, both
// clear in a plain value, big-endian ones high.
inline std::uint32_t numeric_length_word(std::size_t size) {
  const auto length = static_cast<std::uint32_t>(size);
  return std::endian::native == std::endian::little ? length << 2U : length;
}

Numeric read_numeric(std::string_view bytes);

} // namespace lifecycle::json
