#include "functions/mapping/quote.hpp"

#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "functions/mapping/nearest.hpp"

namespace {

using lifecycle::mapping::nearest;
using lifecycle::mapping::quote_identifier;
using lifecycle::mapping::quote_literal;

TEST(Quote, IdentifiersAreAlwaysQuoted) {
  EXPECT_EQ(quote_identifier("select"), R"("select")");
  EXPECT_EQ(quote_identifier("plain"), R"("plain")");
  EXPECT_EQ(quote_identifier("Mixed Case"), R"("Mixed Case")");
  EXPECT_EQ(quote_identifier(R"(a"; DROP TABLE x; --)"), R"("a""; DROP TABLE x; --")");
  EXPECT_EQ(quote_identifier(R"(back\slash$$)"), R"("back\slash$$")");
}

TEST(Quote, LiteralsReadTheSameWithAndWithoutStandardConformingStrings) {
  EXPECT_EQ(quote_literal("form"), "'form'");
  EXPECT_EQ(quote_literal(""), "''");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal(R"(\')"), R"(E'\\''')");
  EXPECT_EQ(quote_literal("$$ /* -- \n"), "'$$ /* -- \n'");
}

// Reads a quoted token as the server's scanner does; npos where it does not end at the end of the text.
std::string unquote(std::string_view token) {
  const bool escapes = token.front() == 'E';
  if (escapes) {
    token.remove_prefix(1);
  }
  const char quote = token.front();
  std::string value;
  for (std::size_t i = 1; i < token.size(); ++i) {
    if (token[i] == quote) {
      if (i + 1 == token.size()) {
        return value;
      }
      EXPECT_EQ(token[++i], quote) << "the token ends early: " << token;
    } else if (escapes && token[i] == '\\') {
      EXPECT_EQ(token[++i], '\\');
    } else if (quote == '\'') {
      EXPECT_NE(token[i], '\\') << "without standard_conforming_strings this begins an escape: " << token;
    }
    value += token[i];
  }
  ADD_FAILURE() << "the token does not end: " << token;
  return {};
}

TEST(Quote, EveryTextComesBack) {
  std::mt19937 random(3);
  const std::array<std::string, 12> pieces = {"'", "\"", "\\", "$$", "$tag$", "--", "/*", "é", "日本", "\n", "E'", "x"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (unsigned length = random() % 12; length > 0; --length) {
      text += pieces[random() % pieces.size()];
    }
    ASSERT_EQ(unquote(quote_identifier(text)), text);
    ASSERT_EQ(unquote(quote_literal(text)), text);
  }
}

TEST(Nearest, FindsTheNameThatWasMeant) {
  const std::array<std::string_view, 5> names = {"subject_id", "timestamp", "measure_id", "form_id", "id"};
  EXPECT_EQ(nearest("subjct_id", names), "subject_id");
  EXPECT_EQ(nearest("Subject_ID", names), "subject_id");
  EXPECT_EQ(nearest("tiemstamp", names), "timestamp") << "two neighbours swapped are one mistake";
  EXPECT_EQ(nearest("from_id", names), "form_id");
  EXPECT_EQ(nearest("di", names), "id");
  EXPECT_EQ(nearest("phone", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(10'000'000, 'x'), names), std::nullopt) << "told by length alone";
}

} // namespace
