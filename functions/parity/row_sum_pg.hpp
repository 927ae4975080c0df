// The checksum of rows that are written out as well: much of the text that it is of is a copy of what was written.
// Used inside guard.
#pragma once

#include <string>
#include <vector>

#include "functions/parity/parity_checksum.hpp"
#include "functions/row/row_writer_pg.hpp"

namespace lifecycle::parity {

class RowSum {
 public:
  // From now on each row's digest goes there too, in their order, by the time the sum is taken.
  void keep_digests(std::vector<Md5State>& digests) { batch_.keep_digests(digests); }

  // The row that the writer has just written, and where its fields stand in that, as far as the writer says so. What it
  // has written is not valid any longer.
  void add(row::RowWriter& writer, row::RowPlan& plan, const row::RowFields& fields);

  // Of all rows since the last time.
  Checksum take();

 private:
  static constexpr std::size_t most_copied_bytes = 32UL * 1024;

  bool copy(const row::RowFields& fields);

  Checksum checksum_;
  Md5Batch batch_;
  std::string copied_; // fields that are too long for the batch
};

} // namespace lifecycle::parity
