// Rows that keep a contract, into files of bounded size, each complete, durable and compared with what was meant before
// it counts. Several processes may share the numbers of the files: then each row is in one file of one of them. Used
// inside guard.
#pragma once

#include <optional>

#include "functions/export/order.hpp"
#include "functions/export/part.hpp"
#include "functions/file/output_file.hpp"
#include "functions/parity/row_sum_pg.hpp"
#include "functions/row/row_writer_pg.hpp"

extern "C" {
#include "port/atomics.h"
}

namespace lifecycle::exporting {

class RowFiles {
 public:
  // numbers: the number of the next file, for all processes.
  RowFiles(Order order, pg_atomic_uint64* numbers) : order_(std::move(order)), numbers_(numbers) {}

  // time: of the contract's timeColumn.
  void add(row::RowPlan& plan, std::int64_t time);
  void reject() { ++part_.rejected; }

  // What is in no file yet stays so: few rows of many processes shall be few files.
  Part take();

  // What is in no file yet goes into one.
  void write(Part& part);

  [[nodiscard]] const Order& order() const { return order_; }

 private:
  static constexpr std::uint64_t few_bytes = 256UL * 1024;

  void begin_file();
  void append(std::string_view text);
  void end_file();

  const Order order_;
  pg_atomic_uint64* const numbers_;
  std::optional<file::OutputFile> file_;
  std::int64_t number_ = 0;       // of that file
  std::uint64_t plain_bytes_ = 0; // in it
  Part part_;                     // its waiting: the rows of that file, or those that wait for one
  parity::RowSum sum_;            // of the rows since the checksum of those waiting was last brought up to date
};

} // namespace lifecycle::exporting
