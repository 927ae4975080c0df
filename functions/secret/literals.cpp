#include "functions/secret/literals.hpp"

#include <algorithm>
#include <tuple>

#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::secret {
namespace {

char upper(char byte) { return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - ('a' - 'A')) : byte; }

// How often two bytes in a row are met in texts and JSON, roughly: the less, the better they tell a literal from them.
unsigned frequency(char first, char second) {
  constexpr std::string_view commonest =
      "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of "
      "al de se le sa si ar ve ra ld ur ro co me li ne ma ce io am ic la om pe el ta tr us "
      "un ca di na ec ct no pr il ss ie id ac ke // :/ ey ma ch ri ns ot ";
  constexpr std::string_view common = "etaoinsrhldcumfpgwybvk0123456789";
  for (std::size_t i = 0; i + 1 < commonest.size(); i += 3) {
    if (commonest[i] == first && commonest[i + 1] == second) {
      return 8;
    }
  }
  return (common.find(first) != std::string_view::npos ? 2U : 1U) *
         (common.find(second) != std::string_view::npos ? 2U : 1U);
}

bool equal_from(std::string_view bytes, std::size_t begin, std::string_view lower_text) {
  if (begin + lower_text.size() > bytes.size()) {
    return false;
  }
  for (std::size_t i = 0; i < lower_text.size(); ++i) {
    const char byte = bytes[begin + i];
    if (byte != lower_text[i] && upper(lower_text[i]) != byte) {
      return false;
    }
  }
  return true;
}

} // namespace

void Literals::add(std::string_view literal, std::uint32_t owner) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (bool more = true; more;) {
    const std::size_t star = literal.find('*', begin);
    more = star != std::string_view::npos;
    std::string& part = parts.emplace_back(literal.substr(begin, more ? star - begin : literal.size() - begin));
    std::transform(part.begin(), part.end(), part.begin(), lower);
    begin = star + 1;
  }
  const std::string first = parts.front();
  if (first.size() < shortest_literal) {
    throw Error(
        sqlstate::invalid_parameter_value, "a literal of a secret rule is too short",
        "\"" + std::string(literal) + "\" has fewer than " + std::to_string(shortest_literal) +
            " characters before a \"*\" or its end.",
        "Give what every match contains, as long as it can be; without literals the pattern is tried on everything.");
  }
  // The two pairs within three bytes of it that are met least elsewhere: one of them is at an even place.
  std::size_t best = 0;
  unsigned least = ~0U;
  for (std::size_t i = 0; i + 2 < first.size(); ++i) {
    const unsigned met = frequency(first[i], first[i + 1]) + frequency(first[i + 1], first[i + 2]);
    if (met < least) {
      least = met;
      best = i;
    }
  }
  const auto place = static_cast<std::uint32_t>(literals_.size());
  literals_.push_back({first, {parts.begin() + 1, parts.end()}, owner});
  for (const std::size_t offset : {best, best + 1}) {
    for (const char one : {first[offset], upper(first[offset])}) {
      for (const char two : {first[offset + 1], upper(first[offset + 1])}) {
        anchors_.push_back({pair_of(one, two), static_cast<std::uint16_t>(offset),
                            static_cast<std::int8_t>(offset == best ? 2 : -1), first[offset == best ? best + 2 : best],
                            place});
      }
    }
  }
}

void Literals::build() {
  const auto order = [](const Anchor& a, const Anchor& b) {
    return std::tie(a.pair, a.literal, a.offset) < std::tie(b.pair, b.literal, b.offset);
  };
  const auto same = [](const Anchor& a, const Anchor& b) {
    return std::tie(a.pair, a.literal, a.offset) == std::tie(b.pair, b.literal, b.offset);
  };
  std::sort(anchors_.begin(), anchors_.end(), order);
  // A byte that has no case was added twice.
  anchors_.erase(std::unique(anchors_.begin(), anchors_.end(), same), anchors_.end());
  begins_.clear();
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    const std::uint16_t pair = anchors_[i].pair;
    if (i == 0 || anchors_[i - 1].pair != pair) {
      begins_.push_back(static_cast<std::uint32_t>(i));
      pairs_[pair >> 6U] |= std::uint64_t{1} << (pair & 63U);
    }
  }
  begins_.push_back(static_cast<std::uint32_t>(anchors_.size()));
  std::size_t before = 0;
  for (std::size_t word = 0; word < pairs_.size(); ++word) {
    before_[word] = static_cast<std::uint16_t>(before);
    before += count_bits(pairs_[word]);
  }
}

bool Literals::stands_at(const Literal& literal, std::string_view bytes, std::size_t begin) const {
  if (!equal_from(bytes, begin, literal.first)) {
    return false;
  }
  std::size_t from = begin + literal.first.size();
  return std::all_of(literal.rest.begin(), literal.rest.end(), [&](const std::string& part) {
    const auto found = std::search(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), part.begin(),
                                   part.end(), [](char byte, char wanted) { return lower(byte) == wanted; });
    from = static_cast<std::size_t>(found - bytes.begin()) + part.size();
    return found != bytes.end();
  });
}

} // namespace lifecycle::secret
