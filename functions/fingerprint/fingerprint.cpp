#include "functions/fingerprint/fingerprint.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

// Hashes in steps with interrupts taken between them.
XXH128_hash_t hash_long(std::string_view text, std::size_t step) {
  XXH3_state_t state;
  XXH3_INITSTATE(&state);
  XXH3_128bits_reset(&state);
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, step);
    poll_interrupts();
    XXH3_128bits_update(&state, piece.data(), piece.size());
    text.remove_prefix(piece.size());
  }
  return XXH3_128bits_digest(&state);
}

} // namespace

Uuid fingerprint_text(std::string_view text) {
  constexpr std::size_t long_text = 16UL * 1024 * 1024;
  const XXH128_hash_t hash =
      text.size() <= long_text ? XXH3_128bits(text.data(), text.size()) : hash_long(text, long_text);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  Uuid uuid{};
  std::memcpy(uuid.data(), canonical.digest, uuid.size());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x80U); // version 8
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U); // variant of RFC 9562
  return uuid;
}

Uuid fingerprint(json::CanonicalWriter& writer, std::string_view document) {
  return fingerprint_text(writer.write(document, json::NumberForm::exact));
}

} // namespace lifecycle
