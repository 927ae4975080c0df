// MD5 (RFC 1321), for checksums that any database engine can recompute. Own code because the server's may be switched
// off by FIPS mode and costs a context set-up per call. An error detector: MD5 is no seal against forgery.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lifecycle::parity {

// The four state words; the digest's bytes are these, each least significant byte first.
using Md5State = std::array<std::uint32_t, 4>;

// Polls for interrupts on long input.
Md5State md5(std::string_view bytes);

// The digest: sixteen bytes.
inline void store_md5(const Md5State& state, unsigned char* to) {
  for (const std::uint32_t word : state) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      *to++ = static_cast<unsigned char>(word >> shift);
    }
  }
}

// The digest's first eight bytes, read most significant byte first: what the first 16 hex digits of md5() spell.
std::uint64_t md5_prefix(const Md5State& state);
inline std::uint64_t md5_prefix(std::string_view bytes) { return md5_prefix(md5(bytes)); }

// Ends a text of `size` bytes whose last `left` (fewer than a block) are at block: a one bit, zeros, and the count of
// bits in the last eight bytes. Two blocks must fit there; returns how many bytes it has become, one block or two.
std::size_t pad_for_md5(char* block, std::size_t left, std::uint64_t size);

} // namespace lifecycle::parity
