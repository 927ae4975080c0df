// Where files of ours may be written: anywhere the operating system lets the server write, but not among the server's
// own files.
#pragma once

#include <string>
#include <vector>

namespace lifecycle::file {

// The directories of a cluster, symbolic links resolved: the data directory, its WAL and its tablespaces.
std::vector<std::string> server_directories(const std::string& data_directory);

// The directory with its symbolic links resolved. Raises undefined_file (58P01) where it is missing, and
// insufficient_privilege (42501), naming `path`, where it lies within one of `forbidden`.
std::string outside_server(const std::string& directory, const std::string& path,
                           const std::vector<std::string>& forbidden);

// The absolute path with its directory's symbolic links resolved. Raises invalid_name (42602) where it is relative or
// names no file, undefined_file (58P01) where the directory is missing, and insufficient_privilege (42501) where it
// lies within one of `forbidden`.
std::string writable_path(const std::string& path, const std::vector<std::string>& forbidden);

} // namespace lifecycle::file
