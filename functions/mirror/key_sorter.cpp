#include "functions/mirror/key_sorter.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "functions/core/interrupt.hpp"
#include "functions/file/replacement_file.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mirror {
namespace {

constexpr std::size_t read_size = 64UL * 1024;

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin()).first - a.begin());
}

std::uint64_t lead_of(std::string_view key, std::size_t skip) {
  unsigned char bytes[sizeof(std::uint64_t)] = {};
  if (key.size() > skip) {
    std::memcpy(bytes, key.data() + skip, std::min(sizeof bytes, key.size() - skip));
  }
  std::uint64_t lead = 0;
  for (const unsigned char byte : bytes) {
    lead = lead << 8U | byte;
  }
  return lead;
}

} // namespace

KeySorter::KeySorter(std::string beside, std::string shown_path, std::size_t run_bytes)
    : beside_(std::move(beside)), shown_path_(std::move(shown_path)), run_bytes_(run_bytes) {}

KeySorter::~KeySorter() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

void KeySorter::add(std::string_view key) {
  if (!entries_.empty() && keys_.size() + key.size() > run_bytes_) {
    write_run();
  }
  entries_.push_back({0, static_cast<std::uint32_t>(keys_.size()), static_cast<std::uint32_t>(key.size())});
  keys_.append(key);
}

void KeySorter::sort_run() {
  poll_interrupts();
  const std::string_view first = entries_.empty() ? std::string_view() : view(entries_.front());
  std::size_t common = first.size();
  for (const Entry& entry : entries_) {
    common = std::min(common, common_prefix(first, view(entry)));
  }
  for (Entry& entry : entries_) {
    entry.lead = lead_of(view(entry), common);
  }
  std::sort(entries_.begin(), entries_.end(),
            [this](const Entry& a, const Entry& b) { return a.lead != b.lead ? a.lead < b.lead : view(a) < view(b); });
}

// The file loses its name at once: whatever becomes of us, it goes when it is closed.
void KeySorter::open_file() {
  const std::string name = beside_ + "-sort";
  descriptor_ = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor_ < 0 && errno == EEXIST) {
    // Of a run that was killed in this very moment: nobody else may write here, as we hold the mirror.
    unlink(name.c_str());
    descriptor_ = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  }
  if (descriptor_ < 0) {
    file::fail_file(shown_path_, "sort for SQLite file", errno);
  }
  unlink(name.c_str());
}

void KeySorter::write_run() {
  if (descriptor_ < 0) {
    open_file();
  }
  sort_run();
  std::string out;
  out.reserve(keys_.size() + entries_.size() * sizeof(std::uint32_t));
  for (const Entry& entry : entries_) {
    out.append(reinterpret_cast<const char*>(&entry.size), sizeof entry.size).append(view(entry));
  }
  const std::uint64_t begin = written_;
  for (std::string_view rest = out; !rest.empty();) {
    const ssize_t size = pwrite(descriptor_, rest.data(), rest.size(), static_cast<off_t>(written_));
    if (size < 0) {
      if (errno == EINTR) {
        continue;
      }
      file::fail_file(shown_path_, "sort for SQLite file", errno);
    }
    rest.remove_prefix(static_cast<std::size_t>(size));
    written_ += static_cast<std::uint64_t>(size);
  }
  runs_.push_back({begin, written_, {}, 0, {}});
  keys_.clear();
  entries_.clear();
}

// Moves what is left of the buffer to its front and reads more behind it.
void KeySorter::fill(Run& run) {
  poll_interrupts();
  run.buffer.erase(0, run.buffer_at);
  run.buffer_at = 0;
  const std::size_t kept = run.buffer.size();
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(std::max(read_size, kept), run.end - run.at));
  run.buffer.resize(kept + wanted);
  for (std::size_t done = 0; done < wanted;) {
    const ssize_t size = pread(descriptor_, run.buffer.data() + kept + done, wanted - done, static_cast<off_t>(run.at));
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0) {
      file::fail_file(shown_path_, "sort for SQLite file", size < 0 ? errno : EIO);
    }
    done += static_cast<std::size_t>(size);
    run.at += static_cast<std::uint64_t>(size);
  }
}

bool KeySorter::advance(Run& run) {
  std::uint32_t size = 0;
  for (;;) {
    const std::size_t left = run.buffer.size() - run.buffer_at;
    if (left >= sizeof size) {
      std::memcpy(&size, run.buffer.data() + run.buffer_at, sizeof size);
      if (left - sizeof size >= size) {
        run.key = {run.buffer.data() + run.buffer_at + sizeof size, size};
        run.buffer_at += sizeof size + size;
        return true;
      }
    }
    if (run.at == run.end) {
      return false;
    }
    fill(run);
  }
}

void KeySorter::sift_down(std::size_t at) {
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) {
      return;
    }
    if (child + 1 < heap_.size() && heap_[child + 1]->key < heap_[child]->key) {
      ++child;
    }
    if (heap_[at]->key <= heap_[child]->key) {
      return;
    }
    std::swap(heap_[at], heap_[child]);
    at = child;
  }
}

void KeySorter::sort() {
  if (runs_.empty()) {
    sort_run();
    return;
  }
  write_run();
  std::string().swap(keys_);
  std::vector<Entry>().swap(entries_);
  for (Run& run : runs_) {
    if (advance(run)) {
      heap_.push_back(&run);
    }
  }
  for (std::size_t i = heap_.size(); i-- > 0;) {
    sift_down(i);
  }
}

bool KeySorter::next(std::string_view* key) {
  if (runs_.empty()) {
    if (given_ == entries_.size()) {
      return false;
    }
    *key = view(entries_[given_++]);
    return true;
  }
  // Only now may the last one's bytes go.
  if (!is_first_ && !heap_.empty()) {
    if (!advance(*heap_.front())) {
      heap_.front() = heap_.back();
      heap_.pop_back();
    }
    sift_down(0);
  }
  is_first_ = false;
  if (heap_.empty()) {
    return false;
  }
  *key = heap_.front()->key;
  return true;
}

} // namespace lifecycle::mirror
