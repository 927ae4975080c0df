#include "functions/event/finding.hpp"

#include "functions/core/utf8.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {

namespace {

std::string shortened(std::string_view pointer) {
  constexpr std::size_t most = 1000; // of one nested thousands of levels deep
  const std::string text = in_quotes(pointer, most);
  return text.substr(1, text.size() - 2);
}

} // namespace

std::string to_text(const Finding& finding) {
  std::string text = finding.code;
  text += " at ";
  text += finding.pointer.empty() ? "\"\"" : shortened(finding.pointer);
  text += ": ";
  text += finding.detail;
  if (!finding.proposed.empty()) {
    text += "; use ";
    text += in_quotes(finding.proposed, finding.proposed.size());
  }
  return text;
}

std::string in_quotes(std::string_view value, std::size_t most) {
  std::string text = "\"";
  text += shorten(value, most);
  text += '"';
  return text;
}

std::string pointer_step(std::string_view key) {
  std::string step = "/";
  for (const char byte : key) {
    if (step.size() > most_shown && !continues_character(byte)) {
      return step + "…";
    }
    if (byte == '~' || byte == '/') {
      step += byte == '~' ? "~0" : "~1";
    } else {
      step += byte;
    }
  }
  return step;
}

} // namespace lifecycle::event
