#include "functions/suppression/suppression_list.hpp"

#include <cstring>

#include "functions/contact/normalize_email.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::suppression {

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
  if (entries_.empty() || value.empty()) {
    return nullptr;
  }
  const auto entry = entries_.find(hash(kind, value));
  return entry == entries_.end() ? nullptr : &entry->second;
}

const std::string* SuppressionList::pseudonym(std::string_view user) {
  if (const std::string* const by_id = find("user_id", user); by_id != nullptr) {
    return by_id;
  }
  return user.find('@') == std::string_view::npos ? nullptr : find("email", user);
}

} // namespace lifecycle::suppression
