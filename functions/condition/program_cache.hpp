// The programs of the rules that one call site has met. A rule that is a column's value changes from row to row, so
// there may be many; they are found by their bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "functions/condition/program.hpp"

namespace lifecycle::condition {

class ProgramCache {
 public:
  explicit ProgramCache(RuleForm form) : form_(form) {}

  // The program lives until the next call with other bytes.
  const Program& find(std::string_view rule) {
    if (last_ != nullptr && last_->source() == rule) [[likely]] {
      return *last_;
    }
    return find_slowly(rule);
  }

  [[nodiscard]] std::size_t size() const { return programs_.size(); }

 private:
  struct Hash {
    std::size_t operator()(std::string_view rule) const;
  };

  const Program& find_slowly(std::string_view rule);

  RuleForm form_;
  const Program* last_ = nullptr;
  std::size_t memory_ = 0;
  std::unordered_map<std::string_view, std::unique_ptr<Program>, Hash> programs_; // keys are the programs' sources
};

} // namespace lifecycle::condition
