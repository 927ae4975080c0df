// Makes PostgreSQL's binary jsonb of a JSON tree, as the server does on input: keys sorted by length and bytes, the
// last of equal keys kept, every 32nd entry an end, numerics in base 10000 in short form where it fits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/support/json_value.hpp"

namespace lifecycle::test {

template <typename T>
void append_raw(std::string& to, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  to.append(bytes, sizeof value);
}

// A numeric with its four-byte length word. `special` is its header where it is NaN or infinite.
inline std::string encode_special_numeric(std::uint16_t special) {
  std::string bytes;
  append_raw<std::uint32_t>(bytes, 6U << 2U);
  append_raw<std::uint16_t>(bytes, special);
  return bytes;
}

inline std::string encode_numeric(const std::string& spelled) {
  if (spelled == "NaN") {
    return encode_special_numeric(0xC000);
  }
  if (spelled == "Infinity" || spelled == "-Infinity") {
    return encode_special_numeric(spelled[0] == '-' ? 0xF000 : 0xD000);
  }
  std::size_t at = 0;
  const bool negative = spelled[0] == '-';
  at += negative ? 1 : 0;
  std::string digits;
  long scale = 0;
  for (bool fraction = false; at < spelled.size() && spelled[at] != 'e' && spelled[at] != 'E'; ++at) {
    if (spelled[at] == '.') {
      fraction = true;
    } else {
      digits += spelled[at];
      scale += fraction ? 1 : 0;
    }
  }
  const long exponent = at < spelled.size() ? std::strtol(spelled.c_str() + at + 1, nullptr, 10) : 0;
  if (exponent > 1'000'000 || exponent < -1'000'000) {
    throw std::out_of_range(spelled);
  }
  long point = static_cast<long>(digits.size()) - scale + exponent; // digits before the decimal point
  const long shown_scale = std::max(0L, scale - exponent);
  // To whole words of four digits on both sides of the point.
  const long lead = ((point % 4) + 4) % 4;
  digits.insert(0, lead == 0 ? 0 : static_cast<std::size_t>(4 - lead), '0');
  point += lead == 0 ? 0 : 4 - lead;
  digits.append((4 - digits.size() % 4) % 4, '0');
  std::vector<std::int16_t> words;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    words.push_back(static_cast<std::int16_t>(std::stoi(digits.substr(i, 4))));
  }
  long weight = point / 4 - 1;
  while (!words.empty() && words.front() == 0) {
    words.erase(words.begin());
    --weight;
  }
  while (!words.empty() && words.back() == 0) {
    words.pop_back();
  }
  if (weight > 32767 || weight < -32768) {
    throw std::out_of_range(spelled); // the server would refuse it
  }
  const bool zero = words.empty();
  weight = zero ? 0 : weight;
  std::string body;
  if (shown_scale <= 63 && weight >= -64 && weight <= 63) {
    append_raw<std::uint16_t>(body, static_cast<std::uint16_t>(0x8000U | (negative && !zero ? 0x2000U : 0U) |
                                                               static_cast<unsigned>(shown_scale) << 7U |
                                                               (static_cast<unsigned>(weight) & 0x7FU)));
  } else {
    append_raw<std::uint16_t>(body, static_cast<std::uint16_t>((negative && !zero ? 0x4000U : 0U) |
                                                               (static_cast<unsigned>(shown_scale) & 0x3FFFU)));
    append_raw<std::int16_t>(body, static_cast<std::int16_t>(weight));
  }
  for (const std::int16_t word : words) {
    append_raw(body, word);
  }
  std::string bytes;
  append_raw<std::uint32_t>(bytes, static_cast<std::uint32_t>((body.size() + 4) << 2U));
  return bytes + body;
}

inline std::string encode_container(const JsonValue& value, bool scalar = false);

// Appends one child's bytes to data and returns its type bits. Padding counts from the container's data, which itself
// starts aligned.
inline std::uint32_t append_child(std::string& data, const JsonValue& value) {
  const auto pad = [&data] { data.append((4 - data.size() % 4) % 4, '\0'); };
  switch (value.kind) {
    case JsonValue::Kind::null:
      return 0x40000000U;
    case JsonValue::Kind::boolean:
      return value.truth ? 0x30000000U : 0x20000000U;
    case JsonValue::Kind::string:
      data += value.text;
      return 0;
    case JsonValue::Kind::number:
      pad();
      data += encode_numeric(value.text);
      return 0x10000000U;
    default:
      pad();
      data += encode_container(value);
      return 0x50000000U;
  }
}

inline std::string encode_container(const JsonValue& value, bool scalar) {
  std::vector<std::uint32_t> entries;
  std::string data;
  const auto add_entry = [&](std::uint32_t type, std::size_t begin) {
    const bool stride = entries.size() % 32 == 0;
    entries.push_back(type | (stride ? 0x80000000U | static_cast<std::uint32_t>(data.size())
                                     : static_cast<std::uint32_t>(data.size() - begin)));
  };
  std::uint32_t header = 0;
  if (value.kind == JsonValue::Kind::object) {
    const auto stored_order = [](const std::string& left, const std::string& right) {
      return left.size() != right.size() ? left.size() < right.size() : left < right;
    };
    std::map<std::string, const JsonValue*, decltype(stored_order)> pairs(stored_order);
    for (const auto& [key, member] : value.members) {
      pairs[key] = &member;
    }
    for (const auto& [key, member] : pairs) {
      const std::size_t begin = data.size();
      data += key;
      add_entry(0, begin);
    }
    for (const auto& [key, member] : pairs) {
      const std::size_t begin = data.size();
      add_entry(append_child(data, *member), begin);
    }
    header = 0x20000000U | static_cast<std::uint32_t>(pairs.size());
  } else {
    for (const JsonValue& item : value.items) {
      const std::size_t begin = data.size();
      add_entry(append_child(data, item), begin);
    }
    header = 0x40000000U | (scalar ? 0x10000000U : 0U) | static_cast<std::uint32_t>(value.items.size());
  }
  std::string bytes;
  append_raw(bytes, header);
  for (const std::uint32_t entry : entries) {
    append_raw(bytes, entry);
  }
  return bytes + data;
}

// The bytes of a jsonb after its length word.
inline std::string encode_jsonb(const JsonValue& value) {
  if (value.kind == JsonValue::Kind::object || value.kind == JsonValue::Kind::array) {
    return encode_container(value);
  }
  return encode_container(JsonValue::of_array({value}), true);
}

inline std::string encode_jsonb(std::string_view json) { return encode_jsonb(parse_json(json)); }

} // namespace lifecycle::test
