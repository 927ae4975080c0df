// HMAC-SHA256 (RFC 2104): a hash that nobody can make, nor hold guesses against, without the key.
#pragma once

#include <string_view>

#include "functions/suppression/sha256.hpp"

namespace lifecycle::suppression {

class KeyedHash {
 public:
  explicit KeyedHash(std::string_view key);

  // Of the parts, one behind the other.
  template <typename... Parts>
  [[nodiscard]] Digest of(Parts... parts) const {
    Sha256 inner = inner_;
    (inner.add(parts), ...);
    return finish(inner);
  }

 private:
  [[nodiscard]] Digest finish(Sha256& inner) const;

  Sha256 inner_; // what the key alone makes of both hashes
  Sha256 outer_;
};

} // namespace lifecycle::suppression
