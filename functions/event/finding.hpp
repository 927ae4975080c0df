// What is wrong with an event, one thing at a time.
#pragma once

#include <string>
#include <string_view>

#include "functions/event/rule_set.hpp"

namespace lifecycle::event {

struct Finding {
  Severity severity;
  bool of_naming; // by a rule of names or properties, which a source may have as warnings; not by the event's structure
  std::string code;
  std::string pointer; // RFC 6901
  std::string detail;
  std::string proposed; // the mended value; empty where none is known
};

// CODE at POINTER: DETAIL; use "PROPOSED"
std::string to_text(const Finding& finding);

// A value within quotes, as messages show it: cut after `most` bytes, between characters.
inline constexpr std::size_t most_shown = 100;
std::string in_quotes(std::string_view value, std::size_t most = most_shown);

// One step of a pointer: "/" and the key, with "~" and "/" escaped; of a long key the beginning.
std::string pointer_step(std::string_view key);

} // namespace lifecycle::event
