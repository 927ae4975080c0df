#include "functions/parity/md5_batch.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "functions/parity/md5.hpp"
#include "functions/parity/md5_rounds.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::parity {
namespace {

// Four numbers in one register on every processor this is built for (SSE2, NEON), eight where there is AVX2, sixteen
// with AVX-512, which also turns words and picks their bits in one step each.
template <std::size_t lanes>
struct Register;
template <>
struct Register<4> {
  using Words = std::uint32_t __attribute__((vector_size(16)));
};
template <>
struct Register<8> {
  using Words = std::uint32_t __attribute__((vector_size(32)));
};
template <>
struct Register<16> {
  using Words = std::uint32_t __attribute__((vector_size(64)));
};

std::uint32_t load_word(const char* from) {
  std::uint32_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return std::endian::native == std::endian::big ? __builtin_bswap32(word) : word;
}

} // namespace

template <std::size_t lanes>
[[gnu::always_inline]] inline std::uint64_t Md5Batch::hash() {
  using Words = typename Register<lanes>::Words;
  std::size_t blocks[lanes];
  std::size_t most = 0;
  for (std::size_t i = 0; i < lanes; ++i) {
    Lane& lane = lanes_[i];
    const std::size_t whole = lane.size / md5_block_size * md5_block_size;
    blocks[i] = (whole + pad_for_md5(lane.bytes + whole, lane.size - whole, lane.size)) / md5_block_size;
    most = std::max(most, blocks[i]);
  }
  std::array<Words, 4> state;
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] = Words{} + md5_initial_state[i];
  }
  std::uint64_t sum = 0;
  for (std::size_t block = 0; block < most; ++block) {
    std::array<Words, 16> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::size_t at = block * md5_block_size + i * sizeof(std::uint32_t);
      std::uint32_t column[lanes];
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        column[lane] = load_word(lanes_[lane].bytes + at);
      }
      std::memcpy(&words[i], column, sizeof column);
    }
    md5_block(state, words);
    // A text that ends here is done; what its lane goes on to compute is not looked at.
    for (std::size_t i = 0; i < lanes; ++i) {
      if (blocks[i] == block + 1) {
        sum += md5_prefix(Md5State{state[0][i], state[1][i], state[2][i], state[3][i]});
      }
    }
  }
  return sum;
}

#if defined(__x86_64__)
std::size_t Md5Batch::widest() {
  return __builtin_cpu_supports("avx512f") != 0 ? 16 : __builtin_cpu_supports("avx2") != 0 ? 8 : 4;
}

[[gnu::target("avx2")]] std::uint64_t Md5Batch::hash_eight() { return hash<8>(); }
[[gnu::target("avx512f")]] std::uint64_t Md5Batch::hash_sixteen() { return hash<16>(); }
#else
std::size_t Md5Batch::widest() { return 4; }

std::uint64_t Md5Batch::hash_eight() { return hash<8>(); }
std::uint64_t Md5Batch::hash_sixteen() { return hash<16>(); }
#endif

std::uint64_t Md5Batch::hash_lanes() {
  waiting_ = 0;
  switch (width_) {
    case 16:
      return hash_sixteen();
    case 8:
      return hash_eight();
    default:
      return hash<4>();
  }
}

std::uint64_t Md5Batch::finish() {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < waiting_; ++i) {
    sum += md5_prefix(std::string_view(lanes_[i].bytes, lanes_[i].size));
  }
  waiting_ = 0;
  return sum;
}

} // namespace lifecycle::parity
