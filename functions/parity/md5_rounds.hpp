// The 64 steps of MD5 (RFC 1321, 3.4) for any kind of word: a number, or a vector of them for several texts at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lifecycle::parity {

inline constexpr std::size_t md5_block_size = 64;
inline constexpr std::array<std::uint32_t, 4> md5_initial_state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

// Inlined always, and nothing returned by value: so all is compiled for the processor of the function that calls it.
namespace rounds {

template <typename Word>
[[gnu::always_inline]] inline void round_f(Word& result, const Word& x, const Word& y, const Word& z) {
  result = z ^ (x & (y ^ z));
}

// A sum instead of an or: its two halves share no bit, and (~z & y) does not wait for x, the newest word.
template <typename Word>
[[gnu::always_inline]] inline void round_g(Word& result, const Word& x, const Word& y, const Word& z) {
  result = (~z & y) + (z & x);
}

template <typename Word>
[[gnu::always_inline]] inline void round_h(Word& result, const Word& x, const Word& y, const Word& z) {
  result = x ^ (y ^ z);
}

template <typename Word>
[[gnu::always_inline]] inline void round_i(Word& result, const Word& x, const Word& y, const Word& z) {
  result = y ^ (x | ~z);
}

template <typename Word>
[[gnu::always_inline]] inline void step(void (*round)(Word&, const Word&, const Word&, const Word&), Word& a,
                                        const Word& b, const Word& c, const Word& d, const Word& word, int shift,
                                        std::uint32_t sine) {
  Word mixed;
  round(mixed, b, c, d);
  const Word sum = a + (word + sine) + mixed;
  a = b + ((sum << shift) | (sum >> (32 - shift)));
}

} // namespace rounds

