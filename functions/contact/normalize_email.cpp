#include "functions/contact/normalize_email.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "functions/contact/white_space.hpp"
#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

// utf8proc works on a stretch at a time and cannot be interrupted. Whatever is no longer than an address may be is
// taken.
constexpr std::size_t max_stretch = longest_email;
constexpr std::size_t ascii_block = 64UL * 1024;

struct Free {
  void operator()(utf8proc_uint8_t* memory) const noexcept { std::free(memory); } // utf8proc allocates with malloc
};
using Mapped = std::unique_ptr<utf8proc_uint8_t, Free>;

[[noreturn]] void raise_invalid(std::string_view raw, std::size_t offset) {
  constexpr char digits[] = "0123456789abcdef";
  std::string bytes;
  for (const char byte : raw.substr(offset, 4)) {
    const auto value = static_cast<unsigned char>(byte);
    bytes += " 0x";
    bytes += digits[value >> 4U];
    bytes += digits[value & 15U];
  }
  throw Error(sqlstate::character_not_in_repertoire, "invalid UTF-8 in an e-mail address",
              "Bytes" + bytes + " at offset " + std::to_string(offset) + ".",
              "Convert the value to UTF-8 where it is read.");
}

Mapped map(std::string_view from, int options, std::size_t& size) {
  utf8proc_uint8_t* to = nullptr;
  const utf8proc_ssize_t length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(from.data()), static_cast<utf8proc_ssize_t>(from.size()),
                   &to, static_cast<utf8proc_option_t>(options));
  Mapped result(to);
  if (length == UTF8PROC_ERROR_NOMEM) {
    throw std::bad_alloc();
  }
  if (length < 0) {
    throw Error(sqlstate::character_not_in_repertoire, "e-mail address cannot be normalised",
                std::string(utf8proc_errmsg(length)) + ".");
  }
  size = static_cast<std::size_t>(length);
  return result;
}

void check_utf8(std::string_view raw, std::size_t begin, std::size_t end) {
  while (begin < end) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(raw.data() + begin),
                                                     static_cast<utf8proc_ssize_t>(end - begin), &code_point);
    if (length < 1) {
      raise_invalid(raw, begin);
    }
    begin += static_cast<std::size_t>(length);
  }
}

// Decomposing first makes canonically equivalent inputs equal before folding: U+0345 folds to a letter, so marks after
// it must have been sorted before it by then.
void fold_stretch(std::string_view raw, std::size_t begin, std::size_t end, std::string& out) {
  if (end - begin > max_stretch) {
    throw Error(sqlstate::program_limit_exceeded, "value is too long for an e-mail address",
                std::to_string(end - begin) + " bytes from offset " + std::to_string(begin) +
                    " on hold no ASCII character; at most " + std::to_string(max_stretch) + " are looked at together.",
                "Map the column that holds the e-mail address.");
  }
  check_utf8(raw, begin, end);
  std::size_t decomposed_size = 0;
  std::size_t folded_size = 0;
  const Mapped decomposed = map(raw.substr(begin, end - begin), UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, decomposed_size);
  const Mapped folded = map({reinterpret_cast<const char*>(decomposed.get()), decomposed_size},
                            UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD, folded_size);
  out.append(reinterpret_cast<const char*>(folded.get()), folded_size);
}

bool is_ascii(char byte) { return (static_cast<unsigned char>(byte) & 0x80U) == 0; }

// An ASCII character never combines with what stands before it, so the text may be cut before any of them: only the
// stretches of other characters, each with the ASCII character it may combine with, go through utf8proc.
void fold(std::string_view raw, std::string& out) {
  std::size_t at = 0;
  while (at < raw.size()) {
    std::size_t other = at;
    while (other < raw.size() && is_ascii(raw[other]) && other - at < ascii_block) {
      ++other;
    }
    poll_interrupts();
    const bool more = other < raw.size() && !is_ascii(raw[other]);
    const std::size_t plain = other - at - (more && other > at ? 1 : 0);
    const std::size_t size = out.size();
    out.resize(size + plain);
    detail::lower_ascii(raw.data() + at, plain, out.data() + size);
    at += plain;
    if (more) {
      while (other < raw.size() && !is_ascii(raw[other])) {
        ++other;
      }
      fold_stretch(raw, at, other, out);
      at = other;
    }
  }
}

// Past the quoted string that begins at `at`, or `at` when it is never closed.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  for (std::size_t end = at + 1; end < text.size(); ++end) {
    if (text[end] == '\\') {
      ++end;
    } else if (text[end] == '"') {
      return end + 1;
    }
  }
  return at;
}

// Narrows `text` to the address in angle brackets where it has that form (rule 3 of the header).
std::string_view take_out_address(std::string_view text) {
  if (text.empty() || text.back() != '>') {
    return text;
  }
  constexpr std::size_t none = std::string_view::npos;
  std::size_t open = none;
  bool at_sign_before = false;
  bool separator_before = false;
  bool quotes_close = true; // once a quote is not closed, no later one is either
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (at % ascii_block == 0) {
      poll_interrupts();
    }
    switch (text[at]) {
      case '"': {
        const std::size_t after = quotes_close ? skip_quoted(text, at) : at;
        quotes_close = after != at;
        at = quotes_close ? after - 1 : at;
        break;
      }
      case '<':
        if (open != none) {
          return text;
        }
        open = at;
        break;
      case '>':
        return text;
      case '@':
        at_sign_before |= open == none;
        break;
      case ',':
      case ';':
        separator_before |= open == none;
        break;
      default:
        break;
    }
  }
  if (open == none || (at_sign_before && separator_before)) {
    return text;
  }
  const std::string_view inside = trim_white_space(text.substr(open + 1, text.size() - open - 2));
  return inside.empty() || inside.find('@') != none ? inside : text;
}

} // namespace

bool normalize_email(std::string_view raw, std::string& out) {
  out.clear();
  fold(raw, out);
  const std::string_view address = take_out_address(trim_white_space(out));
  const std::size_t begin = static_cast<std::size_t>(address.data() - out.data());
  out.resize(begin + address.size());
  out.erase(0, begin);
  return !out.empty();
}

} // namespace lifecycle
