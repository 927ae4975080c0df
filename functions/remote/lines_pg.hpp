// The rows of a batch as lines of NDJSON, and their checksum. Used inside guard.
#pragma once

#include <string>

#include "functions/parity/parity_checksum.hpp"
#include "functions/row/row_writer_pg.hpp"

namespace lifecycle::remote {

class Lines {
 public:
  // Far below what a message can hold, and what the other side can read into memory.
  static constexpr std::size_t most_bytes = 256UL * 1024 * 1024;

  // The row of the plan's values. False, and it is not taken, where the lines would be too many bytes.
  bool add(row::RowPlan& plan) {
    // Without the keys of nulls, which tells them from a JSON null.
    const std::string_view line = row::RowWriter(row::Style::export_line).write_object(plan, row::Nulls::left_out);
    if (text_.size() + line.size() >= most_bytes) {
      return false;
    }
    text_ += line;
    text_ += '\n';
    checksum_.add(row::RowWriter(row::Style::parity).write_fields(plan), &batch_);
    return true;
  }

  // Empty again; what they took of memory is kept.
  void clear() {
    settle();
    text_.clear();
    checksum_ = {};
  }

  void settle() { checksum_.settle(batch_); }

  [[nodiscard]] const std::string& text() const { return text_; }
  // Once they are settled.
  [[nodiscard]] const parity::Checksum& checksum() const { return checksum_; }

 private:
  std::string text_;
  parity::Checksum checksum_;
  parity::Md5Batch batch_;
};

} // namespace lifecycle::remote
