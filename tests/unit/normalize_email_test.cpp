#include "functions/contact/normalize_email.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string_view>

#include "functions/core/error.hpp"

namespace {

std::string normal(std::string_view raw) {
  std::string out = "left over";
  return lifecycle::normalize_email(raw, out) ? out : "(null)" + out;
}

std::string utf8(int code_point) {
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(code_point, bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)};
}

bool is_scalar(int code_point) { return code_point < 0xD800 || code_point > 0xDFFF; }

std::string form(const std::string& from, utf8proc_uint8_t* (*function)(const utf8proc_uint8_t*)) {
  auto* mapped = function(reinterpret_cast<const utf8proc_uint8_t*>(from.c_str()));
  std::string result(reinterpret_cast<const char*>(mapped));
  std::free(mapped);
  return result;
}
std::string nfc(const std::string& from) { return form(from, utf8proc_NFC); }
std::string nfd(const std::string& from) { return form(from, utf8proc_NFD); }

std::string between_letters(const std::string& middle) {
  std::string result("x");
  result += middle;
  result += "y@z";
  return result;
}

TEST(NormalizeEmail, FoldsAndTrims) {
  EXPECT_EQ(normal("Bob.Smith@Example.COM"), "bob.smith@example.com");
  EXPECT_EQ(normal("bob@x.de"), "bob@x.de");
  EXPECT_EQ(normal(" \t\r\n bob@x.de\v\f "), "bob@x.de");
  EXPECT_EQ(normal("\u00A0\u2003bob@x.de\u3000\u2028\u0085\u1680\u205F\u202F"), "bob@x.de");
  EXPECT_EQ(normal("\u200Bbob@x.de"), "\u200Bbob@x.de") << "zero-width space is not White_Space";
  EXPECT_EQ(normal("dave+News@Example.com"), "dave+news@example.com");
  EXPECT_EQ(normal("a b@x"), "a b@x");
}

TEST(NormalizeEmail, NothingLeft) {
  for (const char* raw : {"", " ", "\t\n", "\u3000\u00A0", "<>", " < > ", "Mailer <>", "<\u2003>"}) {
    EXPECT_EQ(normal(raw), "(null)") << raw;
  }
}

TEST(NormalizeEmail, NonAscii) {
  EXPECT_EQ(normal("İ@x"), "i\u0307@x");
  EXPECT_EQ(normal("I\u0307@X"), "i\u0307@x");
  EXPECT_EQ(normal("ı@x"), "ı@x") << "dotless i is another letter";
  EXPECT_EQ(normal("Straße@x"), "strasse@x");
  EXPECT_EQ(normal("STRASSE@x"), "strasse@x");
  EXPECT_EQ(normal("STRAẞE@x"), "strasse@x");
  EXPECT_EQ(normal("ﬁona@x"), "fiona@x");
  EXPECT_EQ(normal("JOSE\u0301@x"), normal("josé@x"));
  EXPECT_EQ(normal("ΣΊΣΥΦΟΣ@x"), normal("σίσυφος@x"));
  EXPECT_EQ(normal("\u212Aelvin@x"), "kelvin@x");
  EXPECT_EQ(normal("\u1FB4@x"), normal("\u03B1\u0345\u0301@x")) << "marks after U+0345 are sorted before folding";
}

TEST(NormalizeEmail, TakesTheAddressOut) {
  for (const char* raw : {"<A@b.c>", "Name <a@b.c>", "Name<a@b.c>", "\"Name, x\" <a@b.c>", "Doe, John <a@b.c>",
                          " Name  < a@B.c > ", "\"x <y@z>\" <a@b.c>", "\"say \\\" <\" <a@b.c>", "a@b.c <a@b.c>",
                          "O\"Neil <a@b.c>", "\"a@b.c, Inc\" <a@b.c>", "ß\u00A0<\u2003a@b.c>", "'Name' <a@b.c>"}) {
    EXPECT_EQ(normal(raw), "a@b.c") << raw;
  }
  EXPECT_EQ(normal("<\"a>b\"@c.d>"), "\"a>b\"@c.d");
  EXPECT_EQ(normal("José <JOSE\u0301@x.de>"), "josé@x.de");
}

TEST(NormalizeEmail, LeavesEverythingElseWhole) {
  for (const char* raw :
       {"\"<a@b.c>\"", "a <b@c> d", "a@b, c <d@e>", "a@b; c <d@e>", "a <b@c>, d <e@f>", "john <ceo>", "a <<b@c>>",
        "<a@b", "a@b>", "a> <b@c>", "\"a <b@c>", "name \u226Ea@b>", "\"a<b\"@c.d", "a@b, c@d", "mailto:a@b"}) {
    if (std::string_view(raw) == "\"a <b@c>") {
      EXPECT_EQ(normal(raw), "b@c") << "a quote that is never closed is an ordinary character";
    } else {
      EXPECT_EQ(normal(raw), raw);
    }
  }
  EXPECT_EQ(normal("name <\u0338a@b>"), normal("name \u226Ea@b>")) << "canonically equivalent, so never a bracket";
}

