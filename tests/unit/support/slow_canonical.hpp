// RFC 8785 the slow and obvious way, from a JSON tree: what the tests hold the real writer against. It shares no code
// and no technique with it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/support/json_value.hpp"

namespace lifecycle::test {

inline std::vector<std::uint16_t> utf16_of(const std::string& utf8) {
  std::vector<std::uint16_t> units;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) {
      code = code << 6U | (static_cast<unsigned char>(utf8.at(i + k)) & 0x3FU);
    }
    if (code < 0x10000) {
      units.push_back(static_cast<std::uint16_t>(code));
    } else {
      units.push_back(static_cast<std::uint16_t>(0xD800U + ((code - 0x10000U) >> 10U)));
      units.push_back(static_cast<std::uint16_t>(0xDC00U + ((code - 0x10000U) & 0x3FFU)));
    }
    i += size;
  }
  return units;
}

inline std::string slow_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

// Sign, digits without zeros at either end, and where the point stands before or after them.
struct SlowDecimal {
  bool negative = false;
  std::string digits;
  long point = 0;

  friend bool operator==(const SlowDecimal&, const SlowDecimal&) = default;
};

inline SlowDecimal slow_decimal(const std::string& number) {
  SlowDecimal decimal;
  std::size_t at = 0;
  if (number[0] == '-') {
    decimal.negative = true;
    at = 1;
  }
  bool fraction = false;
  for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
    if (number[at] == '.') {
      fraction = true;
    } else {
      decimal.digits += number[at];
      decimal.point += fraction ? 0 : 1;
    }
  }
  decimal.point += at < number.size() ? std::strtol(number.c_str() + at + 1, nullptr, 10) : 0;
  while (!decimal.digits.empty() && decimal.digits.front() == '0') {
    decimal.digits.erase(0, 1);
    --decimal.point;
  }
  while (!decimal.digits.empty() && decimal.digits.back() == '0') {
    decimal.digits.pop_back();
  }
  if (decimal.digits.empty()) {
    return {};
  }
  return decimal;
}

inline std::string slow_plain(const SlowDecimal& decimal) {
  if (decimal.digits.empty()) {
    return "0";
  }
  std::string out = decimal.negative ? "-" : "";
  const long size = static_cast<long>(decimal.digits.size());
  if (decimal.point <= 0) {
    return out.append("0.").append(static_cast<std::size_t>(-decimal.point), '0').append(decimal.digits);
  }
  if (decimal.point >= size) {
    return out.append(decimal.digits).append(static_cast<std::size_t>(decimal.point - size), '0');
  }
  const auto whole = static_cast<std::size_t>(decimal.point);
  return out.append(decimal.digits.substr(0, whole)).append(".").append(decimal.digits.substr(whole));
}

// ECMA-262 Number::toString: the fewest digits that read back as the double, of those the closest.
inline std::string slow_double(double value) {
  if (value == 0) {
    return "0";
  }
  for (int precision = 0; precision <= 17; ++precision) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*e", precision, std::fabs(value));
    // Next to a power of two the rounded digits may not read back although their neighbours do.
    const std::string rounded = text;
    const std::string exponent = rounded.substr(rounded.find('e'));
    std::string digits = rounded.substr(0, rounded.find('e'));
    std::erase(digits, '.');
    for (const long step : {0L, 1L, -1L}) {
      if (step != 0 && precision < 14) {
        break; // below 15 digits every decimal is the closest to its double
      }
      const std::string candidate =
          std::to_string(std::stoll(digits) + step) + "e" + std::to_string(std::stol(exponent.substr(1)) - precision);
      if (std::strtod(candidate.c_str(), nullptr) != std::fabs(value)) {
        continue;
      }
      SlowDecimal decimal = slow_decimal(candidate);
      decimal.negative = value < 0;
      if (decimal.point > -6 && decimal.point <= 21) {
        return slow_plain(decimal);
      }
      std::string out = decimal.negative ? "-" : "";
      out += decimal.digits.substr(0, 1);
      if (decimal.digits.size() > 1) {
        out.append(".").append(decimal.digits.substr(1));
      }
      return out.append(decimal.point > 0 ? "e+" : "e-").append(std::to_string(std::labs(decimal.point - 1)));
    }
  }
  throw std::logic_error("no form reads back");
}

// Throws std::range_error where a double overflows in strict form.
inline std::string slow_number(const std::string& spelled, bool exact) {
  const double value = std::strtod(spelled.c_str(), nullptr);
  if (exact) {
    if (std::isfinite(value)) {
      const std::string form = slow_double(value);
      if (slow_decimal(form) == slow_decimal(spelled)) {
        return form;
      }
    }
    return slow_plain(slow_decimal(spelled));
  }
  if (!std::isfinite(value)) {
    throw std::range_error(spelled);
  }
  return slow_double(value);
}

inline std::string slow_canonical(const JsonValue& value, bool exact) {
  switch (value.kind) {
    case JsonValue::Kind::null:
      return "null";
    case JsonValue::Kind::boolean:
      return value.truth ? "true" : "false";
    case JsonValue::Kind::number:
      return slow_number(value.text, exact);
    case JsonValue::Kind::string:
      return slow_string(value.text);
    case JsonValue::Kind::array: {
      std::string out = "[";
      for (const JsonValue& item : value.items) {
        out += out.size() > 1 ? "," : "";
        out += slow_canonical(item, exact);
      }
      return out + "]";
    }
    case JsonValue::Kind::object: {
      std::map<std::vector<std::uint16_t>, const JsonMember*> ordered;
      for (const JsonMember& member : value.members) {
        ordered[utf16_of(member.key)] = &member; // the last of equal keys, as jsonb keeps it
      }
      std::string out = "{";
      for (const auto& [units, member] : ordered) {
        out += out.size() > 1 ? "," : "";
        out += slow_string(member->key) + ":" + slow_canonical(member->value, exact);
      }
      return out + "}";
    }
  }
  throw std::logic_error("unknown kind");
}

} // namespace lifecycle::test
