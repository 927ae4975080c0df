// A file that is read from front to end, line by line; packed or not is told by its first bytes. Memory is bounded by
// the longest line, and that by limits.max_document_bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "functions/file/compression.hpp"
#include "functions/file/file_hash.hpp"

namespace lifecycle::file {

class InputFile {
 public:
  // Raises undefined_file (58P01) or io_error (58030); wrong_object_type (42809) for what is no regular file.
  explicit InputFile(std::string path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  // The next line without its line feed, valid until the next call; none at the end. A last line need not have one.
  std::optional<std::string_view> next_line();

  // Skips what is left.
  void read_to_end();

  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }
  // Of the file as it lies there. Whole once the end was reached.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::string hash() const { return hash_.text(); }

 private:
  bool read_raw();
  bool refill();
  void require_whole() const;
  void append_pending();

  std::string path_;
  FileHash hash_;
  int descriptor_;
  std::unique_ptr<Unpacker> unpacker_; // null: the bytes as they are
  std::string raw_;                    // as read
  std::string_view raw_left_;          // of it, what was not yet unpacked
  std::string plain_;
  std::string_view left_; // what was not yet given out
  std::string pending_;   // the beginning of a line whose end is not yet there
  std::uint64_t line_number_ = 0;
  std::uint64_t bytes_ = 0;
};

} // namespace lifecycle::file
