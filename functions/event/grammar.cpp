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

bool ends_as_attribute(const Token& last) {
  return ends_as_measure(last) || last.is(WordClass::state) || last.is(WordClass::attribute);
}

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
  const Token& subject = tokens[verb - 1];
  return (subject.is(WordClass::person) || subject.is(WordClass::actor)) && !tokens[verb].is(WordClass::descriptive) &&
         !ends_as_attribute(last);
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

bool is_imperative(const Tokens& tokens) {
  const Lexicon::Entry* verb = tokens.front().exact;
  if (verb == nullptr || verb->pasts.empty() || (verb->is_past && !verb->is_same)) {
    return false;
  }
  const bool has_particle =
      tokens.size() > 1 && (tokens[1].is(WordClass::particle) || tokens[1].is(WordClass::preposition));
  const Token& first = tokens.front();
  return has_particle ||
         (!first.is(WordClass::noun) && !first.is(WordClass::adjective) && !first.is(WordClass::person));
}

namespace {

// A word that stands where the action should, in another form.
std::optional<Failure> other_form(const Lexicon& lexicon, const Tokens& tokens) {
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    const VerbForm form = verb_form(lexicon, token->text);
    if (form == VerbForm::misspelled) {
      return Failure{"event_name.spelling",
                     "has " + quote(*token) + " for \"" + corrected(lexicon, token->text) + "\""};
    }
    if (form == VerbForm::negated) {
      return Failure{"event_name.state", "says by " + quote(*token) + " what was not done: a state"};
    }
  }
  for (std::size_t place = tokens.size(); place-- > 0;) {
    if (!is_past_form(lexicon, tokens, place)) {
      continue;
    }
    if (place + 1 < tokens.size() && !is_imperative(tokens)) {
      return Failure{"event_name.adjective",
                     "puts " + quote(tokens[place]) + " before what it describes: a state, not an action"};
    }
    if (place == 0) {
      return Failure{"event_name.tense", "has " + quote(tokens[0]) + " in front, where it is the present tense"};
    }
  }
  return std::nullopt;
}

std::optional<Failure> description(const Tokens& tokens) {
  for (const Token& token : tokens) {
    if (token.is(WordClass::adjective) || token.is(WordClass::standing)) {
      return &token == &tokens.back()
                 ? Failure{"event_name.state", "says by " + quote(token) + " what something is, not what happened"}
                 : Failure{"event_name.adjective", "describes by " + quote(token) + " and names no action"};
    }
  }
  return std::nullopt;
}

Failure other_tense(const Lexicon& lexicon, const Tokens& tokens) {
  const Token& last = tokens.back();
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

bool is_present_form(const Lexicon& lexicon, const Token& token) {
  return !token.is(WordClass::noun) && !listed_base(lexicon, token.text).empty();
}

} // namespace

Failure failure_of(const Lexicon& lexicon, const Tokens& tokens) {
  const Token& last = tokens.back();
  // update_score, but not purchase_total.
  const bool is_measure_of_action = last.is(WordClass::metric) && tokens.front().is(WordClass::action_noun);
  if (is_imperative(tokens) && !tokens.front().exact->is_same && !is_measure_of_action) {
    return {"event_name.tense", "has " + quote(tokens.front()) + " where a verb in past tense is needed"};
  }
  if (any_of(tokens, WordClass::period) || last.is(WordClass::metric)) {
    return {"event_name.count", "names a count or a measure, not an action"};
  }
  if (last.is(WordClass::state)) {
    return {"event_name.state", "names a state, not an action"};
  }
  if (last.is(WordClass::attribute)) {
    return {"event_name.state", "names an attribute, not an action"};
  }
  if (std::optional<Failure> failure = other_form(lexicon, tokens)) {
    return *failure;
  }
  if (!is_present_form(lexicon, last)) {
    if (std::optional<Failure> failure = description(tokens)) {
      return *failure;
    }
  }
  return other_tense(lexicon, tokens);
}

} // namespace lifecycle::event
