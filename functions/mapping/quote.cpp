#include "functions/mapping/quote.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mapping {
namespace {

void append_doubling(std::string& to, std::string_view from, std::string_view doubled) {
  for (const char c : from) {
    if (doubled.find(c) != std::string_view::npos) {
      to += c;
    }
    to += c;
  }
}

} // namespace

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  append_doubling(quoted, name, "\"");
  return quoted += '"';
}

std::string quote_literal(std::string_view value) {
  const bool escapes = value.find('\\') != std::string_view::npos;
  std::string quoted = escapes ? "E'" : "'";
  append_doubling(quoted, value, escapes ? "'\\" : "'");
  return quoted += '\'';
}

} // namespace lifecycle::mapping
