// Reads the conformance suites where they are present.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace lifecycle::test {

inline std::string shared_path(const std::string& name) { return std::string(SHARED_DATA) + "/" + name; }

inline bool has_shared(const std::string& name) { return std::ifstream(shared_path(name)).good(); }

inline std::string read_shared(const std::string& name) {
  std::ifstream file(shared_path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> shared_lines(const std::string& name) {
  std::ifstream file(shared_path(name), std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line.substr(0, line.find_last_not_of('\r') + 1));
  }
  return lines;
}

} // namespace lifecycle::test

#define SKIP_WITHOUT_SHARED(name)                                                                                      \
  if (!lifecycle::test::has_shared(name)) {                                                                            \
    GTEST_SKIP() << "no " << lifecycle::test::shared_path(name);                                                       \
  }                                                                                                                    \
  static_assert(true)
