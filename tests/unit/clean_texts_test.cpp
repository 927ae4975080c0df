#include "functions/secret/clean_texts.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace {

using lifecycle::secret::CleanTexts;

bool has(const CleanTexts& texts, const std::string& text) { return texts.has(CleanTexts::entry_of(text)); }

TEST(CleanTexts, KnowsWhatWasAdded) {
  const auto texts = std::make_unique<CleanTexts>();
  for (std::size_t size = CleanTexts::shortest; size <= CleanTexts::longest; ++size) {
    const std::string text = std::string(size - 1, 'a') + "z";
    EXPECT_FALSE(has(*texts, text)) << size;
    texts->add(CleanTexts::entry_of(text));
    EXPECT_TRUE(has(*texts, text)) << size;
  }
}

// Whatever byte differs, and of texts that begin or end as another does or have zeros behind them.
TEST(CleanTexts, TakesNoTextForAnother) {
  for (std::size_t size = CleanTexts::shortest; size <= CleanTexts::longest; ++size) {
    const auto texts = std::make_unique<CleanTexts>();
    const std::string text(size, 'a');
    texts->add(CleanTexts::entry_of(text));
    for (std::size_t at = 0; at < size; ++at) {
      for (const char other : {'b', 'A', '\0', '\xFF'}) {
        std::string changed = text;
        changed[at] = other;
        EXPECT_FALSE(has(*texts, changed)) << size << " at " << at;
      }
    }
    if (size < CleanTexts::longest) {
      EXPECT_FALSE(has(*texts, text + std::string(1, '\0'))) << size;
      EXPECT_FALSE(has(*texts, text + "a")) << size;
    }
    if (size > CleanTexts::shortest) {
      EXPECT_FALSE(has(*texts, text.substr(1))) << size;
    }
  }
}

// Few texts are all known, wherever their places are: of those that meet in one, two are kept.
TEST(CleanTexts, KeepsTwoInOnePlace) {
  for (int first = 0; first < 40; ++first) {
    for (int second = 0; second < first; ++second) {
      const auto texts = std::make_unique<CleanTexts>();
      const std::string pair[] = {"workflow-" + std::to_string(first), "workflow-" + std::to_string(second)};
      texts->add(CleanTexts::entry_of(pair[0]));
      texts->add(CleanTexts::entry_of(pair[1]));
      EXPECT_TRUE(has(*texts, pair[0]) && has(*texts, pair[1])) << pair[0] << " " << pair[1];
    }
  }
}

// One in the place of another is only forgotten.
TEST(CleanTexts, ForgetsButNeverConfuses) {
  const auto texts = std::make_unique<CleanTexts>();
  std::set<std::string> added;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = std::to_string(i * 7919 % 100'000) + std::string(static_cast<std::size_t>(i % 20), '.');
    if (i % 2 == 0) {
      texts->add(CleanTexts::entry_of(text));
      added.insert(text);
      EXPECT_TRUE(has(*texts, text));
    } else if (has(*texts, text)) {
      EXPECT_TRUE(added.contains(text)) << text;
    }
  }
}

} // namespace
