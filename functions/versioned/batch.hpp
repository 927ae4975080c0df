// A batch of versions of records, of which only key, version and place are held: 56 bytes a row, more where keys are
// longer than 32. Sorting them is cheap because nothing else moves.
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

  void add(std::string_view key, std::int64_t version, Place row);
  void settle(const Prefer& prefer);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] Place row(std::size_t entry) const noexcept { return entries_[entry].row; }
  [[nodiscard]] bool stale(std::size_t entry) const noexcept { return stale_[entry] != 0; }
  [[nodiscard]] std::size_t stale_count() const noexcept { return stale_count_; }

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
    if (version >= found.version && stale_[found.entry] == 0) {
      stale_[found.entry] = 1;
      ++stale_count_;
    }
  }

 private:
  static constexpr std::size_t head_words = 4;
  static constexpr std::size_t head_size = head_words * sizeof(std::uint64_t);

  // The first bytes of a key as big-endian words, zeros behind a shorter one; the rest lies in tails_.
  using Head = std::array<std::uint64_t, head_words>;

  struct Entry {
    Head head;
    std::int64_t version;
    std::uint64_t row : 48;
    std::uint64_t head_bytes : 16; // of the key in head
    std::uint32_t tail_offset;
    std::uint32_t tail_size;
  };

  static Head head_of(std::string_view key) noexcept;
  [[nodiscard]] std::string_view tail(const Entry& entry) const noexcept;
  [[nodiscard]] int compare_keys(const Entry& left, const Entry& right) const noexcept;
  void sort();

  std::vector<Entry> entries_;
  std::vector<char> stale_;
  std::string tails_;
  std::vector<Found> found_;
  std::string key_;
  std::size_t stale_count_ = 0;
};

} // namespace lifecycle::versioned
