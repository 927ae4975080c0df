// The state of parity_checksum(): how many values there were, and the sum of their hashes. Neither heeds their order,
// and two states add up to the state of all their values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "functions/parity/md5_batch.hpp"

namespace lifecycle::parity {

struct Checksum {
  std::uint64_t count = 0;
  std::uint64_t sum = 0; // modulo 2^64, without what is waiting in the batch

  // May throw: long values poll for interrupts. With a batch, short values wait in it: settle before sum is read.
  void add(std::string_view value, Md5Batch* batch = nullptr);
  // A value of at most Md5Batch::longest bytes that was put at batch.place().
  void add_placed(std::size_t size, Md5Batch& batch) {
    sum += batch.add_placed(size);
    ++count;
  }
  void settle(Md5Batch& batch) { sum += batch.finish(); }

  void add(const Checksum& other) {
    count += other.count;
    sum += other.sum;
  }
};

inline constexpr std::size_t checksum_text_size = 20 + 1 + 16;

// COUNT:SUM, the sum as 16 lower-case hex digits; returns where the text ends.
char* write_checksum(const Checksum& checksum, char* to);

// Both numbers, most significant byte first: the same bytes on every machine.
using ChecksumBytes = std::array<unsigned char, 16>;
ChecksumBytes store_checksum(const Checksum& checksum);
Checksum load_checksum(const ChecksumBytes& bytes);

} // namespace lifecycle::parity
