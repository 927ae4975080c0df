#include "functions/event/grammar.hpp"

#include <algorithm>

#include "functions/event/verb_forms.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

using Tokens = std::vector<Token>;

// successfully, but neither monthly nor family.
bool is_adverb(const Token& token) {
  constexpr std::size_t shortest = 5;
  return token.is(WordClass::adverb) || (token.text.size() >= shortest && token.text.ends_with("ly") &&
                                         !token.is(WordClass::period) && !token.is(WordClass::noun));
}

bool ends_as_measure(const Token& last) { return last.is(WordClass::metric) || last.is(WordClass::period); }

bool ends_as_attribute(const Token& last) { return ends_as_measure(last) || last.is(WordClass::state); }

// Whether what follows the past form at `verb` leaves it the name's action.
bool is_tail(const Tokens& tokens, std::size_t verb) {
  std::size_t at = verb + 1;
  while (at < tokens.size() && (tokens[at].is(WordClass::particle) || is_adverb(tokens[at]))) {
    ++at;
  }
  if (at == tokens.size()) {
    return true;
  }
  const Token& last = tokens.back();
  if (tokens[at].is(WordClass::preposition)) {
    return at + 1 < tokens.size() && !ends_as_measure(last);
  }
  if (verb == 0) {
    return false; // churned_user, logged_in_user
  }
  // in, on, over: particle or preposition. user_logged_in_app, but not mobile_logged_in_users.
  if (tokens[at - 1].is(WordClass::preposition) && at - 1 > verb) {
    return !ends_as_attribute(last) && !last.is(WordClass::person);
  }
  return tokens[verb - 1].is(WordClass::person) && !tokens[verb].is(WordClass::descriptive) && !ends_as_attribute(last);
}

bool any_of(const Tokens& tokens, WordClass word_class) {
  return std::any_of(tokens.begin(), tokens.end(), [=](const Token& token) { return token.is(word_class); });
}

std::string quote(const Token& token) { return "\"" + token.text + "\""; }

} // namespace

bool is_past_form(const Lexicon& lexicon, const Tokens& tokens, std::size_t place) {
  if (!tokens[place].is(WordClass::past)) {
    return false;
  }
  if (place == 0) {
    return true;
  }
  const Lexicon::Entry* pair = lexicon.find(tokens[place - 1].text + "_" + tokens[place].text);
  return pair == nullptr || !pair->is_none;
}

std::optional<std::size_t> action_of(const Lexicon& lexicon, const Tokens& tokens) {
  for (std::size_t place = tokens.size(); place-- > 0;) {
    if (is_past_form(lexicon, tokens, place) && is_tail(tokens, place)) {
      // set_price: spelled like the present, it needs something it was done to.
      if (place == 0 && tokens[0].exact != nullptr && tokens[0].exact->is_same) {
        continue;
      }
      return place;
    }
  }
  return std::nullopt;
}

Failure failure_of(const Lexicon& lexicon, const Tokens& tokens) {
  const Token& last = tokens.back();
  if (any_of(tokens, WordClass::period) || last.is(WordClass::metric)) {
    return {"event_name.count", "names a count or a measure, not an action"};
  }
  if (last.is(WordClass::state)) {
    return {"event_name.state", "names a state, not an action"};
  }
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    const VerbForm form = verb_form(lexicon, token->text);
    if (form == VerbForm::misspelled) {
      return {"event_name.spelling", "has " + quote(*token) + " for \"" + corrected(lexicon, token->text) + "\""};
    }
    if (form == VerbForm::negated) {
      return {"event_name.state", "says by " + quote(*token) + " what was not done: a state"};
    }
  }
  for (std::size_t place = tokens.size(); place-- > 0;) {
    if (!is_past_form(lexicon, tokens, place)) {
      continue;
    }
    if (place + 1 < tokens.size()) {
      return {"event_name.adjective",
              "puts " + quote(tokens[place]) + " before what it describes: a state, not an action"};
    }
    return {"event_name.tense",
            "has no word before " + quote(tokens[place]) + ", which is spelled like the present tense"};
  }
  if (any_of(tokens, WordClass::standing) || any_of(tokens, WordClass::adjective)) {
    return {"event_name.state", "describes somebody or something, and names no action"};
  }
  if (!past_of_progressive(lexicon, last.text).empty()) {
    return {"event_name.tense", "says by " + quote(last) + " what is going on, not what happened"};
  }
  if (last.exact != nullptr && last.exact->is_none) {
    return {"event_name.tense", "ends in " + quote(last) + ", which is no past form"};
  }
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    if (!listed_base(lexicon, token->text).empty() || token->is(WordClass::action_noun)) {
      return {"event_name.tense", "has " + quote(*token) + " where a verb in past tense is needed"};
    }
  }
  return {"event_name.tense", "has no verb in past tense"};
}

} // namespace lifecycle::event
