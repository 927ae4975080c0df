// Why a condition holds or does not: its leaves, what each found and said, and which of them decided.
//
// A leaf is what stands below and, or, !, !! and if.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "functions/condition/evaluate.hpp"

namespace lifecycle::condition {

struct Leaf {
  struct Found {
    std::string path;
    Value value;
  };

  std::string pointer; // of the leaf in the rule
  Value rule;
  std::vector<Found> found; // what its vars gave, each path once
  bool result;
  bool decisive; // the whole would not have come out as it did for the reason it did without this leaf
};

class Explanation {
 public:
  // Rule and document must outlive it. Raises as compiling and evaluating do.
  Explanation(std::string_view rule, const Document& document, std::int64_t now);

  [[nodiscard]] const std::vector<Leaf>& leaves() const { return leaves_; }

  // [[pointer, rule, [[path, value], ...], result, decisive], ...]; lives as long as this.
  Value to_value();

 private:
  struct Branch;

  Branch visit(const Value& rule, const std::string& pointer);
  Branch visit_leaf(const Value& rule, const std::string& pointer);
  void decide(const Branch& branch);
  void find_paths(const Value& rule, Leaf& leaf);
  Value evaluate(const Value& rule);

  const Document& document_;
  std::int64_t now_;
  std::vector<Leaf> leaves_;
  std::deque<Evaluator> evaluators_; // they hold what the leaves found
  std::deque<std::unique_ptr<Program>> programs_;
  Arena arena_;
};

} // namespace lifecycle::condition
