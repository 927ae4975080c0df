#include "functions/parity/md5.hpp"

#include <bit>
#include <cstring>

#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::parity {
namespace {

constexpr std::size_t block_size = 64;
constexpr std::size_t blocks_between_polls = 16UL * 1024; // a millisecond or two

std::uint32_t load_word(const unsigned char* from) {
  std::uint32_t word = 0;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) {
    word = __builtin_bswap32(word);
  }
  return word;
}

void store_word(std::uint32_t word, unsigned char* to) {
  if constexpr (std::endian::native == std::endian::big) {
    word = __builtin_bswap32(word);
  }
  std::memcpy(to, &word, sizeof word);
}

// The four round functions, written so that the newest word (x) enters last: it is the one still being computed.
constexpr std::uint32_t round_f(std::uint32_t x, std::uint32_t y, std::uint32_t z) { return z ^ (x & (y ^ z)); }
constexpr std::uint32_t round_h(std::uint32_t x, std::uint32_t y, std::uint32_t z) { return x ^ (y ^ z); }
constexpr std::uint32_t round_i(std::uint32_t x, std::uint32_t y, std::uint32_t z) { return y ^ (x | ~z); }

template <typename Round>
inline void step(Round round, std::uint32_t& a, std::uint32_t b, std::uint32_t c, std::uint32_t d, std::uint32_t word,
                 int shift, std::uint32_t sine) {
  a = b + std::rotl(a + (word + sine) + round(b, c, d), shift);
}

// Round two as a sum instead of an or: its two halves share no bit, and (y & ~z) does not wait for x.
inline void step_g(std::uint32_t& a, std::uint32_t b, std::uint32_t c, std::uint32_t d, std::uint32_t word, int shift,
                   std::uint32_t sine) {
  a = b + std::rotl(a + (word + sine) + (c & ~d) + (b & d), shift);
}

