// Sorts any number of keys by their bytes in bounded memory: what does not fit goes to a file without a name, sorted
// run by sorted run, and is merged from there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::mirror {

class KeySorter {
 public:
  // The file is made in the directory of beside; errors name shown_path. run_bytes: keys that are sorted in memory.
  KeySorter(std::string beside, std::string shown_path, std::size_t run_bytes = usual_run_bytes);
  KeySorter(const KeySorter&) = delete;
  KeySorter& operator=(const KeySorter&) = delete;
  ~KeySorter();

  void add(std::string_view key);

  // No key may be added after. next() gives them in order, each until the next call; false after the last.
  void sort();
  bool next(std::string_view* key);

 private:
  static constexpr std::size_t usual_run_bytes = 4UL * 1024 * 1024;

  struct Entry {
    std::uint64_t lead; // the first bytes that differ anywhere in the run
    std::uint32_t at;
    std::uint32_t size;
  };
  // A sorted run that is being read from the file.
  struct Run {
    std::uint64_t at; // what of it has not been read yet
    std::uint64_t end;
    std::string buffer;
    std::size_t buffer_at = 0;
    std::string_view key; // the present one
  };

  void sort_run();
  void write_run();
  void open_file();
  bool advance(Run& run);
  void fill(Run& run);
  void sift_down(std::size_t at);
  [[nodiscard]] std::string_view view(const Entry& entry) const { return {keys_.data() + entry.at, entry.size}; }

  std::string beside_;
  std::string shown_path_;
  std::size_t run_bytes_;
  std::string keys_;
  std::vector<Entry> entries_;
  std::size_t given_ = 0;
  int descriptor_ = -1;
  std::uint64_t written_ = 0;
  std::vector<Run> runs_;
  std::vector<Run*> heap_; // by their present keys, the least on top
  bool is_first_ = true;
};

} // namespace lifecycle::mirror
