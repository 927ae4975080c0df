#include "functions/parity/md5_batch.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

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

// Swaps, in each square of twice `step` rows and columns, the quarter above the diagonal with that below it.
template <std::size_t step, typename Words, std::size_t... at>
[[gnu::always_inline]] inline void swap_quarters(Words& upper, Words& lower, std::index_sequence<at...> /*lanes*/) {
  constexpr std::size_t lanes = sizeof...(at);
  const Words above = __builtin_shufflevector(upper, lower, ((at & step) == 0 ? at : lanes + at - step)...);
  lower = __builtin_shufflevector(upper, lower, ((at & step) == 0 ? at + step : lanes + at)...);
  upper = above;
}

template <std::size_t step, std::size_t lanes, typename Words>
[[gnu::always_inline]] inline void turn(Words* rows) {
  if constexpr (step < lanes) {
    for (std::size_t i = 0; i < lanes; ++i) {
      if ((i & step) == 0) {
        swap_quarters<step>(rows[i], rows[i + step], std::make_index_sequence<lanes>());
      }
    }
    turn<2 * step, lanes>(rows);
  }
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
  std::array<Md5State, lanes> digests{};
  for (std::size_t block = 0; block < most; ++block) {
    // As many words of every text at a time as there are texts, turned from a text a register to a word a register.
    std::array<Words, 16> words;
    for (std::size_t i = 0; i < words.size(); i += lanes) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        Words& word = words[i + lane];
        std::memcpy(&word, lanes_[lane].bytes + block * md5_block_size + i * sizeof(std::uint32_t), sizeof word);
        if constexpr (std::endian::native == std::endian::big) {
          word = word >> 24U | (word >> 8U & 0xFF00U) | (word << 8U & 0xFF0000U) | word << 24U;
        }
      }
      turn<1, lanes>(&words[i]);
    }
    md5_block(state, words);
    // A text that ends here is done; what its lane goes on to compute is not looked at.
    for (std::size_t i = 0; i < lanes; ++i) {
      if (blocks[i] == block + 1) {
        digests[i] = {state[0][i], state[1][i], state[2][i], state[3][i]};
      }
    }
  }
  std::uint64_t sum = 0;
  for (const Md5State& digest : digests) {
    sum += md5_prefix(digest);
  }
  if (digests_ != nullptr) {
    digests_->insert(digests_->end(), digests.begin(), digests.end());
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

std::uint64_t Md5Batch::hash_one(std::string_view value) {
  const Md5State digest = md5(value);
  if (digests_ != nullptr) {
    digests_->push_back(digest);
  }
  return md5_prefix(digest);
}

// Digests that are kept are kept in order.
std::uint64_t Md5Batch::hash_long(std::string_view value) {
  const std::uint64_t before = digests_ != nullptr ? finish() : 0;
  return before + hash_one(value);
}

std::uint64_t Md5Batch::finish() {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < waiting_; ++i) {
    sum += hash_one({lanes_[i].bytes, lanes_[i].size});
  }
  waiting_ = 0;
  return sum;
}

} // namespace lifecycle::parity
