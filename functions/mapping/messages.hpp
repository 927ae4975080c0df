// How a mapping's errors speak: the message names the relation and what is wrong, the detail the place in the document
// (a JSON pointer) and the value there, the hint the mend.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "functions/mapping/mapping.hpp"

namespace lifecycle::mapping {

// A place in the document and the value there.
struct Place {
  std::string pointer; // RFC 6901
  const nlohmann::json& value;

  [[nodiscard]] Place member(const std::string& key) const;
  [[nodiscard]] Place element(std::size_t index) const;
};

[[noreturn]] void fail(const char* sqlstate, const Relation& relation, const Place& place, const std::string& what,
                       const std::string& hint);

// "Did you mean …? " or nothing.
std::string did_you_mean(std::string_view given, std::span<const std::string_view> names);

// "a, b, c", cut to what a message holds.
std::string list(std::span<const std::string_view> names);

} // namespace lifecycle::mapping
