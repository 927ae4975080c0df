// An SQLite database that replaces the one at a path when, and only when, it is complete.
#pragma once

#include <string>

#include "functions/file/replacement_file.hpp"
#include "functions/mirror/sqlite_writer.hpp"

namespace lifecycle::mirror {

class MirrorFile {
 public:
  // Refuses to replace what is not an SQLite database, and one that somebody is writing to.
  explicit MirrorFile(const std::string& path);

  SqliteWriter& writer() { return writer_; }

  void publish();

 private:
  file::ReplacementFile file_;
  SqliteWriter writer_;
};

} // namespace lifecycle::mirror
