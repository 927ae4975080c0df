// The rows of a batch as lines of NDJSON, and their checksum. Used inside guard.
#pragma once

#include <string>
#include <vector>

#include "functions/parity/row_sum_pg.hpp"

namespace lifecycle::remote {

class Lines {
 public:
  // Far below what a message can hold, and what the other side can read into memory.
  static constexpr std::size_t most_bytes = 256UL * 1024 * 1024;

  // The row of the plan's values. False, and it is not taken, where the lines would be too many bytes.
  bool add(row::RowPlan& plan) {
    // Without the keys of nulls, which tells them from a JSON null.
    row::RowWriter writer(row::Style::export_line);
    row::RowFields fields;
    const std::string_view line = writer.write_object(plan, fields, row::Nulls::left_out);
    if (text_.size() + line.size() >= most_bytes) {
      return false;
    }
    text_ += line;
    text_ += '\n';
    sum_.add(writer, plan, fields);
    return true;
  }

  // From now on each row's MD5 goes there too, in their order, by the time they are settled.
  void keep_digests(std::vector<parity::Md5State>& digests) { sum_.keep_digests(digests); }

  // Empty again; what they took of memory is kept.
  void clear() {
    settle();
    text_.clear();
    checksum_ = {};
  }

  void settle() { checksum_.add(sum_.take()); }

  [[nodiscard]] const std::string& text() const { return text_; }
  // Once they are settled.
  [[nodiscard]] const parity::Checksum& checksum() const { return checksum_; }

 private:
  std::string text_;
  parity::Checksum checksum_;
  parity::RowSum sum_;
};

} // namespace lifecycle::remote
