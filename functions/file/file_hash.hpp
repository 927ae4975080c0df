// XXH3-128 (seed 0) of a file's bytes, as they pass: what xxh128sum prints for the file. A fast detector of damage; no
// seal against forgery.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace lifecycle::file {

class FileHash {
 public:
  FileHash();
  void add(std::string_view bytes);
  // 32 lower-case hex digits.
  [[nodiscard]] std::string text() const;

 private:
  struct Free {
    void operator()(void* state) const;
  };
  std::unique_ptr<void, Free> state_; // the library's, whose type is not to be seen here
};

} // namespace lifecycle::file
