#include "functions/suppression/suppression_list.hpp"

#include <cstring>

#include "functions/contact/normalize_email.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::suppression {
namespace {

// A UUID in lower case; anything else as it is.
std::string lower_uuid(std::string_view text) {
  constexpr std::size_t uuid_length = 36;
  std::string lower(text);
  if (text.size() == uuid_length) {
    for (std::size_t i = 0; i < uuid_length; ++i) {
      const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (text[i] >= 'A' && text[i] <= 'F') {
        lower[i] = static_cast<char>(text[i] - 'A' + 'a');
      } else if (dash ? text[i] != '-' : (text[i] < '0' || text[i] > '9') && (text[i] < 'a' || text[i] > 'f')) {
        return std::string(text);
      }
    }
  }
  return lower;
}

} // namespace

std::size_t SuppressionList::Spread::operator()(const Digest& digest) const {
  std::size_t spread = 0;
  std::memcpy(&spread, digest.data(), sizeof spread);
  return spread;
}

void SuppressionList::add(std::string_view hash, std::string pseudonym) {
  Digest digest = {};
  std::memcpy(digest.data(), hash.data(), hash.size() < digest.size() ? hash.size() : digest.size());
  entries_.emplace(digest, std::move(pseudonym));
}

Digest SuppressionList::hash(std::string_view kind, std::string_view value) {
  if (kind == "email") {
    normalize_email(value, normal_);
    value = normal_;
  }
  return hash_.of(kind, std::string_view("\n"), value);
}

const std::string* SuppressionList::find(std::string_view kind, std::string_view value) {
  if (entries_.empty() || value.empty() || (kind == "email" && value.size() > longest_email)) {
    return nullptr;
  }
  const auto entry = entries_.find(hash(kind, value));
  return entry == entries_.end() ? nullptr : &entry->second;
}

// Ids that are UUIDs are on the list in lower case; an event may spell them in any.
const std::string* SuppressionList::pseudonym(std::string_view user) {
  if (const std::string* const by_id = find("user_id", user); by_id != nullptr) {
    return by_id;
  }
  if (const std::string lower = lower_uuid(user); lower != user) {
    if (const std::string* const by_id = find("user_id", lower); by_id != nullptr) {
      return by_id;
    }
  }
  return user.find('@') == std::string_view::npos ? nullptr : find("email", user);
}

} // namespace lifecycle::suppression
