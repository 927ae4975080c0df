// Strings: escapes at every place of every length, by block and by byte, within reach of the end and not.
#include "functions/json/string_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "functions/json/key_order.hpp"
#include "tests/unit/support/random_json.hpp"
#include "tests/unit/support/slow_canonical.hpp"

namespace {

using lifecycle::test::slow_string;

// From a block of exactly the text's size plus what is said to be readable: a sanitizer sees any byte too far.
std::string written(const std::string& text, std::size_t readable) {
  const auto block = std::make_unique<char[]>(text.size() + readable);
  std::memcpy(block.get(), text.data(), text.size());
  std::memset(block.get() + text.size(), '"', readable); // what follows must not matter
  lifecycle::json::OutputBuffer buffer;
  char* cursor = buffer.room(buffer.start(), lifecycle::json::escaped_bound(lifecycle::json::text_piece) + 2);
  cursor = write_string(cursor, {block.get(), text.size()}, block.get() + text.size() + readable, buffer);
  return std::string(buffer.finish(cursor));
}

TEST(JsonString, EveryByteAtEveryPlace) {
  for (std::size_t size = 1; size <= 50; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        for (const std::size_t readable : {0U, 16U}) {
          ASSERT_EQ(written(text, readable), slow_string(text)) << size << " " << at << " " << byte << " " << readable;
        }
      }
    }
  }
  EXPECT_EQ(written("", 0), "\"\"");
  EXPECT_EQ(written("", 16), "\"\"");
}

TEST(JsonString, OnlyTextWithoutEscapesIsCopied) {
  for (std::size_t size = 0; size <= 50; ++size) {
    for (std::size_t at = 0; at < std::max<std::size_t>(size, 1); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        const auto text = std::make_unique<char[]>(size);
        std::fill_n(text.get(), size, 'a');
        if (size > 0) {
          text[at] = static_cast<char>(byte);
        }
        const std::string wanted(text.get(), size);
        const auto to = std::make_unique<char[]>(size + lifecycle::json::block_size);
        const char* const end = lifecycle::json::copy_unescaped(to.get(), text.get(), size);
        ASSERT_EQ(end == nullptr, slow_string(wanted).size() != size + 2) << size << " " << at << " " << byte;
        if (end != nullptr) {
          ASSERT_EQ(std::string_view(to.get(), static_cast<std::size_t>(end - to.get())), wanted);
        }
      }
    }
  }
}

TEST(JsonString, RandomTextsAroundThePieceSize) {
  lifecycle::test::RandomJson random(3);
  for (int i = 0; i < 200; ++i) {
    std::string text;
    while (text.size() < lifecycle::json::text_piece + random.below(9000)) {
      text += random.text(100);
    }
    ASSERT_EQ(written(text, random.below(20)), slow_string(text));
  }
}

TEST(JsonString, BlocksAgree) {
  lifecycle::test::RandomJson random(4);
  for (int i = 0; i < 200000; ++i) {
    char block[16];
    for (char& byte : block) {
      byte = static_cast<char>(random.below(4) == 0 ? random.below(256) : 'a' + random.below(26));
    }
    const std::size_t n = random.below(17);
    const lifecycle::json::TextBlock numbers{lifecycle::json::load_low_first(block),
                                             lifecycle::json::load_low_first(block + 8)};
    ASSERT_EQ(needs_escape(numbers, n), lifecycle::json::block_needs_escape(block, n));
    ASSERT_EQ(needs_escape(numbers, n), lifecycle::json::block_needs_escape(numbers, n));
  }
}

TEST(KeyOrder, AgreesWithUtf16) {
  lifecycle::test::RandomJson random(6);
  std::vector<std::string> keys;
  for (int i = 0; i < 600; ++i) {
    keys.push_back((i % 2 == 0 ? std::string("common_prefix_") : std::string()) + random.text(6));
  }
  for (const std::string& left : keys) {
    for (const std::string& right : keys) {
      const bool less = lifecycle::test::utf16_of(left) < lifecycle::test::utf16_of(right);
      ASSERT_EQ(lifecycle::json::utf16_less(left, right), less);
      if (lifecycle::json::sort_prefix(left) < lifecycle::json::sort_prefix(right)) {
        ASSERT_TRUE(less);
      }
    }
  }
}

} // namespace
