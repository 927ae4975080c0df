#include "functions/parity/md5_batch.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "functions/parity/md5.hpp"
#include "functions/parity/md5_rounds.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::parity {
namespace {

// Four numbers in one register, on every processor this is built for (SSE2, NEON).
using Words = std::uint32_t __attribute__((vector_size(16)));

std::uint32_t load_word(const char* from) {
  std::uint32_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return std::endian::native == std::endian::big ? __builtin_bswap32(word) : word;
}

} // namespace

std::uint64_t Md5Batch::hash_lanes() {
  std::size_t blocks[lane_count];
  std::size_t most = 0;
  for (std::size_t i = 0; i < lane_count; ++i) {
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
      words[i] = Words{load_word(lanes_[0].bytes + at), load_word(lanes_[1].bytes + at),
                       load_word(lanes_[2].bytes + at), load_word(lanes_[3].bytes + at)};
    }
    md5_block(state, words);
    // A text that ends here is done; what its lane goes on to compute is not looked at.
    for (std::size_t i = 0; i < lane_count; ++i) {
      if (blocks[i] == block + 1) {
        sum += md5_prefix(Md5State{state[0][i], state[1][i], state[2][i], state[3][i]});
      }
    }
  }
  waiting_ = 0;
  return sum;
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
