#include "functions/file/directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "functions/core/error.hpp"
#include "functions/file/replacement_file.hpp"
#include "functions/file/server_path.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::file {
namespace {

constexpr char invalid_name[] = "42602";
constexpr char wrong_object_type[] = "42809";
constexpr mode_t permission_bits = 0777;

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return path;
}

} // namespace

void check_directory(const std::string& path, const std::vector<std::string>& forbidden) {
  if (path.empty() || path.front() != '/') {
    throw Error(invalid_name, "the path of a directory on the server must be absolute",
                "\"" + path + "\" is relative, and the server's working directory is not yours.",
                "Begin the path with a slash.");
  }
  const std::string plain = without_slashes(path);
  struct stat status = {};
  if (stat(plain.c_str(), &status) != 0) {
    fail_file(plain, "find directory", errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    throw Error(wrong_object_type, "\"" + plain + "\" is not a directory", "There is something else of that name.",
                "Name a directory that the operating system user of the server may write in.");
  }
  if (const std::string real = outside_server(plain, plain, forbidden); real != plain) {
    throw Error(wrong_object_type, "\"" + plain + "\" leads elsewhere", "It is \"" + real + "\" in truth.",
                "Name the directory itself: a symbolic link can be turned round later.");
  }
  if (faccessat(AT_FDCWD, plain.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    fail_file(plain, "write in directory", errno);
  }
}

bool make_directory(const std::string& path, const std::vector<std::string>& forbidden) {
  const std::string plain = writable_path(without_slashes(path), forbidden);
  const std::string parent = without_slashes(plain.substr(0, plain.rfind('/') + 1));
  struct stat status = {};
  if (stat(parent.c_str(), &status) != 0) {
    fail_file(parent, "examine", errno);
  }
  if (mkdir(plain.c_str(), status.st_mode & permission_bits) != 0) {
    if (errno != EEXIST) {
      fail_file(plain, "make directory", errno);
    }
    if (lstat(plain.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
      throw Error(wrong_object_type, "\"" + plain + "\" is not a directory",
                  "It is a file or a symbolic link; nothing is written through it.", "Move it away.");
    }
    return false;
  }
  // Beyond the umask: who may look into the parent may look into this.
  if (chmod(plain.c_str(), status.st_mode & permission_bits) != 0) {
    fail_file(plain, "set the permissions of", errno);
  }
  sync_directory_of(plain);
  return true;
}

} // namespace lifecycle::file
