// Directories that files of ours are put into, one after the other, for others to fetch.
#pragma once

#include <string>
#include <vector>

namespace lifecycle::file {

// Raises unless files can be written in the directory: invalid_name (42602) where the path is relative, undefined_file
// (58P01) where there is none, wrong_object_type (42809) where it is no directory or is reached through a symbolic
// link, insufficient_privilege (42501) where it lies within one of `forbidden`, io_error (58030) where the operating
// system refuses.
void check_directory(const std::string& path, const std::vector<std::string>& forbidden);

// Makes the directory within its parent, with the parent's permissions; false where it is there already. Raises as
// check_directory does.
bool make_directory(const std::string& path, const std::vector<std::string>& forbidden);

} // namespace lifecycle::file
