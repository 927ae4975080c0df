// What one process has written of an export: its files, and the rows that were too few for one. Processes hand their
// parts to one another as bytes; parts add up to that of all rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "functions/parity/parity_checksum.hpp"

namespace lifecycle::exporting {

// The figures of a set of rows.
struct Figures {
  std::int64_t rows = 0;
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max(); // microseconds since 2000
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  parity::Checksum checksum;

  void add(const Figures& other) {
    rows += other.rows;
    earliest = std::min(earliest, other.earliest);
    latest = std::max(latest, other.latest);
    checksum.add(other.checksum);
  }
};

// A file that is complete, durable and verified.
struct Written {
  std::int64_t number = 0;
  std::int64_t bytes = 0;
  std::string hash;
  Figures figures;
};

struct Part {
  std::vector<Written> files;
  std::int64_t rejected = 0;
  std::string lines; // in no file yet
  Figures waiting;   // of those lines

  // Files in the order of their numbers, as far as they are there.
  void add(Part&& other);

  [[nodiscard]] std::string bytes() const;
};

// Raises data_corrupted for bytes that no part has.
Part read_part(std::string_view bytes);

} // namespace lifecycle::exporting
