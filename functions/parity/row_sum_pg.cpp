#include "functions/parity/row_sum_pg.hpp"

#include <utility>

namespace lifecycle::parity {

// False where the fields are better written by themselves.
bool RowSum::copy(const row::RowFields& fields) {
  const std::size_t size = fields.size().value_or(most_copied_bytes + 1);
  if (size <= Md5Batch::longest) [[likely]] {
    static_assert(row::RowFields::slack <= Md5Batch::slack);
    fields.copy(batch_.place());
    checksum_.add_placed(size, batch_);
  } else if (size <= most_copied_bytes) {
    copied_.resize(size + row::RowFields::slack);
    fields.copy(copied_.data());
    checksum_.add({copied_.data(), size}, &batch_);
  }
  return size <= most_copied_bytes;
}

void RowSum::add(row::RowWriter& writer, row::RowPlan& plan, const row::RowFields& fields) {
  if (!copy(fields)) {
    checksum_.add(writer.write_parity(plan), &batch_);
  }
}

Checksum RowSum::take() {
  checksum_.settle(batch_);
  return std::exchange(checksum_, {});
}

} // namespace lifecycle::parity
