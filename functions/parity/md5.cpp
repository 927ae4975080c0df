#include "functions/parity/md5.hpp"

#include <bit>
#include <cstring>

#include "functions/core/interrupt.hpp"
#include "functions/parity/md5_rounds.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::parity {
namespace {

constexpr std::size_t blocks_between_polls = 16UL * 1024; // a millisecond or two

void take_block(Md5State& state, const char* block) {
  std::array<std::uint32_t, 16> words;
  std::memcpy(words.data(), block, md5_block_size);
  if constexpr (std::endian::native == std::endian::big) {
    for (std::uint32_t& word : words) {
      word = __builtin_bswap32(word);
    }
  }
  md5_block(state, words);
}

} // namespace

std::size_t pad_for_md5(char* block, std::size_t left, std::uint64_t size) {
  const std::size_t padded = left < md5_block_size - 8 ? md5_block_size : 2 * md5_block_size;
  block[left] = static_cast<char>(0x80);
  std::memset(block + left + 1, 0, padded - left - 1);
  std::uint64_t bits = size * 8;
  for (std::size_t at = padded - 8; at < padded; ++at, bits >>= 8U) {
    block[at] = static_cast<char>(bits & 0xFFU);
  }
  return padded;
}

std::uint64_t md5_prefix(const Md5State& state) {
  return (static_cast<std::uint64_t>(__builtin_bswap32(state[0])) << 32U) | __builtin_bswap32(state[1]);
}

Md5State md5(std::string_view bytes) {
  Md5State state = md5_initial_state;
  const char* from = bytes.data();
  std::size_t left = bytes.size();
  for (std::size_t blocks = 1; left >= md5_block_size; left -= md5_block_size, from += md5_block_size, ++blocks) {
    take_block(state, from);
    if (blocks % blocks_between_polls == 0) {
      poll_interrupts();
    }
  }
  char last[2 * md5_block_size];
  if (left > 0) {
    std::memcpy(last, from, left);
  }
  const std::size_t padded = pad_for_md5(last, left, bytes.size());
  for (std::size_t at = 0; at < padded; at += md5_block_size) {
    take_block(state, last + at);
  }
  return state;
}

} // namespace lifecycle::parity
