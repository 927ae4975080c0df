// How far a JSON value reaches that stands at the beginning of a text, without reading it.
#pragma once

#include <cstddef>
#include <string_view>

namespace lifecycle::receive {

struct StringSpan {
  std::size_t size; // with its quotes; 0: it does not end, or has a control character in it
  bool has_escape;
};

// Of a string; its opening quote is there.
StringSpan string_span(std::string_view text);

// Of a number, spelled as JSON allows; 0 where none stands there.
std::size_t number_size(std::string_view text);

// Of an array or object, by its brackets; 0 where none stands there or its brackets are not closed. Whether what lies
// between them is JSON is for others to say: if it is, this is where it ends.
std::size_t container_size(std::string_view text);

} // namespace lifecycle::receive
