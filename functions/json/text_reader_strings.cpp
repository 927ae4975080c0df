// The part of TextReader that reads strings.
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "functions/json/text_reader.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

constexpr unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

// The first byte that ends a plain run of a string: a quote, a backslash, a control character, or one that is not
// ASCII.
const char* plain_end(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    __m128i bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::memcpy(&bytes, at, sizeof bytes);
    // Bytes below a blank or, being negative, above ASCII.
    const __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(odd, _mm_or_si128(quote, backslash))));
    if (found != 0) {
      return at + __builtin_ctz(found);
    }
    at += 16;
  }
#endif
  while (at != end && *at != '"' && *at != '\\' && byte_of(*at) >= 0x20 && byte_of(*at) < 0x80) {
    ++at;
  }
  return at;
}

// Length of the UTF-8 sequence at `at`, of which `left` bytes are there; 0 where it is none.
std::size_t sequence_length(const char* at, std::size_t left) {
  const unsigned lead = byte_of(*at);
  const auto continues = [at, left](std::size_t i) { return i < left && (byte_of(at[i]) & 0xC0U) == 0x80U; };
  if (lead < 0xC2 || lead > 0xF4 || !continues(1)) {
    return 0;
  }
  if (lead < 0xE0) {
    return 2;
  }
  const unsigned second = byte_of(at[1]);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F) || !continues(2)) {
    return 0;
  }
  if (lead < 0xF0) {
    return 3;
  }
  return continues(3) ? 4 : 0;
}

char* put_utf8(char* to, unsigned code) {
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
    return to;
  }
  if (code < 0x800) {
    *to++ = static_cast<char>(0xC0U | (code >> 6U));
  } else {
    if (code < 0x10000) {
      *to++ = static_cast<char>(0xE0U | (code >> 12U));
    } else {
      *to++ = static_cast<char>(0xF0U | (code >> 18U));
      *to++ = static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    }
    *to++ = static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
  }
  *to++ = static_cast<char>(0x80U | (code & 0x3FU));
  return to;
}

constexpr bool is_high_surrogate(unsigned code) { return code >= 0xD800 && code <= 0xDBFF; }
constexpr bool is_low_surrogate(unsigned code) { return code >= 0xDC00 && code <= 0xDFFF; }

} // namespace

// At the opening quote.
void TextReader::read_string(TextNode& node) {
  const char* run = ++at_;
  char* decoded = nullptr;
  const auto take_run = [&] {
    std::memcpy(decoded_, run, static_cast<std::size_t>(at_ - run));
    decoded_ += at_ - run;
  };
  for (;;) {
    at_ = plain_end(at_, end_);
    if (at_ == end_) {
      fail_malformed_text("a closing double quote");
    }
    if (*at_ == '"') {
      break;
    }
    if (byte_of(*at_) < 0x20) {
      fail(TextFault::malformed, place() + "a control character must be escaped in a string.");
    }
    if (*at_ != '\\') {
      pass_multibyte();
      continue;
    }
    if (decoded == nullptr) {
      if (decoded_ == nullptr) {
        // No decoded text is longer than its spelling, so all of them together find room here.
        const auto needed = static_cast<std::size_t>(end_ - begin_);
        if (scratch_size_ < needed) {
          scratch_ = std::make_unique_for_overwrite<char[]>(needed);
          scratch_size_ = needed;
        }
        decoded_ = scratch_.get();
      }
      decoded = decoded_;
    }
    take_run();
    read_escape();
    run = at_;
  }
  if (decoded == nullptr) {
    node.text = run;
    node.size = static_cast<std::uint32_t>(at_ - run);
  } else {
    take_run();
    node.text = decoded;
    node.size = static_cast<std::uint32_t>(decoded_ - decoded);
  }
  ++at_;
}

// Goes past characters beyond ASCII, if any are here.
void TextReader::pass_multibyte() {
  while (at_ != end_ && byte_of(*at_) >= 0x80) {
    const std::size_t length = sequence_length(at_, static_cast<std::size_t>(end_ - at_));
    if (length == 0) {
      constexpr char hex[] = "0123456789abcdef";
      const unsigned byte = byte_of(*at_);
      fail(TextFault::invalid_utf8,
           place() + "0x" + hex[byte >> 4U] + hex[byte & 0xFU] + " does not begin a UTF-8 character.");
    }
    at_ += length;
  }
}

// At a backslash; what it stands for goes to decoded_.
void TextReader::read_escape() {
  if (end_ - at_ < 2) {
    fail_malformed_text("an escape");
  }
  ++at_;
  switch (*at_++) {
    case '"':
      *decoded_++ = '"';
      return;
    case '\\':
      *decoded_++ = '\\';
      return;
    case '/':
      *decoded_++ = '/';
      return;
    case 'b':
      *decoded_++ = '\b';
      return;
    case 'f':
      *decoded_++ = '\f';
      return;
    case 'n':
      *decoded_++ = '\n';
      return;
    case 'r':
      *decoded_++ = '\r';
      return;
    case 't':
      *decoded_++ = '\t';
      return;
    case 'u':
      break;
    default:
      --at_;
      fail_malformed_text("one of \"\\/bfnrtu after a backslash");
  }
  unsigned code = read_hex();
  if (code == 0) {
    fail(TextFault::nul_character, place() + "\\u0000 has no place in PostgreSQL's text or jsonb.");
  }
  if (is_high_surrogate(code) && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u') {
    at_ += 2;
    const unsigned low = read_hex();
    if (is_low_surrogate(low)) {
      decoded_ = put_utf8(decoded_, 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00));
      return;
    }
  }
  if (is_high_surrogate(code) || is_low_surrogate(code)) {
    fail(TextFault::lone_surrogate, place() + "half a surrogate pair stands alone.");
  }
  decoded_ = put_utf8(decoded_, code);
}

unsigned TextReader::read_hex() {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned c = at_ == end_ ? 0U : byte_of(*at_);
    const unsigned lower = c | 0x20U;
    if (c >= '0' && c <= '9') {
      code = code * 16 + (c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      code = code * 16 + (lower - 'a' + 10);
    } else {
      fail_malformed_text("four hexadecimal digits after \\u");
    }
    ++at_;
  }
  return code;
}

} // namespace lifecycle::json
