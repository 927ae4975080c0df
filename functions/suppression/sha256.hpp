// SHA-256 (FIPS 180-4). Own code because the server's interface to it differs from release to release.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lifecycle::suppression {

using Digest = std::array<unsigned char, 32>;

class Sha256 {
 public:
  static constexpr std::size_t block_size = 64;

  void add(std::string_view bytes);
  [[nodiscard]] Digest finish();

 private:
  void add_block(const unsigned char* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, block_size> block_ = {};
  std::size_t used_ = 0; // of block_
  std::uint64_t size_ = 0;
};

} // namespace lifecycle::suppression