TEST(NormalizeEmail, InvalidUtf8) {
  for (const char* raw :
       {"a\x80@x", "\xC3", "a@x\xE2\x82", "\xED\xA0\x80@x", "\xC0\x80", "\xF4\x90\x80\x80", "\xFF@x"}) {
    try {
      normal(raw);
      FAIL() << raw;
    } catch (const lifecycle::Error& error) {
      EXPECT_STREQ(error.sqlstate(), "22021");
      EXPECT_NE(error.detail().find("offset"), std::string::npos);
    }
  }
}

TEST(NormalizeEmail, LongValues) {
  const std::string ascii(3'000'000, 'A');
  EXPECT_EQ(normal(ascii), std::string(3'000'000, 'a'));
  std::string mixed;
  std::string expected;
  for (int i = 0; i < 200'000; ++i) {
    mixed += "E\u0301 Ü";
    expected += "é ü";
  }
  EXPECT_EQ(normal(mixed), expected);
  std::string unbroken;
  for (int i = 0; i < 600'000; ++i) {
    unbroken += "é";
  }
  try {
    normal(unbroken);
    FAIL();
  } catch (const lifecycle::Error& error) {
    EXPECT_STREQ(error.sqlstate(), "54000");
  }
  EXPECT_EQ(normal(std::string(1'000'000, '"') + '>'), std::string(1'000'000, '"') + '>') << "linear in the quotes";
  std::string escapes;
  for (int i = 0; i < 500'000; ++i) {
    escapes += "\\\"";
  }
  EXPECT_EQ(normal("\"" + escapes + ">"), "\"" + escapes + ">") << "linear in quotes that never close";
}

TEST(NormalizeEmail, EveryCodePointIsAFixedPointAndEquivalentFormsAgree) {
  for (int code_point = 1; code_point < 0x110000; ++code_point) {
    if (!is_scalar(code_point)) {
      continue;
    }
    const std::string given = between_letters(utf8(code_point));
    const std::string once = normal(given);
    ASSERT_EQ(normal(once), once) << std::hex << code_point;
    ASSERT_EQ(nfc(once), once) << std::hex << code_point;
    ASSERT_EQ(normal(nfd(given)), once) << std::hex << code_point;
    ASSERT_EQ(normal(nfc(given)), once) << std::hex << code_point;
  }
}

TEST(NormalizeEmail, AgreesWithUnicodeCaseFolding) {
  std::ifstream file(SHARED_DATA "/unicode/CaseFolding-15.0.txt");
  if (!file) {
    GTEST_SKIP() << "no " SHARED_DATA "/unicode/CaseFolding-15.0.txt";
  }
  int folded = 0;
  std::vector<bool> folds(0x110000);
  for (std::string line; std::getline(file, line);) {
    unsigned code_point = 0;
    char status = 0;
    int length = 0;
    if (std::sscanf(line.c_str(), "%x; %c; %n", &code_point, &status, &length) != 2 ||
        (status != 'C' && status != 'F')) {
      continue;
    }
    std::string to;
    std::istringstream mapping(line.substr(static_cast<std::size_t>(length)));
    for (unsigned target = 0; mapping >> std::hex >> target;) {
      to += utf8(static_cast<int>(target));
    }
    folds[code_point] = true;
    ++folded;
    EXPECT_EQ(normal(between_letters(utf8(static_cast<int>(code_point)))), nfc(between_letters(to))) << line;
  }
  EXPECT_GT(folded, 1500);
  if (!std::string_view(utf8proc_unicode_version()).starts_with("15.")) {
    return; // Of a later Unicode: there more characters fold.
  }
  for (int code_point = 1; code_point < 0x110000; ++code_point) {
    if (is_scalar(code_point) && !folds[static_cast<std::size_t>(code_point)]) {
      const std::string given = between_letters(utf8(code_point));
      const std::string decomposed = nfd(given);
      // A character that does not fold stays, unless what it decomposes into folds.
      if (decomposed == given) {
        ASSERT_EQ(normal(given), nfc(given)) << std::hex << code_point;
      }
    }
  }
}

TEST(NormalizeEmail, RandomTextIsAFixedPoint) {
  std::mt19937 random(42);
  const std::vector<std::string> pieces = {"a", "B",      "@",      "<",      ">",      "\"",     "\\",     ",", ";",
                                           " ", "\u00A0", "\u2000", "\u0301", "\u0338", "\u0345", "\u0323", "İ", "ß",
                                           "ﬁ", "\u1100", "\u1161", "\u11A8", "\u1FB3", "\u03A3", "\u0130", ".", "\t"};
  for (int i = 0; i < 300'000; ++i) {
    std::string given;
    for (auto length = random() % 14; length > 0; --length) {
      given += random() % 20 == 0 ? [&] {
        int code_point = 0;
        do {
          code_point = static_cast<int>(1 + random() % 0x10FFFF);
        } while (!is_scalar(code_point));
        return utf8(code_point);
      }() : pieces[random() % pieces.size()];
    }
    std::string once;
    if (lifecycle::normalize_email(given, once)) {
      ASSERT_EQ(normal(once), once) << given;
      ASSERT_EQ(normal(nfd(given)), once) << given;
      ASSERT_EQ(normal(nfc(given)), once) << given;
    } else {
      ASSERT_EQ(normal(nfd(given)), "(null)") << given;
    }
    std::string plain(given.size(), '\0');
    if (lifecycle::normalize_plain_email(given, plain.data())) {
      ASSERT_EQ(plain, once) << given;
    }
  }
}

} // namespace
