#include "functions/export/row_files_pg.hpp"

#include <algorithm>
#include <utility>

#include "functions/file/server_path.hpp"

namespace lifecycle::exporting {

void RowFiles::begin_file() {
  number_ = static_cast<std::int64_t>(pg_atomic_fetch_add_u64(numbers_, 1));
  file_.emplace(file::writable_path(order_.path(number_), file::server_directories(DataDir)), order_.compression,
                file::Compared::yes);
  file_->append(order_.header());
}

void RowFiles::append(std::string_view text) {
  if (file_) [[likely]] {
    file_->append(text);
    plain_bytes_ += text.size();
    return;
  }
  part_.lines.append(text);
  if (part_.lines.size() >= std::min(few_bytes, order_.most_bytes)) {
    begin_file();
    append(std::exchange(part_.lines, {}));
  }
}

// Of a row that has just been written: much of the text that its checksum is of is a copy of the line. False where that
// is better written by itself.
bool RowFiles::add_checksum(const row::RowFields& fields) {
  parity::Checksum& checksum = part_.waiting.checksum;
  const std::size_t size = fields.size().value_or(most_copied_bytes + 1);
  if (size <= parity::Md5Batch::longest) [[likely]] {
    static_assert(row::RowFields::slack <= parity::Md5Batch::slack);
    fields.copy(batch_.place());
    checksum.add_placed(size, batch_);
  } else if (size <= most_copied_bytes) {
    copied_.resize(size + row::RowFields::slack);
    fields.copy(copied_.data());
    checksum.add({copied_.data(), size}, &batch_);
  }
  return size <= most_copied_bytes;
}

void RowFiles::add(row::RowPlan& plan, std::int64_t time) {
  bool added = false;
  {
    row::RowWriter writer(order_.csv ? row::Style::csv : row::Style::export_line);
    row::RowFields fields;
    append(order_.csv ? writer.write_csv(plan) : writer.write_object(plan, fields));
    append(order_.csv ? "\r\n" : "\n");
    added = add_checksum(fields);
  }
  if (!added) {
    part_.waiting.checksum.add(row::RowWriter(row::Style::parity).write_fields(plan), &batch_);
  }
  Figures& figures = part_.waiting;
  ++figures.rows;
  figures.earliest = std::min(figures.earliest, time);
  figures.latest = std::max(figures.latest, time);
  if (plain_bytes_ >= order_.most_bytes) {
    end_file();
  }
}

void RowFiles::end_file() {
  file_->publish();
  part_.waiting.checksum.settle(batch_);
  part_.files.push_back({.number = number_,
                         .bytes = static_cast<std::int64_t>(file_->bytes()),
                         .hash = file_->hash(),
                         .figures = std::exchange(part_.waiting, {})});
  file_.reset();
  plain_bytes_ = 0;
}

Part RowFiles::take() {
  if (file_) {
    end_file();
  }
  part_.waiting.checksum.settle(batch_);
  return std::exchange(part_, {});
}

void RowFiles::write(Part& part) {
  if (part.waiting.rows > 0) {
    begin_file();
    append(std::exchange(part.lines, {}));
    part_.waiting = std::exchange(part.waiting, {});
    part.add(take());
  }
}

} // namespace lifecycle::exporting
