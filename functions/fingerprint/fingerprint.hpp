// Fingerprints of JSON content: XXH3-128 (seed 0) of the exact canonical form in UTF-8, as a UUIDv8. Anyone can
// recompute them: docs/FINGERPRINT.md. The algorithm never changes under this name: persisted fingerprints depend on
// it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "functions/json/canonical_writer.hpp"

namespace lifecycle {

using Uuid = std::array<std::uint8_t, 16>;

// The hash of a text in XXH128's canonical (big-endian) byte order, with the version and variant bits of a UUIDv8.
Uuid fingerprint_text(std::string_view text);

// Of a jsonb, given as the bytes after its length word. Raises what CanonicalWriter raises.
Uuid fingerprint(json::CanonicalWriter& writer, std::string_view document);

} // namespace lifecycle
