// When a condition will come out differently by time alone, and what it looks at.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/program.hpp"

namespace lifecycle::condition {

enum class TimeUse : std::uint8_t {
  none,
  foreseen,   // only where something is compared with it: each turn can be computed
  unforeseen, // elsewhere: the result may change at any moment
};

class Forecast {
 public:
  // `rule` as the bytes of a jsonb. Raises as Program::compile does for a condition.
  static std::unique_ptr<Forecast> compile(std::string_view rule);

  ~Forecast();
  Forecast(const Forecast&) = delete;
  Forecast& operator=(const Forecast&) = delete;

  [[nodiscard]] std::string_view source() const { return source_; }
  [[nodiscard]] TimeUse time_use() const { return time_use_; }

  // The first moment after `now` at which the rule's result for this document is another than at `now`; none where time
  // never changes it, or not as far as can be foreseen. Times in microseconds since 2000-01-01 UTC.
  std::optional<std::int64_t> next_change(const Document& document, std::int64_t now);

 private:
  struct Comparison;
  struct Items;
  struct Part;

  Forecast() = default;
  void find_comparisons(const Value& rule, Part& part);
  void find_in_arguments(const std::vector<Value>& arguments, Part& part);
  static Comparison as_comparison(const Value& rule, const std::vector<Value>& sides);
  void find_turns(const Part& part, const Document& document, std::int64_t now, std::vector<std::int64_t>& turns);
  void find_turns(const Comparison& comparison, const Document& document, std::int64_t now,
                  std::vector<std::int64_t>& turns);
  double distance(const Program& left, const Program& right, const Document& document, std::int64_t now);

  std::string source_;
  TimeUse time_use_ = TimeUse::none;
  std::unique_ptr<Program> whole_;
  std::unique_ptr<Part> root_;
  Evaluator evaluator_;
};

// The first two steps of the paths that a rule follows into the document, such as user.email and event: each once, in
// the order of their appearance, and "" where it takes the whole. Paths that are computed are left out.
std::vector<std::string> document_members(std::string_view rule);

} // namespace lifecycle::condition
