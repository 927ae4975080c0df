// Which words are past forms, and the forms of verbs.
#include <gtest/gtest.h>

#include "functions/event/verb_forms.hpp"
#include "tests/unit/support/event_rules.hpp"

namespace {

using lifecycle::event::Lexicon;
using lifecycle::event::VerbForm;

class EventVerb : public testing::Test {
 protected:
  [[nodiscard]] VerbForm form(std::string_view word) const { return lifecycle::event::verb_form(lexicon, word); }
  [[nodiscard]] std::string past(std::string_view base) const { return lifecycle::event::past_of(lexicon, base); }

  Lexicon lexicon{lifecycle::test::small_contract()};
};

TEST_F(EventVerb, PastForms) {
  for (const char* word :
       {"sent", "paid", "began", "wrote", "written", "created", "reset", "agreed", "stopped", "unlocked",
        // regular, without a row
        "clicked", "used", "died", "played", "planned", "retried", "onboarded", "synced",
        // irregular behind a prefix
        "resent", "rewritten", "overpaid", "underwritten"}) {
    EXPECT_EQ(form(word), VerbForm::past) << word;
  }
}

TEST_F(EventVerb, NoPastForms) {
  for (const char* word : {"", "send", "need", "embed", "based", "speed", "greed", "ed", "red", "bcded", "user",
                           "creating", "reset_", "outset", "presets"}) {
    EXPECT_EQ(form(word), VerbForm::none) << word;
  }
}

TEST_F(EventVerb, MisspelledForms) {
  for (const auto& [word, right] : {std::pair{"sended", "sent"},
                                    {"payed", "paid"},
                                    {"writed", "written"},
                                    {"stoped", "stopped"},
                                    {"createed", "created"},
                                    {"applyed", "applied"},
                                    {"tryed", "tried"},
                                    {"beginned", "began"},
                                    {"resetted", "reset"},
                                    {"cutted", "cut"}}) {
    EXPECT_EQ(form(word), VerbForm::misspelled) << word;
    EXPECT_EQ(lifecycle::event::corrected(lexicon, word), right);
  }
}

TEST_F(EventVerb, NegatedForms) {
  EXPECT_EQ(form("unverified"), VerbForm::negated);
  EXPECT_EQ(form("unpaid"), VerbForm::negated);
  EXPECT_EQ(form("unlocked"), VerbForm::past);   // listed: it undoes
  EXPECT_EQ(form("underlined"), VerbForm::past); // no un-
}

TEST_F(EventVerb, FormsMade) {
  for (const auto& [base, made] : {std::pair{"write", "written"},
                                   {"create", "created"},
                                   {"click", "clicked"},
                                   {"plan", "planned"},
                                   {"retry", "retried"},
                                   {"play", "played"},
                                   {"fix", "fixed"},
                                   {"queue", "queued"}}) {
    EXPECT_EQ(past(base), made);
  }
  EXPECT_EQ(lifecycle::event::past_of_progressive(lexicon, "creating"), "created");
  EXPECT_EQ(lifecycle::event::past_of_progressive(lexicon, "stopping"), "stopped");
  EXPECT_EQ(lifecycle::event::past_of_progressive(lexicon, "writing"), "written");
  EXPECT_EQ(lifecycle::event::past_of_progressive(lexicon, "uploading"), "uploaded");
  EXPECT_EQ(lifecycle::event::past_of_progressive(lexicon, "thing"), "");
  EXPECT_EQ(lifecycle::event::listed_base(lexicon, "applies"), "apply");
  EXPECT_EQ(lifecycle::event::listed_base(lexicon, "sends"), "send");
  EXPECT_EQ(lifecycle::event::listed_base(lexicon, "clicks"), "");
}

// Whatever regular form is made of a base is accepted as one.
TEST_F(EventVerb, FormsMadeAreForms) {
  for (const char* base : {"abandon", "tag", "carry", "owe", "mix", "snow", "argue", "stir", "equip", "defy", "coo"}) {
    EXPECT_EQ(form(past(base)), VerbForm::past) << past(base);
  }
}

} // namespace
