// The pages of an SQLite database, appended in large writes. What SQLite itself wrote into the file stays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lifecycle::mirror {

inline constexpr std::uint32_t page_size = 8192;

// A number in SQLite's order of bytes, most significant first.
inline void put_big_endian(char* at, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i, value >>= 8U) {
    at[i] = static_cast<char>(value);
  }
}

class PageFile {
 public:
  // The database is at path; errors name shown_path.
  PageFile(const std::string& path, std::string shown_path);
  PageFile(const PageFile&) = delete;
  PageFile& operator=(const PageFile&) = delete;
  ~PageFile();

  // The number of the page that the next append() writes, and of the one after it.
  [[nodiscard]] std::uint32_t next() const { return next_; }
  [[nodiscard]] std::uint32_t after_next() const { return usable(next_ + 1); }

  // Adds a page, and returns its number.
  std::uint32_t append(const char* page);
  // Writes a page that is in the file already.
  void overwrite(std::uint32_t number, const char* page);
  // Writes out what has been added, and its number of pages into the database's header.
  void finish();

 private:
  static std::uint32_t usable(std::uint32_t number);
  void flush();
  void write_at(const char* bytes, std::size_t size, std::uint64_t offset);

  std::string shown_path_;
  std::string buffer_;          // pages that are not in the file yet
  std::uint64_t buffer_at_ = 0; // where they belong
  std::uint32_t next_ = 0;
  int descriptor_ = -1;
};

} // namespace lifecycle::mirror
