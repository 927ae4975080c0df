// The vectors of RFC 1321 (A.5), lengths around the block edges against digests from coreutils' md5sum, and cancelling.
#include "functions/parity/md5.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "functions/core/interrupt.hpp"
#include "functions/parity/md5_batch.hpp"

namespace {

std::string hex(const lifecycle::parity::Md5State& state) {
  std::string text;
  for (const std::uint32_t word : state) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", (word >> shift) & 0xFFU);
      text += digits;
    }
  }
  return text;
}

std::string md5(std::string_view bytes) { return hex(lifecycle::parity::md5(bytes)); }

TEST(Md5, GivesTheVectorsOfRfc1321) {
  EXPECT_EQ(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5("a"), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(md5("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(md5("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(md5("abcdefghijklmnopqrstuvwxyz"), "c3fcd3d76192e4007dfb496cca67e13b");
  EXPECT_EQ(md5("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), "d174ab98d277d9f5a5611c2c9f419d9f");
  EXPECT_EQ(md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

// md5sum over the digests of 0 to 259 letters 'x', one a line: every way the padding can fall.
TEST(Md5, HandlesEveryLengthAroundTheBlockEdges) {
  std::string digests;
  for (std::size_t length = 0; length < 260; ++length) {
    digests += md5(std::string(length, 'x')) + "\n";
  }
  EXPECT_EQ(md5(digests), "79d0c2f5f03cef317562df4aa4fa98cd");
}

TEST(Md5, PrefixIsTheFirstSixteenHexDigits) {
  EXPECT_EQ(lifecycle::parity::md5_prefix("abc"), 0x900150983cd24fb0U);
  EXPECT_EQ(lifecycle::parity::md5_prefix(""), 0xd41d8cd98f00b204U);
}

TEST(Md5, LongInputCanBeCancelled) {
  struct Cancelled {};
  lifecycle::interrupt_hook = [] { throw Cancelled{}; };
  EXPECT_THROW(md5(std::string(4 * 1024 * 1024, 'x')), Cancelled);
  lifecycle::interrupt_hook = nullptr;
  EXPECT_EQ(md5(std::string(4 * 1024 * 1024, 'x')), "44981362d3ba9b5bacaf017c2f29d355");
}

// Values of every length that a batch takes, however many wait at the end.
TEST(Md5, ManyAtATimeGiveTheSumOfEach) {
  constexpr auto widest = lifecycle::parity::Md5Batch::widest;
  for (const std::size_t width : {std::size_t{4}, std::min(std::size_t{8}, widest()), widest()}) {
    lifecycle::parity::Md5Batch batch(width);
    std::uint64_t expected = 0;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < 3 * lifecycle::parity::Md5Batch::longest; ++i) {
      const std::size_t length = i * 7919 % (lifecycle::parity::Md5Batch::longest + 1);
      std::string value(length, '\0');
      for (std::size_t at = 0; at < length; ++at) {
        value[at] = static_cast<char>((i + at * 31) % 256);
      }
      if (i % 3 == 0) { // put there by its writer, with something behind it
        const std::string longer = value + std::string(lifecycle::parity::Md5Batch::slack, '#');
        longer.copy(batch.place(), longer.size());
        sum += batch.add_placed(length);
      } else {
        sum += batch.add(value);
      }
      expected += lifecycle::parity::md5_prefix(value);
      if (i % 37 == 0) {
        sum += batch.finish();
        ASSERT_EQ(sum, expected) << "after " << i;
      }
    }
    EXPECT_EQ(sum + batch.finish(), expected);
  }
}

// Digests that are kept come in the order of their values, long ones among them, and are those of each value.
TEST(Md5, ManyAtATimeKeepTheirDigestsInOrder) {
  constexpr auto widest = lifecycle::parity::Md5Batch::widest;
  for (const std::size_t width : {std::size_t{4}, std::min(std::size_t{8}, widest()), widest()}) {
    lifecycle::parity::Md5Batch batch(width);
    std::vector<lifecycle::parity::Md5State> digests;
    batch.keep_digests(digests);
    std::vector<std::string> values;
    std::uint64_t sum = 0;
    std::uint64_t expected = 0;
    for (std::size_t i = 0; i < 500; ++i) {
      const bool is_long = i % 37 == 5;
      values.emplace_back(is_long ? lifecycle::parity::Md5Batch::longest + 1 + i : i * 7919 % 1000,
                          static_cast<char>('a' + i % 26));
      expected += lifecycle::parity::md5_prefix(values.back());
      sum += batch.add(values.back());
      EXPECT_LE(digests.size(), values.size());
    }
    sum += batch.finish();
    EXPECT_EQ(sum, expected);
    ASSERT_EQ(digests.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(digests[i], lifecycle::parity::md5(values[i])) << i;
    }
  }
}

TEST(Md5, IsStoredAsItsBytes) {
  unsigned char bytes[16];
  lifecycle::parity::store_md5(lifecycle::parity::md5("abc"), bytes);
  EXPECT_EQ(bytes[0], 0x90);
  EXPECT_EQ(bytes[1], 0x01);
  EXPECT_EQ(bytes[15], 0x72);
}

} // namespace