// Takes a block of 16 words into the state.
template <typename Word>
[[gnu::always_inline]] inline void md5_block(std::array<Word, 4>& state, const std::array<Word, 16>& w) {
  using namespace rounds; // NOLINT(google-build-using-namespace): their names are the standard's
  auto [a, b, c, d] = state;

  step(round_f<Word>, a, b, c, d, w[0], 7, 0xd76aa478);
  step(round_f<Word>, d, a, b, c, w[1], 12, 0xe8c7b756);
  step(round_f<Word>, c, d, a, b, w[2], 17, 0x242070db);
  step(round_f<Word>, b, c, d, a, w[3], 22, 0xc1bdceee);
  step(round_f<Word>, a, b, c, d, w[4], 7, 0xf57c0faf);
  step(round_f<Word>, d, a, b, c, w[5], 12, 0x4787c62a);
  step(round_f<Word>, c, d, a, b, w[6], 17, 0xa8304613);
  step(round_f<Word>, b, c, d, a, w[7], 22, 0xfd469501);
  step(round_f<Word>, a, b, c, d, w[8], 7, 0x698098d8);
  step(round_f<Word>, d, a, b, c, w[9], 12, 0x8b44f7af);
  step(round_f<Word>, c, d, a, b, w[10], 17, 0xffff5bb1);
  step(round_f<Word>, b, c, d, a, w[11], 22, 0x895cd7be);
  step(round_f<Word>, a, b, c, d, w[12], 7, 0x6b901122);
  step(round_f<Word>, d, a, b, c, w[13], 12, 0xfd987193);
  step(round_f<Word>, c, d, a, b, w[14], 17, 0xa679438e);
  step(round_f<Word>, b, c, d, a, w[15], 22, 0x49b40821);

  step(round_g<Word>, a, b, c, d, w[1], 5, 0xf61e2562);
  step(round_g<Word>, d, a, b, c, w[6], 9, 0xc040b340);
  step(round_g<Word>, c, d, a, b, w[11], 14, 0x265e5a51);
  step(round_g<Word>, b, c, d, a, w[0], 20, 0xe9b6c7aa);
  step(round_g<Word>, a, b, c, d, w[5], 5, 0xd62f105d);
  step(round_g<Word>, d, a, b, c, w[10], 9, 0x02441453);
  step(round_g<Word>, c, d, a, b, w[15], 14, 0xd8a1e681);
  step(round_g<Word>, b, c, d, a, w[4], 20, 0xe7d3fbc8);
  step(round_g<Word>, a, b, c, d, w[9], 5, 0x21e1cde6);
  step(round_g<Word>, d, a, b, c, w[14], 9, 0xc33707d6);
  step(round_g<Word>, c, d, a, b, w[3], 14, 0xf4d50d87);
  step(round_g<Word>, b, c, d, a, w[8], 20, 0x455a14ed);
  step(round_g<Word>, a, b, c, d, w[13], 5, 0xa9e3e905);
  step(round_g<Word>, d, a, b, c, w[2], 9, 0xfcefa3f8);
  step(round_g<Word>, c, d, a, b, w[7], 14, 0x676f02d9);
  step(round_g<Word>, b, c, d, a, w[12], 20, 0x8d2a4c8a);

  step(round_h<Word>, a, b, c, d, w[5], 4, 0xfffa3942);
  step(round_h<Word>, d, a, b, c, w[8], 11, 0x8771f681);
  step(round_h<Word>, c, d, a, b, w[11], 16, 0x6d9d6122);
  step(round_h<Word>, b, c, d, a, w[14], 23, 0xfde5380c);
  step(round_h<Word>, a, b, c, d, w[1], 4, 0xa4beea44);
  step(round_h<Word>, d, a, b, c, w[4], 11, 0x4bdecfa9);
  step(round_h<Word>, c, d, a, b, w[7], 16, 0xf6bb4b60);
  step(round_h<Word>, b, c, d, a, w[10], 23, 0xbebfbc70);
  step(round_h<Word>, a, b, c, d, w[13], 4, 0x289b7ec6);
  step(round_h<Word>, d, a, b, c, w[0], 11, 0xeaa127fa);
  step(round_h<Word>, c, d, a, b, w[3], 16, 0xd4ef3085);
  step(round_h<Word>, b, c, d, a, w[6], 23, 0x04881d05);
  step(round_h<Word>, a, b, c, d, w[9], 4, 0xd9d4d039);
  step(round_h<Word>, d, a, b, c, w[12], 11, 0xe6db99e5);
  step(round_h<Word>, c, d, a, b, w[15], 16, 0x1fa27cf8);
  step(round_h<Word>, b, c, d, a, w[2], 23, 0xc4ac5665);

  step(round_i<Word>, a, b, c, d, w[0], 6, 0xf4292244);
  step(round_i<Word>, d, a, b, c, w[7], 10, 0x432aff97);
  step(round_i<Word>, c, d, a, b, w[14], 15, 0xab9423a7);
  step(round_i<Word>, b, c, d, a, w[5], 21, 0xfc93a039);
  step(round_i<Word>, a, b, c, d, w[12], 6, 0x655b59c3);
  step(round_i<Word>, d, a, b, c, w[3], 10, 0x8f0ccc92);
  step(round_i<Word>, c, d, a, b, w[10], 15, 0xffeff47d);
  step(round_i<Word>, b, c, d, a, w[1], 21, 0x85845dd1);
  step(round_i<Word>, a, b, c, d, w[8], 6, 0x6fa87e4f);
  step(round_i<Word>, d, a, b, c, w[15], 10, 0xfe2ce6e0);
  step(round_i<Word>, c, d, a, b, w[6], 15, 0xa3014314);
  step(round_i<Word>, b, c, d, a, w[13], 21, 0x4e0811a1);
  step(round_i<Word>, a, b, c, d, w[4], 6, 0xf7537e82);
  step(round_i<Word>, d, a, b, c, w[11], 10, 0xbd3af235);
  step(round_i<Word>, c, d, a, b, w[2], 15, 0x2ad7d2bb);
  step(round_i<Word>, b, c, d, a, w[9], 21, 0xeb86d391);

  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

} // namespace lifecycle::parity
