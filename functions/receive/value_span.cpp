#include "functions/receive/value_span.hpp"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "functions/core/pure.hpp"

namespace lifecycle::receive {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The first quote, backslash or control character.
const char* string_stop(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    __m128i bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::memcpy(&bytes, at, sizeof bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    // Below a blank as bytes without a sign: the lesser of both is the byte itself.
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
    if (found != 0) {
      return at + __builtin_ctz(found);
    }
    at += 16;
  }
#endif
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) {
    ++at;
  }
  return at;
}

} // namespace

StringSpan string_span(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* at = text.data() + 1;
  bool has_escape = false;
  for (;;) {
    at = string_stop(at, end);
    if (at == end || (*at != '"' && *at != '\\')) {
      return {0, has_escape};
    }
    if (*at == '"') {
      return {static_cast<std::size_t>(at + 1 - text.data()), has_escape};
    }
    has_escape = true;
    if (end - at < 2) {
      return {0, has_escape};
    }
    at += 2;
  }
}

std::size_t number_size(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) {
      ++at;
    }
    return at > from;
  };
  at += text.starts_with('-') ? 1 : 0;
  if (at < text.size() && text[at] == '0') {
    ++at;
  } else if (!digits()) {
    return 0;
  }
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) {
      return 0;
    }
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    at += at < text.size() && (text[at] == '+' || text[at] == '-') ? 1 : 0;
    if (!digits()) {
      return 0;
    }
  }
  return at;
}

std::size_t container_size(std::string_view text) {
  if (!text.starts_with('{') && !text.starts_with('[')) {
    return 0;
  }
  std::size_t open = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '{':
      case '[':
        ++open;
        break;
      case '}':
      case ']':
        if (--open == 0) {
          return at + 1;
        }
        break;
      case '"': {
        const std::size_t size = string_span(text.substr(at)).size;
        if (size == 0) {
          return 0;
        }
        at += size - 1;
        break;
      }
      default:
        break;
    }
  }
  return 0;
}

} // namespace lifecycle::receive
