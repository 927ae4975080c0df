// A file that is written beside the one it replaces and takes its name in one step, so that readers see the old file or
// the new one, whole, whatever happens in between.
//
// It is written under the final name plus a fixed suffix, locked while it is written: a second writer is refused, and
// what a killed writer has left is overwritten by the next, so litter never grows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lifecycle::file {

// Raises Error naming the path and the operating system's reason: undefined_file (58P01) where a directory is missing,
// otherwise io_error (58030). Where it was to be written, a hint says how it could be.
[[noreturn]] void fail_file(const std::string& path, const char* what, int error_number, bool writing = true);

// Writes to disk which names the file's directory holds: a rename is durable once its directory is.
void sync_directory_of(const std::string& path);

// Removes a regular file for good; false where there is none.
bool remove_file(const std::string& path);

class ReplacementFile {
 public:
  // Raises lock_not_available (55P03) while another process writes a replacement of the same path.
  explicit ReplacementFile(std::string path);
  ReplacementFile(const ReplacementFile&) = delete;
  ReplacementFile& operator=(const ReplacementFile&) = delete;
  // Unless published, the file is removed.
  ~ReplacementFile();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& temporary_path() const { return temporary_path_; }

  // Adds bytes at the end, all of them. Polls for interrupts.
  void write(std::string_view bytes);

  // Reads back what was written from offset on; raises data_corrupted where it is not these bytes. Polls for
  // interrupts.
  void compare(std::uint64_t offset, std::string_view bytes) const;

  // Makes the file durable and gives it its name. A replaced file's permissions and group are kept; a new one is its
  // owner's alone.
  void publish();

 private:
  [[nodiscard]] bool is_ours_alone() const;
  [[nodiscard]] bool lock_is_on_named_file() const;
  void keep_permissions() const;

  std::string path_;
  std::string temporary_path_;
  int descriptor_ = -1;
  bool published_ = false;
};

} // namespace lifecycle::file
