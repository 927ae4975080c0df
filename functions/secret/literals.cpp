#include "functions/secret/literals.hpp"

#include <algorithm>

#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::secret {
namespace {

char upper(char byte) { return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - ('a' - 'A')) : byte; }

// How often a byte is met in texts and JSON, roughly: the less, the better it tells a literal from them.
unsigned frequency(char byte) {
  constexpr std::string_view common = "etaoinsrhldcum";
  constexpr std::string_view less_common = "fpgwybvk0123456789 ./\":-_";
  if (common.find(byte) != std::string_view::npos) {
    return 6;
  }
  return less_common.find(byte) != std::string_view::npos ? 3 : 1;
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
    const unsigned middle = frequency(first[i + 1]);
    const unsigned met = frequency(first[i]) * middle + middle * frequency(first[i + 2]);
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
        const std::uint16_t pair = pair_of(one, two);
        pairs_[pair >> 6U] |= std::uint64_t{1} << (pair & 63U);
      }
    }
    const Anchor anchor = {pair_of(first[offset], first[offset + 1]), static_cast<std::uint16_t>(offset), place};
    anchors_.insert(std::upper_bound(anchors_.begin(), anchors_.end(), anchor,
                                     [](const Anchor& a, const Anchor& b) { return a.pair < b.pair; }),
                    anchor);
  }
}

const Literals::Anchor* Literals::anchors_of(std::uint16_t lower_pair, const Anchor*& end) const {
  const auto range = std::equal_range(anchors_.begin(), anchors_.end(), Anchor{lower_pair, 0, 0},
                                      [](const Anchor& a, const Anchor& b) { return a.pair < b.pair; });
  end = anchors_.data() + (range.second - anchors_.begin());
  return anchors_.data() + (range.first - anchors_.begin());
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
