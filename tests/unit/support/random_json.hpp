// Random JSON trees, the same for the same seed: keys and texts of every kind of character, numbers of every kind.
#pragma once

#include <cstdio>
#include <cstring>
#include <cmath>
#include <random>
#include <string>

#include "tests/unit/support/json_value.hpp"

namespace lifecycle::test {

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::string text(std::size_t longest) {
    std::string out;
    for (std::size_t left = below(longest + 1); left > 0; --left) {
      switch (below(12)) {
        case 0:
          out += static_cast<char>(1 + below(0x1F));
          break; // jsonb has no \u0000
        case 1:
          out += below(2) == 0 ? '"' : '\\';
          break;
        case 2:
          append_code(out, 0x80 + below(0x700));
          break;
        case 3:
          append_code(out, 0x2000 + below(0x1000));
          break;
        case 4:
          append_code(out, 0xE000 + below(0x1FFE));
          break;
        case 5:
          append_code(out, 0x10000 + below(0x100000));
          break;
        default:
          out += static_cast<char>(' ' + below(95));
          break;
      }
    }
    return out;
  }

  std::string digits(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      out += static_cast<char>('0' + (i == 0 ? 1 + below(9) : below(10)));
    }
    return out;
  }

  // `wide` numbers may be beyond the range of a double.
  std::string number(bool wide) {
    const std::string sign = below(3) == 0 ? "-" : "";
    switch (below(9)) {
      case 0:
        return sign + std::to_string(below(10));
      case 1:
        return sign + std::to_string(below(1'000'000));
      case 2:
        return sign + digits(1 + below(25));
      case 3:
        return sign + std::to_string(below(1000)) + "." + std::to_string(below(100'000));
      case 4:
        return sign + digits(1 + below(20)) + "." + digits(1 + below(20)) + std::string(below(4), '0');
      case 5:
        return sign + "0." + std::string(below(12), '0') + digits(1 + below(18));
      case 6:
        return sign + digits(1 + below(18)) + "e" + std::to_string(static_cast<int>(below(580)) - 300);
      case 7: {
        std::uint64_t bits = random_();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        char text[64];
        std::snprintf(text, sizeof text, "%.17g", std::isfinite(value) ? value : 1.5);
        return text;
      }
      default:
        return wide ? sign + digits(1 + below(30)) + "e" + std::to_string(static_cast<int>(below(1600)) - 800) : "0.0";
    }
  }

  JsonValue scalar(bool wide) {
    switch (below(6)) {
      case 0:
        return {};
      case 1:
        return JsonValue::of_boolean(below(2) == 0);
      case 2:
      case 3:
        return JsonValue::of_string(text(below(8) == 0 ? 120 : 20));
      default:
        return JsonValue::of_number(number(wide));
    }
  }

  JsonValue value(unsigned depth, bool wide) {
    const std::size_t kind = depth == 0 ? 9 : below(10);
    if (kind < 3) {
      std::vector<JsonValue> items;
      for (std::size_t left = below(below(10) == 0 ? 70 : 6); left > 0; --left) {
        items.push_back(value(depth - 1, wide));
      }
      return JsonValue::of_array(std::move(items));
    }
    if (kind < 7) {
      std::vector<JsonMember> members;
      for (std::size_t left = below(below(10) == 0 ? 70 : 8); left > 0; --left) {
        members.push_back({text(below(4) == 0 ? 40 : 10), value(depth - 1, wide)});
      }
      return JsonValue::of_object(std::move(members));
    }
    return scalar(wide);
  }

  // The same keys with other values.
  JsonValue reshuffled(const JsonValue& shape, bool wide) {
    if (shape.kind == JsonValue::Kind::object) {
      std::vector<JsonMember> members;
      for (const JsonMember& member : shape.members) {
        members.push_back({member.key, reshuffled(member.value, wide)});
      }
      return JsonValue::of_object(std::move(members));
    }
    if (shape.kind == JsonValue::Kind::array) {
      std::vector<JsonValue> items;
      for (const JsonValue& item : shape.items) {
        items.push_back(reshuffled(item, wide));
      }
      return JsonValue::of_array(std::move(items));
    }
    return scalar(wide);
  }

 private:
  static void append_code(std::string& out, std::size_t code) {
    if (code < 0x800) {
      out += static_cast<char>(0xC0 | code >> 6U);
    } else {
      if (code < 0x10000) {
        out += static_cast<char>(0xE0 | code >> 12U);
      } else {
        out += static_cast<char>(0xF0 | code >> 18U);
        out += static_cast<char>(0x80 | (code >> 12U & 0x3FU));
      }
      out += static_cast<char>(0x80 | (code >> 6U & 0x3FU));
    }
    out += static_cast<char>(0x80 | (code & 0x3FU));
  }

  std::mt19937_64 random_;
};

} // namespace lifecycle::test
