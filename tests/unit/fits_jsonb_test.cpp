#include "functions/json/fits_jsonb.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using lifecycle::json::fits_jsonb;

TEST(FitsJsonb, TakesWhatJsonbTakes) {
  for (const char* const json :
       {"null", "{}", "[]", R"({"a": [1, -2.5e10, "x\\u0000y", "\\", "\"", "\ud83d\ude00", "\u00e4"], "b": true})",
        "1e400", "-0.0", "1e131071", "0e999999", "0.001e131074", "1e-16383", "\"\""}) {
    EXPECT_TRUE(fits_jsonb(json)) << json;
  }
  EXPECT_TRUE(fits_jsonb(std::string(131072, '9')));
  EXPECT_TRUE(fits_jsonb(std::string(6000, '[') + std::string(6000, ']')));
}

TEST(FitsJsonb, RefusesWhatJsonbRefuses) {
  for (const char* const json : {R"("\u0000")", R"({"a\u0000b": 1})", R"(["\\\u0000"])", R"("\ud83d")", R"("\ude00")",
                                 R"("\ud83d\ud83d")", R"("\ud83dx\ude00")", R"("\ud83d\n")", "1e131072",
                                 "[1, 1e200000]", "0.001e131075", "1e-16384", "0e99999999999", "1.5e-16383"}) {
    EXPECT_FALSE(fits_jsonb(json)) << json;
  }
  EXPECT_FALSE(fits_jsonb(std::string(131073, '9')));
  EXPECT_FALSE(fits_jsonb("0." + std::string(16384, '0')));
  EXPECT_FALSE(fits_jsonb(std::string(6001, '[') + std::string(6001, ']')));
}

} // namespace
