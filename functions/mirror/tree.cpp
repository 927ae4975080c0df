#include "functions/mirror/tree.hpp"

#include <algorithm>
#include <utility>

#include "functions/mirror/record.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mirror {
namespace {

constexpr std::size_t leaf_header = 8;
constexpr std::size_t interior_header = 12;
constexpr std::size_t cell_pointer = 2;
constexpr std::size_t child_size = 4;

// How much of a record stays in its page, by the rules of SQLite's file format.
constexpr std::size_t table_local = page_size - 35;
constexpr std::size_t index_local = (page_size - 12) * 64 / 255 - 23;
constexpr std::size_t least_local = (page_size - 12) * 32 / 255 - 23;
constexpr std::size_t overflow_room = page_size - child_size;

std::size_t header_size(std::size_t level) { return level == 0 ? leaf_header : interior_header; }

std::string with_child(std::uint32_t child, std::string_view divider) {
  std::string cell(child_size, '\0');
  put_big_endian(cell.data(), child, child_size);
  return cell.append(divider);
}

std::uint32_t child_of(std::string_view cell) {
  std::uint32_t child = 0;
  for (std::size_t i = 0; i < child_size; ++i) {
    child = child << 8U | static_cast<unsigned char>(cell[i]);
  }
  return child;
}

} // namespace

bool Tree::fits(std::size_t level, std::size_t size) const {
  const Level& at = levels_[level];
  return header_size(level) + (at.cells + 1) * cell_pointer + size <= at.content;
}

void Tree::put_cell(std::size_t level, std::string_view cell) {
  Level& at = levels_[level];
  at.content -= cell.size();
  cell.copy(at.page.data() + at.content, cell.size());
  put_big_endian(at.page.data() + header_size(level) + at.cells * cell_pointer, at.content, cell_pointer);
  ++at.cells;
  at.last_cell = cell.size();
}

std::string Tree::take_last_cell(std::size_t level) {
  Level& at = levels_[level];
  std::string cell = at.page.substr(at.content, at.last_cell);
  std::fill_n(at.page.begin() + static_cast<std::ptrdiff_t>(at.content), at.last_cell, '\0');
  at.content += at.last_cell;
  --at.cells;
  put_big_endian(at.page.data() + header_size(level) + at.cells * cell_pointer, 0, cell_pointer);
  return cell;
}

const char* Tree::close_page(std::size_t level, std::uint32_t right_child) {
  constexpr char kinds[2][2] = {{0x0D, 0x0A}, {0x05, 0x02}}; // leaf or above it; of a table or an index
  Level& at = levels_[level];
  char* const page = at.page.data();
  page[0] = kinds[level == 0 ? 0 : 1][kind_ == Kind::table ? 0 : 1];
  put_big_endian(page + 3, at.cells, 2);
  put_big_endian(page + 5, at.content, 2);
  if (level > 0) {
    put_big_endian(page + leaf_header, right_child, child_size);
  }
  at.cells = 0;
  at.content = page_size;
  return page;
}

// A record's cell, its surplus on pages of its own.
void Tree::write_cell(std::string_view record, std::uint64_t row) {
  cell_.clear();
  append_varint(cell_, record.size());
  if (kind_ == Kind::table) {
    append_varint(cell_, row);
  }
  const std::size_t most = kind_ == Kind::table ? table_local : index_local;
  if (record.size() <= most) {
    cell_.append(record);
    return;
  }
  const std::size_t balanced = least_local + (record.size() - least_local) % overflow_room;
  const std::size_t local = balanced <= most ? balanced : least_local;
  cell_.append(record.substr(0, local));
  cell_.append(child_size, '\0');
  put_big_endian(cell_.data() + cell_.size() - child_size, file_->next(), child_size);
  for (record.remove_prefix(local); !record.empty();) {
    const std::size_t size = std::min(record.size(), overflow_room);
    overflow_.assign(child_size, '\0');
    put_big_endian(overflow_.data(), record.size() > size ? file_->after_next() : 0, child_size);
    overflow_.append(record.substr(0, size)).resize(page_size, '\0');
    file_->append(overflow_.data());
    record.remove_prefix(size);
  }
}

void Tree::add(std::string_view record, std::uint64_t row) {
  write_cell(record, row);
  put_leaf_entry();
  last_row_ = row;
}

void Tree::put_leaf_entry() {
  Level& leaf = levels_[0];
  if (leaf.pending) {
    const std::string divider = *std::exchange(leaf.pending, std::nullopt);
    put_divider(1, file_->append(close_page(0, 0)), divider);
  }
  if (fits(0, cell_.size())) {
    put_cell(0, cell_);
  } else if (kind_ == Kind::index) {
    leaf.pending = cell_; // an index's divider is an entry itself
  } else {
    std::string divider;
    append_varint(divider, last_row_);
    put_divider(1, file_->append(close_page(0, 0)), divider);
    put_cell(0, cell_);
  }
}

void Tree::put_divider(std::size_t number, std::uint32_t child, std::string_view divider) {
  if (number == levels_.size()) {
    levels_.emplace_back();
  }
  Level& level = levels_[number];
  if (level.pending) {
    const std::string up = *std::exchange(level.pending, std::nullopt);
    put_divider(number + 1, file_->append(close_page(number, level.pending_child)), up);
  }
  if (fits(number, child_size + divider.size())) {
    put_cell(number, with_child(child, divider));
  } else {
    level.pending = divider;
    level.pending_child = child;
  }
}

// The last entry would have nothing behind it in a page of its own: the one before it becomes the divider instead.
void Tree::end_split(std::size_t number, std::uint32_t child) {
  const std::string last = take_last_cell(number);
  const std::string pending = *std::exchange(levels_[number].pending, std::nullopt);
  if (number == 0) {
    put_divider(1, file_->append(close_page(0, 0)), last);
    put_cell(0, pending);
  } else {
    put_divider(number + 1, file_->append(close_page(number, child_of(last))),
                std::string_view(last).substr(child_size));
    put_cell(number, with_child(child, pending));
  }
}

void Tree::finish_level(std::size_t number, std::uint32_t right_child) {
  if (levels_[number].pending) {
    end_split(number, levels_[number].pending_child);
  }
  const bool is_root = number + 1 == levels_.size();
  const char* const page = close_page(number, right_child);
  if (is_root) {
    file_->overwrite(root_, page);
  } else {
    finish_level(number + 1, file_->append(page));
  }
}

void Tree::finish() { finish_level(0, 0); }

} // namespace lifecycle::mirror
