// A mapping as read and checked, before it becomes SQL.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "functions/mapping/mapping.hpp"

namespace lifecycle::mapping {

// A column, or a constant's text that fits the target.
struct Term {
  std::optional<std::size_t> column;
  std::string constant;
  std::string zone; // for times: what a time without zone is read in
  // Texts of the column and what each stands for, nothing for null; a text that is not listed stands for itself.
  std::vector<std::pair<std::string, std::optional<std::string>>> translation = {};
};

// The first term that is present, or an object made of columns under keys.
struct Rule {
  std::vector<Term> first;
  std::vector<std::pair<std::string, std::size_t>> keys;
};

struct Rules {
  std::vector<std::optional<Rule>> columns; // in the order of the targets
  std::optional<std::size_t> change_column;
  std::string zone = "UTC";
  std::vector<std::string> warnings;
};

Rules read_rules(std::string_view document, const Relation& relation, const Targets& targets, ZoneCheck zone_exists);

} // namespace lifecycle::mapping
