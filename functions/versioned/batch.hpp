// A batch of versions of records, of which only key, version and places are held: 65 bytes a row, more where keys are
// longer than 32, and as much again for a while where they must be sorted. That is cheap because nothing else moves.
//
//   add() each row, settle(): one entry a key is left, its highest version, in the order of the keys.
//   Then the target's rows with these keys are looked for (key(), compare()). Each place found is noted (found());
//   places() gives them in the order in which the target stores them; see_version() with the version there says which
//   entries are stale.
//   What is not stale() goes on, in the order of the keys: that order being the same for everybody who writes, nobody
//   waits for one who waits for him.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::versioned {

class Batch {
 public:
  // Where a row lies, as its holder counts: up to 48 bits.
  using Place = std::uint64_t;

  // Whether the row at `left` is to be preferred to the one at `right`: of two rows of one key and version only one
  // counts, and it must be the same one in whatever order they come.
  using Prefer = std::function<bool(Place left, Place right)>;

  struct Found {
    Place place;          // in the target
    std::int64_t version; // the entry's: here it lies where it is compared
    std::uint32_t entry;
  };

  // The first bytes of a key as big-endian numbers, zeros behind a shorter one.
  static constexpr std::size_t head_words = 4;
  using Head = std::array<std::uint64_t, head_words>;

  void reserve(std::size_t rows) { entries_.reserve(rows); }
  void add(std::string_view key, std::int64_t version, Place row);

  // A key of `words` numbers, which its bytes would give.
  void add(const Head& key, std::size_t words, std::int64_t version, Place row);
  void settle(const Prefer& prefer);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] Place row(std::size_t entry) const noexcept { return entries_[entry].row; }
  [[nodiscard]] bool stale(std::size_t entry) const noexcept { return stale_[entry] != 0; }
  [[nodiscard]] std::size_t stale_count() const noexcept { return stale_count_; }

  [[nodiscard]] const Head& head(std::size_t entry) const noexcept { return entries_[entry].head; }

  // The key as it was added, valid until the next call.
  std::string_view key(std::size_t entry);

  // How an entry's key stands to another: below 0, 0, or above 0. Of a key cut off after some column it may say 0 where
  // the entry's goes on in zeros.
  [[nodiscard]] int compare(std::size_t entry, std::string_view key) const noexcept;

  void found(std::size_t entry, Place place) {
    found_.push_back({place, entries_[entry].version, static_cast<std::uint32_t>(entry)});
  }
  void forget_found() noexcept { found_.clear(); }
  const std::vector<Found>& places();

  // The version that lies at a place that was found.
  void see_version(const Found& found, std::int64_t version) noexcept {
    see_row(found);
    if (version >= found.version && stale_[found.entry] == 0) {
      stale_[found.entry] = 1;
      ++stale_count_;
    }
  }

  // The row that an entry that is not stale will take the place of probably lies here.
  void see_row(const Found& found) noexcept { target_rows_[found.entry] = found.place; }
  void see_rows() noexcept {
    for (const Found& found : found_) {
      see_row(found);
    }
    found_.clear();
  }
  [[nodiscard]] Place target_row(std::size_t entry) const noexcept { return target_rows_[entry]; } // 0: none was seen

 private:
  static constexpr std::size_t head_size = head_words * sizeof(std::uint64_t);

  struct Entry { // what is not in the head lies in tails_
    Head head;
    std::int64_t version;
    std::uint64_t row : 48;
    std::uint64_t head_bytes : 16; // of the key in head
    std::uint32_t tail_offset;
    std::uint32_t tail_size;
  };

  struct Turn { // of an entry, in order of a word of its head
    std::uint64_t word;
    std::uint32_t entry;
  };

  static Head head_of(std::string_view key) noexcept;
  void check_room(std::size_t tail_bytes) const;
  [[nodiscard]] std::string_view tail(const Entry& entry) const noexcept;
  [[nodiscard]] int compare_keys(const Entry& left, const Entry& right) const noexcept;
  [[nodiscard]] bool is_before(const Entry& left, const Entry& right) const noexcept;
  void sort();
  void sort_turns(Turn* first, Turn* last, Turn* spare, std::size_t word) const;

  std::vector<Entry> entries_;
  std::vector<char> stale_;
  std::vector<Place> target_rows_;
  std::string tails_;
  std::vector<Found> found_;
  std::string key_;
  std::size_t stale_count_ = 0;
};

} // namespace lifecycle::versioned
