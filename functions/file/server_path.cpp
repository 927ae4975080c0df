#include "functions/file/server_path.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

#include "functions/core/error.hpp"
#include "functions/file/replacement_file.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::file {
namespace {

constexpr char invalid_name[] = "42602";
constexpr char insufficient_privilege[] = "42501";

// Empty where there is no such file, with the reason in errno.
std::string resolved(const std::string& path) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> text(realpath(path.c_str(), nullptr));
  return text ? text.get() : "";
}

bool lies_within(const std::string& directory, const std::string& root) {
  return directory.starts_with(root) && (directory.size() == root.size() || directory[root.size()] == '/');
}

void add_resolved(std::vector<std::string>& directories, const std::string& path) {
  if (std::string directory = resolved(path); !directory.empty()) {
    directories.push_back(std::move(directory));
  }
}

} // namespace

std::vector<std::string> server_directories(const std::string& data_directory) {
  std::vector<std::string> directories;
  add_resolved(directories, data_directory);
  add_resolved(directories, data_directory + "/pg_wal");
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(data_directory + "/pg_tblspc", ignored)) {
    add_resolved(directories, entry.path());
  }
  return directories;
}

std::string outside_server(const std::string& directory, const std::string& path,
                           const std::vector<std::string>& forbidden) {
  std::string real = resolved(directory);
  if (real.empty()) {
    fail_file(directory, "find directory", errno);
  }
  for (const std::string& root : forbidden) {
    if (lies_within(real, root)) {
      std::string detail = "\"";
      detail.append(path).append("\" lies in \"").append(root).append("\".");
      throw Error(insufficient_privilege, "permission denied to write among the server's own files", std::move(detail),
                  "Give a directory outside the cluster.");
    }
  }
  return real;
}

std::string writable_path(const std::string& path, const std::vector<std::string>& forbidden) {
  if (path.empty() || path.front() != '/') {
    throw Error(invalid_name, "the path of a file on the server must be absolute",
                "\"" + path + "\" is relative, and the server's working directory is not yours.",
                "Begin the path with a slash.");
  }
  const std::size_t slash = path.rfind('/');
  const std::string name = path.substr(slash + 1);
  if (name.empty() || name == "." || name == "..") {
    throw Error(invalid_name, "the path of a file on the server must name a file", "\"" + path + "\" is a directory.",
                "Add the file's name.");
  }
  const std::string directory = outside_server(path.substr(0, slash + 1), path, forbidden);
  return (directory == "/" ? "" : directory) + "/" + name;
}

} // namespace lifecycle::file
