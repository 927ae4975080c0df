#include "functions/versioned/batch.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/versioned/radix_sort.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::versioned {
namespace {

std::uint64_t load_word(const unsigned char* bytes) noexcept {
  std::uint64_t word = 0;
  for (int i = 0; i < 8; ++i) { // one load and one byte swap, once compiled
    word = word << 8U | bytes[i];
  }
  return word;
}

} // namespace

Batch::Head Batch::head_of(std::string_view key) noexcept {
  unsigned char bytes[head_size];
  if (key.size() >= head_size) {
    std::memcpy(bytes, key.data(), head_size);
  } else {
    std::memset(bytes, 0, head_size);
    std::memcpy(bytes, key.data(), key.size());
  }
  Head head{};
  for (std::size_t i = 0; i < head_words; ++i) {
    head[i] = load_word(bytes + 8 * i);
  }
  return head;
}

std::string_view Batch::tail(const Entry& entry) const noexcept {
  return std::string_view(tails_).substr(entry.tail_offset, entry.tail_size);
}

int Batch::compare_keys(const Entry& left, const Entry& right) const noexcept {
  for (std::size_t i = 0; i < head_words; ++i) {
    if (left.head[i] != right.head[i]) {
      return left.head[i] < right.head[i] ? -1 : 1;
    }
  }
  return (left.tail_size | right.tail_size) == 0 ? 0 : tail(left).compare(tail(right));
}

void Batch::check_room(std::size_t tail_bytes) const {
  constexpr std::size_t largest = std::numeric_limits<std::uint32_t>::max();
  if (entries_.size() == largest || tails_.size() + tail_bytes > largest) {
    throw Error(sqlstate::program_limit_exceeded, "the batch is too large",
                "It has more than 4,294,967,295 rows, or longer keys than 4 GB.", "Divide it.");
  }
}

void Batch::add(std::string_view key, std::int64_t version, Place row) {
  const std::string_view rest = key.size() > head_size ? key.substr(head_size) : std::string_view();
  check_room(rest.size());
  Entry entry{};
  entry.head = head_of(key);
  entry.version = version;
  entry.row = row;
  entry.head_bytes = key.size() - rest.size();
  entry.tail_offset = static_cast<std::uint32_t>(tails_.size());
  entry.tail_size = static_cast<std::uint32_t>(rest.size());
  entries_.push_back(entry);
  tails_.append(rest);
}

void Batch::add(const Head& key, std::size_t words, std::int64_t version, Place row) {
  check_room(0);
  entries_.push_back({key, version, row, words * sizeof(std::uint64_t), 0, 0});
}

bool Batch::is_before(const Entry& left, const Entry& right) const noexcept {
  if (const int order = compare_keys(left, right); order != 0) {
    return order < 0;
  }
  return left.version != right.version ? left.version > right.version : left.row < right.row;
}

// By the word of this number, what is equal there by the next.
void Batch::sort_turns(Turn* first, Turn* last, Turn* spare, std::size_t word) const {
  if (word == head_words) {
    std::size_t compared = 0;
    std::sort(first, last, [&](const Turn& left, const Turn& right) {
      radix::poll(compared++);
      return is_before(entries_[left.entry], entries_[right.entry]);
    });
    return;
  }
  for (Turn* turn = first; turn != last; ++turn) {
    turn->word = entries_[turn->entry].head[word];
  }
  radix_sort(
      first, last, spare, [](const Turn& turn) { return turn.word; },
      [&](Turn* begin, Turn* end) { sort_turns(begin, end, spare + (begin - first), word + 1); });
}

void Batch::sort() {
  std::size_t compared = 0;
  if (std::is_sorted(entries_.begin(), entries_.end(), [&](const Entry& left, const Entry& right) {
        radix::poll(compared++);
        return is_before(left, right);
      })) {
    return; // a batch is often in order as it comes
  }
  std::vector<Turn> turns(entries_.size());
  for (std::size_t i = 0; i < turns.size(); ++i) {
    turns[i].entry = static_cast<std::uint32_t>(i);
  }
  {
    std::vector<Turn> spare(turns.size());
    sort_turns(turns.data(), turns.data() + turns.size(), spare.data(), 0);
  }
  std::vector<Entry> sorted;
  sorted.reserve(turns.size());
  for (const Turn& turn : turns) {
    sorted.push_back(entries_[turn.entry]);
  }
  entries_.swap(sorted);
}

void Batch::settle(const Prefer& prefer) {
  sort();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i % interrupt_interval == 0) {
      poll_interrupts();
    }
    if (kept == 0 || compare_keys(entries_[kept - 1], entries_[i]) != 0) {
      entries_[kept++] = entries_[i];
    } else if (Entry& winner = entries_[kept - 1];
               winner.version == entries_[i].version && prefer(entries_[i].row, winner.row)) {
      winner.row = entries_[i].row;
    }
  }
  entries_.resize(kept);
  stale_.assign(kept, 0);
  target_rows_.assign(kept, 0);
  found_.reserve(kept);
}

std::string_view Batch::key(std::size_t entry) {
  const Entry& wanted = entries_[entry];
  key_.clear();
  for (const std::uint64_t word : wanted.head) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      key_.push_back(static_cast<char>(word >> static_cast<unsigned>(shift)));
    }
  }
  key_.resize(wanted.head_bytes);
  return key_.append(tail(wanted));
}

int Batch::compare(std::size_t entry, std::string_view key) const noexcept {
  const Entry& ours = entries_[entry];
  const Head head = head_of(key);
  for (std::size_t i = 0; i < head_words; ++i) {
    if (ours.head[i] != head[i]) {
      return ours.head[i] < head[i] ? -1 : 1;
    }
  }
  const std::string_view rest = key.size() > head_size ? key.substr(head_size) : std::string_view();
  return ours.tail_size == 0 && rest.empty() ? 0 : tail(ours).compare(rest);
}

const std::vector<Batch::Found>& Batch::places() {
  std::vector<Found> spare(found_.size());
  radix_sort(
      found_.data(), found_.data() + found_.size(), spare.data(), [](const Found& found) { return found.place; },
      [](Found*, Found*) {});
  return found_;
}

} // namespace lifecycle::versioned
