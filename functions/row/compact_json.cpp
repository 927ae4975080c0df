#include "functions/row/compact_json.hpp"

#include <cstring>

#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::row {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// The first byte behind the string that begins at `from`, its quote.
const char* string_end(const char* from, const char* end) {
  for (++from; from < end && *from != '"'; ++from) {
    from += *from == '\\' ? 1 : 0;
  }
  return from < end ? from + 1 : end;
}

} // namespace

char* write_compact_json(char* to, std::string_view text) {
  const char* from = text.data();
  const char* const end = from + text.size();
  unsigned tokens = 0;
  while (from < end) {
    if (is_space(*from)) {
      ++from;
      continue;
    }
    if (*from != '"') {
      *to++ = *from++;
    } else {
      const char* const behind = string_end(from, end);
      std::memcpy(to, from, static_cast<std::size_t>(behind - from));
      to += behind - from;
      from = behind;
    }
    if (++tokens % (64 * interrupt_interval) == 0) {
      poll_interrupts();
    }
  }
  return to;
}

} // namespace lifecycle::row
