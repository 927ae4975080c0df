#include "functions/file/output_file.hpp"

#include <sys/stat.h>

#include "functions/core/error.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::file {
namespace {

constexpr char wrong_object_type[] = "42809";

// A path mistyped must not cost anyone a directory's or a device's name.
const std::string& checked(const std::string& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw Error(wrong_object_type, "\"" + path + "\" is not a regular file",
                "It is a directory, a symbolic link or a device.", "Give a path at which there is no file yet.");
  }
  return path;
}

} // namespace

OutputFile::OutputFile(const std::string& path, Compression compression, Compared compared)
    : file_(checked(path)), packer_(make_packer(compression)), compared_(compared) {
  buffer_.reserve(buffer_size);
}

void OutputFile::flush() {
  put(buffer_);
  buffer_.clear();
}

void OutputFile::put(std::string_view plain) {
  plain_bytes_ += plain.size();
  if (packer_) {
    packer_->add(plain, packed_);
    plain = packed_;
  }
  put_packed(plain);
}

void OutputFile::put_packed(std::string_view packed) {
  hash_.add(packed);
  file_.write(packed);
  // At once, while both copies are near the processor.
  if (compared_ == Compared::yes) {
    file_.compare(bytes_, packed);
  }
  bytes_ += packed.size();
}

void OutputFile::publish() {
  flush();
  if (packer_) {
    packer_->finish(packed_);
    put_packed(packed_);
  }
  file_.publish();
}

} // namespace lifecycle::file
