#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "functions/core/interrupt.hpp"
#include "functions/versioned/batch.hpp"
#include "functions/versioned/key_bytes.hpp"

namespace {

using lifecycle::versioned::Batch;
using lifecycle::versioned::KeyBytes;
using lifecycle::versioned::KeyReader;

bool never(Batch::Place, Batch::Place) { return false; }

std::string key_of(std::int64_t number, std::string_view text) {
  KeyBytes bytes;
  bytes.put_integer(number);
  bytes.put_text(text);
  return std::string(bytes.view());
}

TEST(KeyBytes, OrderAsTheirValues) {
  const std::vector<std::int64_t> numbers = {std::numeric_limits<std::int64_t>::min(), -256, -1, 0, 1, 255, 256,
                                             std::numeric_limits<std::int64_t>::max()};
  const std::vector<std::string> texts = {"", "\x01", "a", "a b", "aa", "ab", "\xc3\xa9", "\xf0\x9f\x8e\x89"};
  std::vector<std::string> keys;
  for (const std::int64_t number : numbers) {
    for (const std::string& text : texts) {
      keys.push_back(key_of(number, text));
    }
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST(KeyBytes, ReadBack) {
  KeyBytes bytes;
  bytes.put_text("né");
  bytes.put_integer(-42);
  bytes.put_bytes("0123456789abcdef", 16);
  bytes.put_text("");
  KeyReader reader(bytes.view());
  EXPECT_EQ(reader.text(), "né");
  EXPECT_EQ(reader.integer(), -42);
  EXPECT_EQ(reader.bytes(16), "0123456789abcdef");
  EXPECT_EQ(reader.text(), "");
  bytes.clear();
  EXPECT_TRUE(bytes.view().empty());
}

// Keys of every length around what an entry holds itself, many of them with a beginning in common.
std::string random_key(std::mt19937& random) {
  std::string key(random() % 3 == 0 ? 28 + random() % 12 : random() % 4, 'k');
  key += std::to_string(random() % 40);
  key.push_back('\0');
  return key;
}

TEST(VersionedBatch, KeepsTheHighestVersionOfEachKeyInOrder) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Batch batch;
    std::map<std::string, std::pair<std::int64_t, Batch::Place>> expected;
    const std::size_t rows = random() % 300;
    for (Batch::Place row = 0; row < rows; ++row) {
      const std::string key = random_key(random);
      const auto version = static_cast<std::int64_t>(random() % 7) - 3;
      batch.add(key, version, row);
      const auto [at, is_new] = expected.try_emplace(key, version, row);
      if (!is_new && (version > at->second.first || (version == at->second.first && row > at->second.second))) {
        at->second = {version, row};
      }
    }
    batch.settle([](Batch::Place left, Batch::Place right) { return left > right; });
    ASSERT_EQ(batch.size(), expected.size());
    std::size_t entry = 0;
    for (const auto& [key, winner] : expected) {
      EXPECT_EQ(batch.key(entry), key);
      EXPECT_EQ(batch.row(entry), winner.second);
      EXPECT_FALSE(batch.stale(entry));
      ++entry;
    }
  }
}

TEST(VersionedBatch, AsksOnlyAboutEqualVersions) {
  Batch batch;
  batch.add("a", 1, 1);
  batch.add("a", 2, 2);
  batch.add("b", 5, 3);
  batch.settle([](Batch::Place, Batch::Place) {
    ADD_FAILURE() << "the versions differ";
    return false;
  });
  EXPECT_EQ(batch.row(0), 2U);
}

TEST(VersionedBatch, ComparesWithKeysOfTheTarget) {
  std::mt19937 random(2);
  std::vector<std::string> keys;
  Batch batch;
  for (Batch::Place row = 0; row < 100; ++row) {
    keys.push_back(random_key(random));
    batch.add(keys.back(), 1, row);
  }
  batch.settle(never);
  for (const std::string& other : keys) {
    for (std::size_t entry = 0; entry < batch.size(); ++entry) {
      const std::string ours(batch.key(entry));
      const int order = ours.compare(other);
      EXPECT_EQ(batch.compare(entry, other) < 0, order < 0);
      EXPECT_EQ(batch.compare(entry, other) > 0, order > 0);
    }
  }
}

TEST(VersionedBatch, MarksWhatIsNotHigher) {
  Batch batch;
  for (Batch::Place row = 0; row < 4; ++row) {
    batch.add(std::string(1, static_cast<char>('a' + row)), 10, row);
  }
  batch.settle(never);
  batch.found(3, 700);
  batch.found(0, 900);
  batch.found(1, 300);
  batch.found(1, 100); // an older row of the same key
  const std::vector<Batch::Found> places = batch.places();
  ASSERT_EQ(places.size(), 4U);
  EXPECT_EQ(places[0].place, 100U);
  EXPECT_EQ(places[3].place, 900U);
  batch.see_version(places[0], 3);
  batch.see_version(places[1], 10); // equal
  batch.see_version(places[2], 11);
  batch.see_version(places[3], 9);
  batch.see_version(places[1], 10); // seen again
  EXPECT_FALSE(batch.stale(0));
  EXPECT_TRUE(batch.stale(1));
  EXPECT_FALSE(batch.stale(2));
  EXPECT_TRUE(batch.stale(3));
  EXPECT_EQ(batch.stale_count(), 2U);
  batch.forget_found();
  EXPECT_TRUE(batch.places().empty());
}

// Enough rows that they are dealt out by their bits, in all the ways in which bits can be alike.
TEST(VersionedBatch, OrdersManyKeysAsComparingThemWould) {
  std::mt19937_64 random(3);
  const std::vector<std::function<std::uint64_t(std::size_t)>> words = {
      [&](std::size_t) { return random(); },
      [&](std::size_t) { return random() % 3; },
      [&](std::size_t) { return 0x8000000000000000U + random() % 70'000; },
      [](std::size_t i) { return i; },
      [](std::size_t i) { return 100'000 - i; },
      [](std::size_t i) { return i / 40; },
      [](std::size_t) { return 42; },
      [&](std::size_t) { return random() % 2 == 0 ? 0 : std::numeric_limits<std::uint64_t>::max(); },
  };
  for (const auto& first : words) {
    for (const auto& second : words) {
      Batch batch;
      Batch as_bytes;
      std::vector<std::tuple<std::string, std::int64_t, Batch::Place>> expected;
      for (std::size_t i = 0; i < 3000; ++i) {
        const Batch::Head head = {first(i), second(i), i % 2, 0};
        const auto version = static_cast<std::int64_t>(random() % 5);
        std::string key;
        for (std::size_t word = 0; word < 3; ++word) {
          for (int shift = 56; shift >= 0; shift -= 8) {
            key.push_back(static_cast<char>(head[word] >> static_cast<unsigned>(shift)));
          }
        }
        batch.add(head, 3, version, i);
        as_bytes.add(key, version, i);
        expected.emplace_back(key, -version, i);
      }
      std::sort(expected.begin(), expected.end());
      expected.erase(
          std::unique(expected.begin(), expected.end(),
                      [](const auto& left, const auto& right) { return std::get<0>(left) == std::get<0>(right); }),
          expected.end());
      batch.settle(never);
      as_bytes.settle(never);
      ASSERT_EQ(batch.size(), expected.size());
      ASSERT_EQ(as_bytes.size(), expected.size());
      for (std::size_t entry = 0; entry < batch.size(); ++entry) {
        ASSERT_EQ(batch.key(entry), std::get<0>(expected[entry]));
        ASSERT_EQ(batch.row(entry), std::get<2>(expected[entry]));
        ASSERT_EQ(batch.head(entry), as_bytes.head(entry));
        ASSERT_EQ(as_bytes.row(entry), batch.row(entry));
      }
    }
  }
}

TEST(VersionedBatch, GivesPlacesInOrder) {
  std::mt19937_64 random(4);
  Batch batch;
  for (Batch::Place row = 0; row < 5000; ++row) {
    batch.add(std::to_string(row), 1, row);
  }
  batch.settle(never);
  std::vector<Batch::Place> expected;
  for (std::size_t entry = 0; entry < batch.size(); ++entry) {
    const Batch::Place place = (random() % 400) << 16U | (1 + random() % 30);
    batch.found(entry, place);
    expected.push_back(place);
  }
  std::sort(expected.begin(), expected.end());
  const std::vector<Batch::Found>& places = batch.places();
  ASSERT_EQ(places.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(places[i].place, expected[i]);
  }
}

TEST(VersionedBatch, RemembersWhereTheRowLiesThatIsReplaced) {
  Batch batch;
  batch.add("a", 5, 0);
  batch.add("b", 5, 1);
  batch.settle(never);
  batch.found(0, 700);
  batch.see_version(batch.places()[0], 4);
  EXPECT_FALSE(batch.stale(0));
  EXPECT_EQ(batch.target_row(0), 700U);
  EXPECT_EQ(batch.target_row(1), 0U);
  batch.forget_found();
  batch.found(1, 800);
  batch.see_rows();
  EXPECT_EQ(batch.target_row(1), 800U);
  EXPECT_TRUE(batch.places().empty());
}

TEST(VersionedBatch, CanBeInterrupted) {
  struct Interrupt {};
  Batch batch;
  for (Batch::Place row = 0; row < 50'000; ++row) {
    batch.add(std::to_string(row * 7919 % 50'000), 1, row);
  }
  lifecycle::interrupt_hook = [] { throw Interrupt(); };
  EXPECT_THROW(batch.settle(never), Interrupt);
  lifecycle::interrupt_hook = nullptr;
}

} // namespace
