// The grammar of event names: where the action is, and what a name without one is instead.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "functions/event/tokens.hpp"

namespace lifecycle::event {

// The place of the past form that is the name's action: the last one that only particles, adverbs and a phrase follow
// (user_signed_up_again, item_added_to_cart); or, where who did it comes before, the object (user_viewed_page).
std::optional<std::size_t> action_of(const Lexicon& lexicon, const std::vector<Token>& tokens);

// Whether the word at this place is a past form, and not part of a noun such as data_set.
bool is_past_form(const Lexicon& lexicon, const std::vector<Token>& tokens, std::size_t place);

// Whether the name begins with an order: create_project, sign_up, but not order_update.
bool is_imperative(const std::vector<Token>& tokens);

// Why a name without an action has none.
struct Failure {
  std::string code; // event_name.…
  std::string what; // of the name: "names a state, not an action"
};
Failure failure_of(const Lexicon& lexicon, const std::vector<Token>& tokens);

} // namespace lifecycle::event
