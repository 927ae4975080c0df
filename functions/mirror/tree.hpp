// Builds one of SQLite's B-trees from entries that come in order: every page is written once, full. Where a page ends
// is decided an entry late, as no page but the root may be without an entry.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "functions/mirror/page_file.hpp"

namespace lifecycle::mirror {

class Tree {
 public:
  enum class Kind : std::uint8_t { table, index };

  // root: the page that SQLite made for the tree while it was empty.
  Tree(PageFile& file, Kind kind, std::uint32_t root) : file_(&file), kind_(kind), root_(root) {
    levels_.emplace_back();
  }

  // Of a table: row numbers ascend. Of an index: records ascend in its order, and row is not looked at.
  void add(std::string_view record, std::uint64_t row = 0);

  // Writes what is left, the root last.
  void finish();

 private:
  // A page being filled, of the leaves (level 0) or of the pages above them.
  struct Level {
    std::string page = std::string(page_size, '\0');
    std::size_t cells = 0;
    std::size_t content = page_size; // cells are laid down from the end
    std::size_t last_cell = 0;       // size of the latest
    // An entry for which the page has no room: it will stand between this page and the next.
    std::optional<std::string> pending;
    std::uint32_t pending_child = 0; // above the leaves: the page before it
  };

  void write_cell(std::string_view record, std::uint64_t row);
  void put_leaf_entry();
  void put_divider(std::size_t number, std::uint32_t child, std::string_view divider);
  void end_split(std::size_t number, std::uint32_t child);
  void finish_level(std::size_t number, std::uint32_t right_child);
  [[nodiscard]] bool fits(std::size_t level, std::size_t size) const;
  void put_cell(std::size_t level, std::string_view cell);
  std::string take_last_cell(std::size_t level);
  // The page is complete: its header goes on. Then it is empty again, but for its bytes.
  const char* close_page(std::size_t level, std::uint32_t right_child);

  PageFile* file_;
  Kind kind_;
  std::uint32_t root_;
  std::uint64_t last_row_ = 0;
  std::deque<Level> levels_; // references stay good while levels are added
  std::string cell_;
  std::string overflow_;
};

} // namespace lifecycle::mirror
