#include "functions/file/replacement_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::file {
namespace {

constexpr char suffix[] = ".lifecycle-new";
constexpr char undefined_file[] = "58P01";
constexpr char lock_not_available[] = "55P03";
constexpr char wrong_object_type[] = "42809";
constexpr mode_t owner_only = 0600;
constexpr mode_t permission_bits = 0777;

std::string hint_for(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return "Create the directory first; the server does not.";
    case EACCES:
    case EPERM:
    case EROFS:
      return "The operating system user of the server must be allowed to write in that directory.";
    case ENOSPC:
    case EDQUOT:
      return "Make room: old and new file exist side by side while the new one is written.";
    default:
      return {};
  }
}

} // namespace

void fail_file(const std::string& path, const char* what, int error_number, bool writing) {
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  throw Error(missing ? undefined_file : sqlstate::io_error, std::string("could not ") + what + " \"" + path + "\"",
              "The operating system says: " + std::generic_category().message(error_number) + ".",
              writing ? hint_for(error_number) : std::string());
}

void sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == 0 ? "/" : path.substr(0, slash);
  const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    fail_file(directory, "open", errno);
  }
  const int result = fsync(descriptor);
  const int reason = errno;
  close(descriptor);
  // Some file systems cannot sync a directory and say so; there is nothing to do about it.
  if (result != 0 && reason != EINVAL && reason != EBADF) {
    fail_file(directory, "write to disk", reason);
  }
}

bool remove_file(const std::string& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw Error(wrong_object_type, "\"" + path + "\" is not a regular file",
                "It is a directory, a symbolic link or a device.");
  }
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT) {
      return false;
    }
    fail_file(path, "remove", errno);
  }
  sync_directory_of(path);
  return true;
}

ReplacementFile::ReplacementFile(std::string path) : path_(std::move(path)), temporary_path_(path_ + suffix) {
  for (;;) {
    descriptor_ = open(temporary_path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, owner_only);
    if (descriptor_ < 0) {
      fail_file(temporary_path_, "create", errno);
    }
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      close(descriptor_);
      if (reason != EWOULDBLOCK) {
        fail_file(temporary_path_, "lock", reason);
      }
      throw Error(lock_not_available, "another process is writing \"" + path_ + "\"",
                  "It holds a lock on \"" + temporary_path_ + "\".", "Wait until it has finished.");
    }
    if (!is_ours_alone()) {
      close(descriptor_);
      throw Error(wrong_object_type, "\"" + temporary_path_ + "\" is not a file of the server's own",
                  "It belongs to another user of the operating system, has further names, or is no regular file.",
                  "Remove it, and let nobody else write in that directory.");
    }
    // A writer that finished between our open and our lock has renamed or removed what we locked.
    if (lock_is_on_named_file()) {
      break;
    }
    close(descriptor_);
  }
  if (ftruncate(descriptor_, 0) != 0) {
    const int reason = errno;
    unlink(temporary_path_.c_str());
    close(descriptor_);
    fail_file(temporary_path_, "empty", reason);
  }
}

ReplacementFile::~ReplacementFile() {
  if (!published_) {
    unlink(temporary_path_.c_str());
  }
  close(descriptor_);
}

// Somebody else's file of that name, a link to a file of ours, a pipe: nothing is written into it.
bool ReplacementFile::is_ours_alone() const {
  struct stat status = {};
  return fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
         status.st_nlink <= 1;
}

bool ReplacementFile::lock_is_on_named_file() const {
  struct stat locked = {};
  struct stat named = {};
  return fstat(descriptor_, &locked) == 0 && lstat(temporary_path_.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

void ReplacementFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    poll_interrupts();
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      fail_file(temporary_path_, "write", errno);
    }
    bytes.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
}

void ReplacementFile::compare(std::uint64_t offset, std::string_view bytes) const {
  char found[64 * 1024];
  while (!bytes.empty()) {
    poll_interrupts();
    const ssize_t count = pread(descriptor_, found, std::min(bytes.size(), sizeof found), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      fail_file(temporary_path_, "read", errno);
    }
    const auto size = static_cast<std::size_t>(count);
    if (size == 0 || std::memcmp(found, bytes.data(), size) != 0) {
      throw Error(sqlstate::data_corrupted, "\"" + temporary_path_ + "\" does not read back as it was written",
                  "It differs at byte " + std::to_string(offset) + " or soon after.", "Check the disk.");
    }
    bytes.remove_prefix(size);
    offset += size;
  }
}

void ReplacementFile::publish() {
  keep_permissions();
  if (fsync(descriptor_) != 0) {
    fail_file(temporary_path_, "write to disk", errno);
  }
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    fail_file(path_, "replace", errno);
  }
  published_ = true;
  sync_directory_of(path_);
}

void ReplacementFile::keep_permissions() const {
  struct stat old = {};
  if (lstat(path_.c_str(), &old) != 0) {
    return;
  }
  // The group is kept where the system lets us; the permissions are of no use to another one, but do no harm.
  [[maybe_unused]] const int group = fchown(descriptor_, static_cast<uid_t>(-1), old.st_gid);
  if (fchmod(descriptor_, old.st_mode & permission_bits) != 0) {
    fail_file(temporary_path_, "set the permissions of", errno);
  }
}

} // namespace lifecycle::file
