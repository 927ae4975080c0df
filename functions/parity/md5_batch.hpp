// The sum of many values' hashes, four, eight or sixteen at a time: the processor does a step of MD5 for as many texts
// as its registers hold in the time it takes for one, as each step has to wait for the one before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "functions/parity/md5.hpp"

namespace lifecycle::parity {

class Md5Batch {
 public:
  // Longer values are not worth keeping: hash them at once.
  static constexpr std::size_t longest = 1015;

  // As many at a time as the processor can: 4, 8 or 16.
  explicit Md5Batch(std::size_t width = widest()) : width_(width) {}

  static std::size_t widest();

  // From now on each value's digest goes there too, when it has been hashed, in the order in which they were taken.
  void keep_digests(std::vector<Md5State>& digests) { digests_ = &digests; }

  // Takes a value; one of more than `longest` bytes is hashed at once. Returns the sum modulo 2^64 of the md5_prefix()
  // of those that have been hashed because of it: none, or all that were waiting. Polls for interrupts on long values.
  std::uint64_t add(std::string_view value) {
    if (value.size() > longest) [[unlikely]] {
      return hash_long(value);
    }
    Lane& lane = lanes_[waiting_];
    lane.size = value.copy(lane.bytes, longest);
    return ++waiting_ == width_ ? hash_lanes() : 0;
  }

  // The same of a value of at most `longest` bytes that its writer puts at place(), where there is room for it and for
  // `slack` bytes more.
  static constexpr std::size_t slack = 32;
  char* place() { return lanes_[waiting_].bytes; }
  std::uint64_t add_placed(std::size_t size) {
    lanes_[waiting_].size = size;
    return ++waiting_ == width_ ? hash_lanes() : 0;
  }

  // The sum of those that are waiting; none are afterwards.
  std::uint64_t finish();

 private:
  static constexpr std::size_t most_lanes = 16;

  struct Lane {
    std::size_t size = 0;
    char bytes[1024 + slack] = {}; // the longest value with its padding fills all but the slack
  };

  std::uint64_t hash_one(std::string_view value);
  std::uint64_t hash_long(std::string_view value);
  std::uint64_t hash_lanes();
  template <std::size_t lanes>
  std::uint64_t hash();
  std::uint64_t hash_eight();
  std::uint64_t hash_sixteen();

  Lane lanes_[most_lanes];
  std::size_t width_;
  std::size_t waiting_ = 0;
  std::vector<Md5State>* digests_ = nullptr; // null: they are not kept
};

} // namespace lifecycle::parity
