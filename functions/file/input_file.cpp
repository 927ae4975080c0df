#include "functions/file/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/file/replacement_file.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::file {
namespace {

constexpr std::size_t raw_size = 64UL * 1024;
constexpr std::size_t plain_size = 256UL * 1024;
constexpr char wrong_object_type[] = "42809";

// Not waiting for whoever might write into a pipe of that name.
int open_regular(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    fail_file(path, "open", errno, false);
  }
  struct stat status = {};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(descriptor);
    throw Error(wrong_object_type, "\"" + path + "\" is not a regular file", "It is a directory, a pipe or a device.");
  }
  return descriptor;
}

} // namespace

InputFile::InputFile(std::string path) : path_(std::move(path)), descriptor_(open_regular(path_)) {
  try {
    read_raw();
    unpacker_ = make_unpacker(compression_of(raw_left_), path_);
    if (unpacker_) {
      plain_.reserve(plain_size);
    }
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

InputFile::~InputFile() { close(descriptor_); }

// False at the end of the file.
bool InputFile::read_raw() {
  poll_interrupts();
  raw_.resize(raw_size);
  ssize_t count = 0;
  do {
    count = read(descriptor_, raw_.data(), raw_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    fail_file(path_, "read", errno, false);
  }
  raw_left_ = std::string_view(raw_).substr(0, static_cast<std::size_t>(count));
  bytes_ += raw_left_.size();
  hash_.add(raw_left_);
  return !raw_left_.empty();
}

// More plain bytes; false at the end.
bool InputFile::refill() {
  for (;;) {
    if (unpacker_) {
      unpacker_->add(raw_left_, plain_);
      left_ = plain_;
    } else {
      left_ = std::exchange(raw_left_, {});
    }
    if (!left_.empty()) {
      return true;
    }
    if (raw_left_.empty() && !read_raw()) {
      require_whole();
      return false;
    }
  }
}

void InputFile::require_whole() const {
  if (unpacker_ && !unpacker_->may_end()) {
    throw Error(sqlstate::data_corrupted, "\"" + path_ + "\" is damaged",
                "It ends in the middle of its compressed data, after " + std::to_string(bytes_) + " bytes.",
                "Take the file from a backup.");
  }
}

void InputFile::append_pending() {
  pending_.append(left_);
  left_ = {};
  if (pending_.size() > limits.max_document_bytes) {
    throw Error(sqlstate::program_limit_exceeded, "line is too long",
                "Line " + std::to_string(line_number_ + 1) + " of \"" + path_ + "\" has more than " +
                    std::to_string(limits.max_document_bytes) + " bytes.",
                "Raise lifecycle_ledger.max_document_bytes.");
  }
}

std::optional<std::string_view> InputFile::next_line() {
  pending_.clear();
  while (!left_.empty() || refill()) {
    const std::size_t size = left_.find('\n');
    if (size == std::string_view::npos) {
      append_pending();
      continue;
    }
    std::string_view line = left_.substr(0, size);
    if (!pending_.empty()) {
      pending_.append(line);
      line = pending_;
    }
    left_.remove_prefix(size + 1);
    ++line_number_;
    return line;
  }
  if (pending_.empty()) {
    return std::nullopt;
  }
  ++line_number_;
  return pending_;
}

void InputFile::read_to_end() {
  do {
    left_ = {};
  } while (refill());
}

} // namespace lifecycle::file
