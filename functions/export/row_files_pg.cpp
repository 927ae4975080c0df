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

void RowFiles::add(row::RowPlan& plan, std::int64_t time) {
  row::RowWriter writer(order_.csv ? row::Style::csv : row::Style::export_line);
  row::RowFields fields;
  append(order_.csv ? writer.write_csv(plan) : writer.write_object(plan, fields));
  append(order_.csv ? "\r\n" : "\n");
  sum_.add(writer, plan, fields);
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
  part_.waiting.checksum.add(sum_.take());
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
  part_.waiting.checksum.add(sum_.take());
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
