// A file that is written from front to end, packed or not, and takes its name when it is complete and durable (see
// replacement_file.hpp). Bytes are counted and hashed as they pass.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "functions/file/compression.hpp"
#include "functions/file/file_hash.hpp"
#include "functions/file/replacement_file.hpp"

namespace lifecycle::file {

// Whether each stretch is read back once it is written; what differs raises data_corrupted.
enum class Compared : bool { no, yes };

class OutputFile {
 public:
  OutputFile(const std::string& path, Compression compression, Compared compared = Compared::no);

  void append(std::string_view bytes) {
    if (buffer_.size() + bytes.size() > buffer_size) [[unlikely]] {
      flush();
      if (bytes.size() > buffer_size) {
        put(bytes);
        return;
      }
    }
    buffer_.append(bytes);
  }

  void publish();

  // Once published.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t plain_bytes() const { return plain_bytes_; }
  [[nodiscard]] std::string hash() const { return hash_.text(); }

 private:
  static constexpr std::size_t buffer_size = 256UL * 1024;

  void flush();
  void put(std::string_view plain);
  void put_packed(std::string_view packed);

  ReplacementFile file_;
  std::unique_ptr<Packer> packer_; // null: the bytes as they are
  FileHash hash_;
  std::string buffer_;
  std::string packed_;
  std::uint64_t bytes_ = 0;
  std::uint64_t plain_bytes_ = 0;
  Compared compared_;
};

} // namespace lifecycle::file
