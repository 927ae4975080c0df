#include "functions/uuid/parse_uuid.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using lifecycle::parse_uuid;

const std::string sample = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

TEST(ParseUuid, ReadsTheDigits) {
  const std::array<std::uint8_t, 16> bytes = {0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0, 0x7c, 0xc3,
                                              0x98, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
  EXPECT_EQ(parse_uuid(sample), bytes);
  EXPECT_EQ(parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), bytes);
  EXPECT_EQ(parse_uuid("ffffffff-ffff-ffff-ffff-ffffffffffff").value().back(), 0xff);
}

TEST(ParseUuid, TakesNoOtherForm) {
  EXPECT_FALSE(parse_uuid(""));
  EXPECT_FALSE(parse_uuid("{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}"));
  EXPECT_FALSE(parse_uuid("017f22e279b07cc398c4dc0c0c07398f"));
  EXPECT_FALSE(parse_uuid(sample + " "));
  EXPECT_FALSE(parse_uuid(sample.substr(1)));
  EXPECT_FALSE(parse_uuid("017f-22e279b0-7cc3-98c4-dc0c0c07398f"));
}

TEST(ParseUuid, RefusesEveryOtherByteAtEveryPlace) {
  for (std::size_t place = 0; place < sample.size(); ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = sample;
      changed[place] = static_cast<char>(byte);
      const bool hyphen_here = sample[place] == '-';
      const bool digit = std::string("0123456789abcdefABCDEF").find(changed[place]) != std::string::npos;
      EXPECT_EQ(parse_uuid(changed).has_value(), hyphen_here ? byte == '-' : digit) << place << ' ' << byte;
    }
  }
}

} // namespace
