#include "functions/row/quoted_text.hpp"

#include <algorithm>
#include <array>

#include "functions/core/pure.hpp"

namespace lifecycle::row {
namespace {

// What a character asks for, a bit for each kind of quoting.
constexpr unsigned bit_of(Quoting quoting) { return 1U << static_cast<unsigned>(quoting); }

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&](std::string_view characters, Quoting quoting) {
    for (const char c : characters) {
      table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(bit_of(quoting));
    }
  };
  mark("\",\r\n", Quoting::csv);
  mark("\"\\{} \t\n\r\v\f", Quoting::array);
  mark("\"\\(), \t\n\r\v\f", Quoting::composite);
  return table;
}

constexpr std::array<std::uint8_t, 256> characters_to_quote = make_table();

bool is_escaped(char c, Quoting quoting) { return c == '"' || (c == '\\' && quoting != Quoting::csv); }

char escape_of(char c, Quoting quoting) { return quoting == Quoting::array ? '\\' : c; }

// As array literals spell a null element, in any case.
bool is_null_word(std::string_view text) {
  constexpr std::string_view word = "null";
  return text.size() == word.size() && std::equal(text.begin(), text.end(), word.begin(), [](char have, char want) {
           return have == want || have == want - 'a' + 'A';
         });
}

} // namespace

bool needs_quotes(std::string_view text, Quoting quoting, char delimiter) {
  if (text.empty() || (quoting == Quoting::array && is_null_word(text))) {
    return true;
  }
  const unsigned bit = bit_of(quoting);
  return std::any_of(text.begin(), text.end(), [&](char c) {
    return (characters_to_quote[static_cast<unsigned char>(c)] & bit) != 0 || c == delimiter;
  });
}

std::size_t quotes_size(std::string_view text, Quoting quoting) {
  return 2 + static_cast<std::size_t>(
                 std::count_if(text.begin(), text.end(), [&](char c) { return is_escaped(c, quoting); }));
}

// From the end, so that no byte is overwritten before it has moved.
char* put_in_quotes(char* begin, char* end, Quoting quoting) {
  char* to = end + quotes_size({begin, static_cast<std::size_t>(end - begin)}, quoting);
  char* const new_end = to;
  *--to = '"';
  for (const char* from = end; from != begin;) {
    const char c = *--from;
    *--to = c;
    if (is_escaped(c, quoting)) {
      *--to = escape_of(c, quoting);
    }
  }
  *--to = '"';
  return new_end;
}

} // namespace lifecycle::row
