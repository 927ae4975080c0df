#include "functions/mirror/mirror_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mirror {
namespace {

constexpr char magic[] = "SQLite format 3"; // the file begins with it and its terminating zero
constexpr char object_in_use[] = "55006";
constexpr char wrong_object_type[] = "42809";

[[noreturn]] void refuse_other_file(const std::string& path, const char* what) {
  throw Error(wrong_object_type, "\"" + path + "\" is not an SQLite database", what,
              "Give a path at which there is no file yet, or a mirror written before.");
}

// A path mistyped must not cost anyone a file.
void require_database_or_nothing(const std::string& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      return;
    }
    file::fail_file(path, "examine", errno);
  }
  if (!S_ISREG(status.st_mode)) {
    refuse_other_file(path, "It is a directory, a symbolic link or a device.");
  }
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    file::fail_file(path, "open", errno);
  }
  char head[sizeof magic] = {};
  const ssize_t length = read(descriptor, head, sizeof head);
  const int reason = errno;
  close(descriptor);
  if (length < 0) {
    file::fail_file(path, "read", reason);
  }
  if (length > 0 && (static_cast<std::size_t>(length) < sizeof head || std::memcmp(head, magic, sizeof head) != 0)) {
    refuse_other_file(path, "It is a file of another kind, which would be lost.");
  }
}

// SQLite would apply a journal or write-ahead log left beside the old file to the new one, and so destroy it.
void require_no_journal(const std::string& path) {
  for (const char* const suffix : {"-journal", "-wal"}) {
    const std::string journal = path + suffix;
    struct stat status = {};
    if (lstat(journal.c_str(), &status) == 0 && status.st_size > 0) {
      throw Error(object_in_use, "\"" + path + "\" has been written to by another program",
                  "There is a file \"" + journal + "\" with its changes.",
                  "Close the programs that use the mirror, or remove both files: the mirror is for reading only.");
    }
  }
}

const std::string& checked(const std::string& path) {
  require_database_or_nothing(path);
  require_no_journal(path);
  return path;
}

} // namespace

MirrorFile::MirrorFile(const std::string& path) : file_(checked(path)), writer_(file_.temporary_path(), path) {}

void MirrorFile::publish() {
  require_no_journal(file_.path());
  file_.publish();
}

} // namespace lifecycle::mirror
