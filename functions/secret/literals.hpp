// Which of many short texts occur in a value, whatever the case of their ASCII letters: one pass over the bytes, a bit
// looked up for every second pair of them, and comparisons only where a pair is one that some text has.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::secret {

inline constexpr std::size_t shortest_literal = 3;

class Literals {
 public:
  // A literal is of at least three bytes; after a "*" it names what must follow anywhere behind it. `owner` is what
  // for_hits() calls. Raises invalid_parameter_value for one that is too short.
  void add(std::string_view literal, std::uint32_t owner);
  // Once all are added.
  void build();

  [[nodiscard]] bool any_in(std::string_view bytes) const {
    bool found = false;
    for_hits(bytes, [&found](std::uint32_t) {
      found = true;
      return false;
    });
    return found;
  }

  // Calls visit(owner) for each occurrence of a literal, until it says false. An owner may be visited several times.
  template <typename Visit>
  void for_hits(std::string_view bytes, Visit visit) const {
    if (bytes.size() < shortest_literal) {
      return;
    }
    // Of three bytes in a row one pair begins at an even place: the other places need no look.
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
      at = next_candidate(bytes, at);
      if (at + 1 >= bytes.size() || !visit_at(bytes, at, visit)) {
        return;
      }
    }
  }

 private:
  struct Literal {
    std::string first;             // lower case
    std::vector<std::string> rest; // what must follow, in this order
    std::uint32_t owner;
  };
  struct Anchor {
    std::uint16_t pair;   // as it stands in a text
    std::uint16_t offset; // of the pair within the literal
    std::int8_t third_at; // another byte of the literal, lower case, and where it is from the pair on
    char third;
    std::uint32_t literal;
  };

  static std::uint16_t pair_of(char first, char second) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(first) << 8U | static_cast<unsigned char>(second));
  }
  [[nodiscard]] bool has(std::uint16_t pair) const { return (pairs_[pair >> 6U] >> (pair & 63U) & 1U) != 0; }

  // The first even place from `at` on where a pair of some literal stands; the size or beyond where there is none.
  [[nodiscard]] std::size_t next_candidate(std::string_view bytes, std::size_t at) const {
    constexpr std::size_t stride = 16;
    for (; at + stride < bytes.size(); at += stride) {
      std::uint64_t found = 0;
      for (std::size_t i = 0; i < stride; i += 2) {
        const std::uint16_t pair = pair_of(bytes[at + i], bytes[at + i + 1]);
        found |= pairs_[pair >> 6U] >> (pair & 63U);
      }
      if ((found & 1U) != 0) [[unlikely]] {
        break;
      }
    }
    while (at + 1 < bytes.size() && !has(pair_of(bytes[at], bytes[at + 1]))) {
      at += 2;
    }
    return at;
  }

  [[nodiscard]] bool stands_at(const Literal& literal, std::string_view bytes, std::size_t begin) const;

  template <typename Visit>
  bool visit_at(std::string_view bytes, std::size_t at, Visit& visit) const {
    // The pair's number among those that are looked for gives its anchors.
    const std::uint16_t pair = pair_of(bytes[at], bytes[at + 1]);
    const std::uint64_t below = pairs_[pair >> 6U] & ((std::uint64_t{1} << (pair & 63U)) - 1);
    const std::size_t number = before_[pair >> 6U] + count_bits(below);
    for (std::uint32_t i = begins_[number]; i < begins_[number + 1]; ++i) {
      const Anchor& anchor = anchors_[i];
      const std::size_t third =
          at + static_cast<std::size_t>(anchor.third_at); // wraps around where it is before the first
      if (third < bytes.size() && lower(bytes[third]) == anchor.third && at >= anchor.offset &&
          stands_at(literals_[anchor.literal], bytes, at - anchor.offset) && !visit(literals_[anchor.literal].owner)) {
        return false;
      }
    }
    return true;
  }

  // Without an instruction of its own: not every processor has one.
  static std::size_t count_bits(std::uint64_t bits) {
    bits -= bits >> 1U & 0x5555555555555555U;
    bits = (bits & 0x3333333333333333U) + (bits >> 2U & 0x3333333333333333U);
    bits = (bits + (bits >> 4U)) & 0x0F0F0F0F0F0F0F0FU;
    return static_cast<std::size_t>(bits * 0x0101010101010101U >> 56U);
  }
  static char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte; }

  std::vector<Literal> literals_;
  std::vector<Anchor> anchors_;           // sorted by pair
  std::vector<std::uint32_t> begins_{0U}; // of each pair's anchors, and the end
  std::array<std::uint64_t, 1024> pairs_{};
  std::array<std::uint16_t, 1024> before_{}; // pairs in the words before
};

} // namespace lifecycle::secret
