// Findings up to a limit, and what lies beyond it as one more: an event may be wrong a million times.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "functions/event/finding.hpp"

namespace lifecycle::event {

class FindingList {
 public:
  static constexpr std::size_t most = 100;

  [[nodiscard]] bool is_full() const { return findings_.size() == most; }

  void add(Finding finding) {
    if (is_full()) {
      count_more(finding.severity, finding.of_naming);
    } else {
      findings_.push_back(std::move(finding));
    }
  }

  // Once full: the same without making the finding.
  void count_more(Severity severity, bool of_naming) {
    ++more_;
    more_severity_ = severity > more_severity_ ? severity : more_severity_;
    more_of_naming_ = more_of_naming_ && of_naming;
  }

  std::vector<Finding> take() {
    if (more_ > 0) {
      findings_.push_back({more_severity_,
                           more_of_naming_,
                           "event.more",
                           "",
                           "there are " + std::to_string(more_) + " more problems",
                           {}});
    }
    return std::move(findings_);
  }

 private:
  std::vector<Finding> findings_;
  std::size_t more_ = 0;
  Severity more_severity_ = Severity::warning;
  bool more_of_naming_ = true;
};

} // namespace lifecycle::event