void take_block(Md5State& state, const unsigned char* block) {
  std::uint32_t w[16];
  for (unsigned i = 0; i < 16; ++i) {
    w[i] = load_word(block + 4 * static_cast<std::size_t>(i));
  }
  std::uint32_t a = state[0];
  std::uint32_t b = state[1];
  std::uint32_t c = state[2];
  std::uint32_t d = state[3];

  step(round_f, a, b, c, d, w[0], 7, 0xd76aa478);
  step(round_f, d, a, b, c, w[1], 12, 0xe8c7b756);
  step(round_f, c, d, a, b, w[2], 17, 0x242070db);
  step(round_f, b, c, d, a, w[3], 22, 0xc1bdceee);
  step(round_f, a, b, c, d, w[4], 7, 0xf57c0faf);
  step(round_f, d, a, b, c, w[5], 12, 0x4787c62a);
  step(round_f, c, d, a, b, w[6], 17, 0xa8304613);
  step(round_f, b, c, d, a, w[7], 22, 0xfd469501);
  step(round_f, a, b, c, d, w[8], 7, 0x698098d8);
  step(round_f, d, a, b, c, w[9], 12, 0x8b44f7af);
  step(round_f, c, d, a, b, w[10], 17, 0xffff5bb1);
  step(round_f, b, c, d, a, w[11], 22, 0x895cd7be);
  step(round_f, a, b, c, d, w[12], 7, 0x6b901122);
  step(round_f, d, a, b, c, w[13], 12, 0xfd987193);
  step(round_f, c, d, a, b, w[14], 17, 0xa679438e);
  step(round_f, b, c, d, a, w[15], 22, 0x49b40821);

  step_g(a, b, c, d, w[1], 5, 0xf61e2562);
  step_g(d, a, b, c, w[6], 9, 0xc040b340);
  step_g(c, d, a, b, w[11], 14, 0x265e5a51);
  step_g(b, c, d, a, w[0], 20, 0xe9b6c7aa);
  step_g(a, b, c, d, w[5], 5, 0xd62f105d);
  step_g(d, a, b, c, w[10], 9, 0x02441453);
  step_g(c, d, a, b, w[15], 14, 0xd8a1e681);
  step_g(b, c, d, a, w[4], 20, 0xe7d3fbc8);
  step_g(a, b, c, d, w[9], 5, 0x21e1cde6);
  step_g(d, a, b, c, w[14], 9, 0xc33707d6);
  step_g(c, d, a, b, w[3], 14, 0xf4d50d87);
  step_g(b, c, d, a, w[8], 20, 0x455a14ed);
  step_g(a, b, c, d, w[13], 5, 0xa9e3e905);
  step_g(d, a, b, c, w[2], 9, 0xfcefa3f8);
  step_g(c, d, a, b, w[7], 14, 0x676f02d9);
  step_g(b, c, d, a, w[12], 20, 0x8d2a4c8a);

  step(round_h, a, b, c, d, w[5], 4, 0xfffa3942);
  step(round_h, d, a, b, c, w[8], 11, 0x8771f681);
  step(round_h, c, d, a, b, w[11], 16, 0x6d9d6122);
  step(round_h, b, c, d, a, w[14], 23, 0xfde5380c);
  step(round_h, a, b, c, d, w[1], 4, 0xa4beea44);
  step(round_h, d, a, b, c, w[4], 11, 0x4bdecfa9);
  step(round_h, c, d, a, b, w[7], 16, 0xf6bb4b60);
  step(round_h, b, c, d, a, w[10], 23, 0xbebfbc70);
  step(round_h, a, b, c, d, w[13], 4, 0x289b7ec6);
  step(round_h, d, a, b, c, w[0], 11, 0xeaa127fa);
  step(round_h, c, d, a, b, w[3], 16, 0xd4ef3085);
  step(round_h, b, c, d, a, w[6], 23, 0x04881d05);
  step(round_h, a, b, c, d, w[9], 4, 0xd9d4d039);
  step(round_h, d, a, b, c, w[12], 11, 0xe6db99e5);
  step(round_h, c, d, a, b, w[15], 16, 0x1fa27cf8);
  step(round_h, b, c, d, a, w[2], 23, 0xc4ac5665);

  step(round_i, a, b, c, d, w[0], 6, 0xf4292244);
  step(round_i, d, a, b, c, w[7], 10, 0x432aff97);
  step(round_i, c, d, a, b, w[14], 15, 0xab9423a7);
  step(round_i, b, c, d, a, w[5], 21, 0xfc93a039);
  step(round_i, a, b, c, d, w[12], 6, 0x655b59c3);
  step(round_i, d, a, b, c, w[3], 10, 0x8f0ccc92);
  step(round_i, c, d, a, b, w[10], 15, 0xffeff47d);
  step(round_i, b, c, d, a, w[1], 21, 0x85845dd1);
  step(round_i, a, b, c, d, w[8], 6, 0x6fa87e4f);
  step(round_i, d, a, b, c, w[15], 10, 0xfe2ce6e0);
  step(round_i, c, d, a, b, w[6], 15, 0xa3014314);
  step(round_i, b, c, d, a, w[13], 21, 0x4e0811a1);
  step(round_i, a, b, c, d, w[4], 6, 0xf7537e82);
  step(round_i, d, a, b, c, w[11], 10, 0xbd3af235);
  step(round_i, c, d, a, b, w[2], 15, 0x2ad7d2bb);
  step(round_i, b, c, d, a, w[9], 21, 0xeb86d391);

  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

} // namespace

Md5State md5(std::string_view bytes) {
  Md5State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (std::size_t blocks = 1; left >= block_size; left -= block_size, from += block_size, ++blocks) {
    take_block(state, from);
    if (blocks % blocks_between_polls == 0) {
      poll_interrupts();
    }
  }
  // The rest, a one bit, zeros, and the count of bits in the last eight bytes: one block, or two where it does not fit.
  unsigned char last[2 * block_size] = {};
  if (left > 0) {
    std::memcpy(last, from, left);
  }
  last[left] = 0x80;
  const std::size_t size = left < block_size - 8 ? block_size : 2 * block_size;
  const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size()) * 8;
  store_word(static_cast<std::uint32_t>(bits), last + size - 8);
  store_word(static_cast<std::uint32_t>(bits >> 32U), last + size - 4);
  for (std::size_t at = 0; at < size; at += block_size) {
    take_block(state, last + at);
  }
  return state;
}

std::uint64_t md5_prefix(std::string_view bytes) {
  const Md5State state = md5(bytes);
  return (static_cast<std::uint64_t>(__builtin_bswap32(state[0])) << 32U) | __builtin_bswap32(state[1]);
}

} // namespace lifecycle::parity
