#include "functions/parity/parity_checksum.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using lifecycle::parity::Checksum;

std::string text_of(const Checksum& checksum) {
  char text[lifecycle::parity::checksum_text_size];
  char* const end = lifecycle::parity::write_checksum(checksum, text);
  return {text, static_cast<std::size_t>(end - text)};
}

TEST(ParityChecksum, OfNothingIsZero) { EXPECT_EQ(text_of({}), "0:0000000000000000"); }

TEST(ParityChecksum, OfOneValueIsTheStartOfItsMd5) {
  Checksum checksum;
  checksum.add("abc");
  EXPECT_EQ(text_of(checksum), "1:900150983cd24fb0");
}

// 0x900150983cd24fb0 + 0xd41d8cd98f00b204 is 1:641edd71cbd301b4: the carry is dropped.
TEST(ParityChecksum, AddsModulo2To64InAnyOrder) {
  Checksum one;
  one.add("abc");
  one.add("");
  Checksum other;
  other.add("");
  other.add("abc");
  EXPECT_EQ(text_of(one), "2:641edd71cbd301b4");
  EXPECT_EQ(text_of(other), text_of(one));
}

TEST(ParityChecksum, PartsAddUpAndSurviveStorage) {
  Checksum whole;
  Checksum left;
  Checksum right;
  for (int i = 0; i < 1000; ++i) {
    const std::string value = "row " + std::to_string(i);
    whole.add(value);
    (i % 3 == 0 ? left : right).add(value);
  }
  Checksum sum = lifecycle::parity::load_checksum(lifecycle::parity::store_checksum(left));
  sum.add(right);
  EXPECT_EQ(text_of(sum), text_of(whole));
  const lifecycle::parity::ChecksumBytes bytes = lifecycle::parity::store_checksum({1, 0x0123456789abcdefU});
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()),
            std::string("\0\0\0\0\0\0\0\x01\x01\x23\x45\x67\x89\xab\xcd\xef", 16));
}

// Values of every length around the block edges and the batch's limit, in numbers that leave every count waiting.
TEST(ParityChecksum, ABatchChangesNothing) {
  using lifecycle::parity::Md5Batch;
  for (std::size_t values = 0; values < 12; ++values) {
    for (std::size_t length = 0; length < Md5Batch::longest + 40; length += length < 200 || length > 900 ? 1 : 37) {
      Checksum plain;
      Checksum batched;
      Md5Batch batch;
      for (std::size_t i = 0; i < values; ++i) {
        const std::string value(length + i * 17 % 200, static_cast<char>('a' + i));
        plain.add(value);
        batched.add(value, &batch);
      }
      batched.settle(batch);
      ASSERT_EQ(text_of(batched), text_of(plain)) << values << " values from " << length << " bytes";
    }
  }
}

TEST(ParityChecksum, GoesOnAfterSettling) {
  Checksum plain;
  Checksum batched;
  lifecycle::parity::Md5Batch batch;
  for (int i = 0; i < 100; ++i) {
    const std::string value = "row " + std::to_string(i);
    plain.add(value);
    batched.add(value, &batch);
    if (i % 7 == 0) {
      batched.settle(batch);
      ASSERT_EQ(text_of(batched), text_of(plain)) << i;
      batched.settle(batch);
      ASSERT_EQ(text_of(batched), text_of(plain)) << i;
    }
  }
}

TEST(ParityChecksum, LongestTextFits) {
  EXPECT_EQ(text_of({~std::uint64_t{0}, ~std::uint64_t{0}}), "18446744073709551615:ffffffffffffffff");
}

} // namespace
