#include "functions/mirror/page_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "functions/core/interrupt.hpp"
#include "functions/file/replacement_file.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mirror {
namespace {

constexpr std::size_t buffer_size = 32UL * page_size; // little enough to stay in the processor's cache
// SQLite locks bytes of this page and never stores anything in it.
constexpr std::uint32_t locked_page = 0x40000000 / page_size + 1;
constexpr std::uint64_t page_count_at = 28; // in the database's header

} // namespace

PageFile::PageFile(const std::string& path, std::string shown_path) : shown_path_(std::move(shown_path)) {
  descriptor_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
  struct stat status = {};
  if (descriptor_ < 0 || fstat(descriptor_, &status) != 0) {
    const int reason = errno;
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
    file::fail_file(shown_path_, "open SQLite file", reason);
  }
  next_ = usable(static_cast<std::uint32_t>(status.st_size / page_size) + 1);
  buffer_at_ = static_cast<std::uint64_t>(status.st_size);
  buffer_.reserve(buffer_size);
}

PageFile::~PageFile() { close(descriptor_); }

std::uint32_t PageFile::usable(std::uint32_t number) { return number == locked_page ? number + 1 : number; }

std::uint32_t PageFile::append(const char* page) {
  const std::uint32_t number = next_;
  const std::uint64_t at = static_cast<std::uint64_t>(number - 1) * page_size;
  buffer_.resize(at - buffer_at_, '\0'); // the locked page, where it is passed over
  buffer_.append(page, page_size);
  next_ = usable(number + 1);
  if (buffer_.size() >= buffer_size) {
    flush();
  }
  return number;
}

void PageFile::overwrite(std::uint32_t number, const char* page) {
  write_at(page, page_size, static_cast<std::uint64_t>(number - 1) * page_size);
}

void PageFile::flush() {
  write_at(buffer_.data(), buffer_.size(), buffer_at_);
#ifdef SYNC_FILE_RANGE_WRITE
  // On its way to disk while more is written, so that whoever syncs the file in the end does not wait for all of it.
  sync_file_range(descriptor_, static_cast<off_t>(buffer_at_), static_cast<off_t>(buffer_.size()),
                  SYNC_FILE_RANGE_WRITE);
#endif
  buffer_at_ += buffer_.size();
  buffer_.clear();
}

void PageFile::write_at(const char* bytes, std::size_t size, std::uint64_t offset) {
  poll_interrupts();
  while (size > 0) {
    const ssize_t written = pwrite(descriptor_, bytes, size, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      file::fail_file(shown_path_, "write SQLite file", errno);
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
}

void PageFile::finish() {
  flush();
  char count[sizeof(std::uint32_t)];
  put_big_endian(count, buffer_at_ / page_size, sizeof count);
  write_at(count, sizeof count, page_count_at);
}

} // namespace lifecycle::mirror
