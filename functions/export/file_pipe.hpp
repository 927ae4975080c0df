// A file and the checksum of its rows, made by a thread of their own while the caller goes on with the next rows: what
// a file costs (packing, hashing, the system's copy of it, MD5) and what rows cost then take place at once.
//
// The thread runs nothing of the server's: it gets blocks of bytes and hands back an error at most. All signals are the
// caller's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "functions/file/output_file.hpp"
#include "functions/parity/parity_checksum.hpp"

namespace lifecycle::exporting {

class FilePipe {
 public:
  FilePipe(const std::string& path, file::Compression compression);
  FilePipe(const FilePipe&) = delete;
  FilePipe& operator=(const FilePipe&) = delete;
  // Unless published, the file is removed.
  ~FilePipe();

  // Bytes of the file.
  void append(std::string_view bytes) { filling_.bytes.append(bytes); }

  // The end of a row, whose text for the checksum this is. Raises what has gone wrong with rows before it.
  void end_row(std::string_view parity_text);

  // Waits for all of it, then makes the file durable and gives it its name.
  void publish();

  // Once published.
  [[nodiscard]] std::uint64_t bytes() const { return file_.bytes(); }
  [[nodiscard]] std::string hash() const { return file_.hash(); }
  [[nodiscard]] const parity::Checksum& checksum() const { return checksum_; }

 private:
  struct Block {
    std::string bytes;
    std::string texts;                // one after the other
    std::vector<std::uint32_t> sizes; // of each
  };
  static constexpr std::size_t block_size = 512UL * 1024;
  static constexpr std::size_t most_waiting = 4;

  void hand_over();
  void work();
  void process(const Block& block);
  void stop();

  // The thread's, while it runs.
  file::OutputFile file_;
  parity::Checksum checksum_;
  parity::Md5Batch batch_;

  Block filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> waiting_;
  std::vector<Block> spare_;
  std::exception_ptr failure_;
  bool ended_ = false;     // no block comes any more
  bool abandoned_ = false; // what waits is not wanted any more
  std::thread thread_;
};

} // namespace lifecycle::exporting
