// Who was erased, as keyed hashes of ids and e-mail addresses, and what stands in for each in events.
//
// An entry is HMAC-SHA256 over its kind (contact_id, user_id or email), a line feed, and the value: an id as it is, an
// address in the form of normalize_email().
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "functions/suppression/keyed_hash.hpp"

namespace lifecycle::suppression {

class SuppressionList {
 public:
  explicit SuppressionList(std::string_view key) : hash_(key) {}

  void add(std::string_view hash, std::string pseudonym);

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  // The hash of an entry; of an address that is none after normalizing, of the empty text.
  [[nodiscard]] Digest hash(std::string_view kind, std::string_view value);

  [[nodiscard]] bool has_contact_id(std::string_view id) { return find("contact_id", id) != nullptr; }
  [[nodiscard]] bool has_email(std::string_view email) { return find("email", email) != nullptr; }

  // What stands for a value of events.user_id, by whichever name it calls the user; null for who was not erased.
  [[nodiscard]] const std::string* pseudonym(std::string_view user);

 private:
  struct Spread {
    // The digests are as good as random already.
    std::size_t operator()(const Digest& digest) const;
  };

  const std::string* find(std::string_view kind, std::string_view value);

  KeyedHash hash_;
  std::unordered_map<Digest, std::string, Spread> entries_;
  std::string normal_; // scratch
};

} // namespace lifecycle::suppression
