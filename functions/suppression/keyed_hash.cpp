#include "functions/suppression/keyed_hash.hpp"

#include <cstring>

#include "functions/core/pure.hpp"

namespace lifecycle::suppression {

KeyedHash::KeyedHash(std::string_view key) {
  constexpr unsigned char inner_pad = 0x36;
  constexpr unsigned char outer_pad = 0x5c;
  std::array<unsigned char, Sha256::block_size> block = {};
  if (key.size() > block.size()) {
    Sha256 hash;
    hash.add(key);
    const Digest digest = hash.finish();
    std::memcpy(block.data(), digest.data(), digest.size());
  } else {
    std::memcpy(block.data(), key.data(), key.size());
  }
  const auto add = [&block](Sha256& hash, unsigned char pad) {
    std::array<char, Sha256::block_size> padded;
    for (std::size_t i = 0; i < block.size(); ++i) {
      padded[i] = static_cast<char>(block[i] ^ pad);
    }
    hash.add({padded.data(), padded.size()});
  };
  add(inner_, inner_pad);
  add(outer_, outer_pad);
}

Digest KeyedHash::finish(Sha256& inner) const {
  const Digest digest = inner.finish();
  Sha256 outer = outer_;
  outer.add({reinterpret_cast<const char*>(digest.data()), digest.size()});
  return outer.finish();
}

} // namespace lifecycle::suppression
