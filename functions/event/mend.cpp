#include "functions/event/mend.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "functions/event/grammar.hpp"
#include "functions/event/name_rules.hpp"
#include "functions/event/verb_forms.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

using Words = std::vector<std::string>;
using Place = Words::difference_type;

class Mender {
 public:
  Mender(const Lexicon& lexicon, Words words) : lexicon_(lexicon), words_(std::move(words)) {
    drop_flags_and_measures();
  }

  // Attempts from the likeliest to the boldest; each is a name, or empty.
  std::vector<std::string> attempts() {
    std::vector<std::string> out;
    if (!words_.empty()) {
      for (const auto attempt :
           {&Mender::as_it_is, &Mender::with_spelling_mended, &Mender::with_state_changed,
            &Mender::with_last_word_in_past, &Mender::with_participle_last, &Mender::with_adjective_become,
            &Mender::with_verb_in_past, &Mender::with_verb_in_past_last}) {
        out.push_back((this->*attempt)());
      }
    }
    return out;
  }

 private:
  [[nodiscard]] Token token(const std::string& word) const { return tokens_of(lexicon_, {word}).front(); }
  [[nodiscard]] bool is(const std::string& word, WordClass word_class) const { return token(word).is(word_class); }

  void drop_flags_and_measures() {
    std::erase_if(words_, [this](const std::string& word) { return is(word, WordClass::auxiliary); });
    while (!words_.empty() && (is(words_.front(), WordClass::metric) || is(words_.front(), WordClass::period) ||
                               words_.front() == "of" || words_.front() == "last" || words_.front() == "latest")) {
      words_.erase(words_.begin());
    }
    while (!words_.empty() && (is(words_.back(), WordClass::metric) || is(words_.back(), WordClass::period))) {
      words_.pop_back();
    }
  }

  // A name that is nothing but the action is done by the user.
  [[nodiscard]] std::string finished(Words words) const {
    const std::vector<Token> tokens = tokens_of(lexicon_, words);
    const bool bare =
        tokens.front().is(WordClass::past) &&
        std::all_of(tokens.begin() + 1, tokens.end(), [](const Token& word) { return word.is(WordClass::particle); });
    if (bare) {
      words.insert(words.begin(), "user");
    }
    return join(words);
  }

  std::string as_it_is() { return finished(words_); }

  std::string with_spelling_mended() {
    Words words = words_;
    bool changed = false;
    for (std::string& word : words) {
      if (verb_form(lexicon_, word) == VerbForm::misspelled) {
        word = corrected(lexicon_, word);
        changed = true;
      }
    }
    return changed ? finished(words) : std::string();
  }

  std::string with_state_changed() {
    if (!is(words_.back(), WordClass::state)) {
      return {};
    }
    Words words = words_;
    words.emplace_back("changed");
    return join(words);
  }

  // The past form of a verb's present, of a noun for an action, of a word in -ing; its words, or none.
  [[nodiscard]] Words past_words(const std::string& word) const {
    const Token found = token(word);
    for (const Lexicon::Entry* entry : {found.exact, found.singular}) {
      if (entry != nullptr && (entry->classes & bit(WordClass::action_noun)) != 0 && !entry->becomes.empty()) {
        return words_of(entry->becomes);
      }
    }
    const std::string base = listed_base(lexicon_, word);
    if (!base.empty()) {
      return {past_of(lexicon_, base)};
    }
    const std::string past = past_of_progressive(lexicon_, word);
    return past.empty() ? Words() : Words{past};
  }

  [[nodiscard]] Words with_past_at(std::size_t place) const {
    const Words past = past_words(words_[place]);
    Words words;
    if (!past.empty()) {
      words.assign(words_.begin(), words_.begin() + static_cast<Place>(place));
      words.insert(words.end(), past.begin(), past.end());
      words.insert(words.end(), words_.begin() + static_cast<Place>(place) + 1, words_.end());
    }
    return words;
  }

  // user_login, project_create, user_sign_up, project_creating.
  std::string with_last_word_in_past() {
    std::size_t place = words_.size() - 1;
    while (place > 0 && is(words_[place], WordClass::particle)) {
      --place;
    }
    const Words words = with_past_at(place);
    return words.empty() ? std::string() : finished(words);
  }

  // [before] verb [particles] [rest] as rest, before, verb, particles.
  [[nodiscard]] std::string with_verb_last(const Words& words, std::size_t verb) const {
    std::size_t end = verb + 1;
    while (end < words.size() && is(words[end], WordClass::particle)) {
      ++end;
    }
    Words moved(words.begin() + static_cast<Place>(end), words.end());
    moved.insert(moved.end(), words.begin(), words.begin() + static_cast<Place>(end));
    std::erase_if(
        moved, [this](const std::string& word) { return is(word, WordClass::standing) && !is(word, WordClass::past); });
    if (end < words.size()) {
      make_singular(moved, words.size() - end - 1);
    }
    return join(moved);
  }

  // churned_users: user_churned. Only words that are known are made singular.
  void make_singular(Words& words, std::size_t place) const {
    if (place < words.size()) {
      const Token found = token(words[place]);
      if (found.exact == nullptr && found.singular != nullptr) {
        words[place] = found.singular->word;
      }
    }
  }

  std::string with_participle_last() {
    const std::vector<Token> tokens = tokens_of(lexicon_, words_);
    for (std::size_t place = 0; place + 1 < words_.size(); ++place) {
      if (is_past_form(lexicon_, tokens, place)) {
        return with_verb_last(words_, place);
      }
    }
    return {};
  }

  // active_user: user_activated.
  std::string with_adjective_become() {
    for (std::size_t place = 0; place < words_.size(); ++place) {
      const Token found = token(words_[place]);
      if ((found.is(WordClass::adjective) || found.is(WordClass::standing)) && found.exact != nullptr &&
          !found.exact->becomes.empty()) {
        Words words = words_;
        words[place] = found.exact->becomes;
        return words.size() == 1 ? finished(words) : with_verb_last(words, place);
      }
    }
    return {};
  }

  // user_creates_project, add_to_cart, sign_up.
  std::string with_verb_in_past() {
    for (std::size_t place = 0; place < words_.size(); ++place) {
      const Words words = with_past_at(place);
      if (!words.empty()) {
        return finished(words);
      }
    }
    return {};
  }

  // create_project.
  std::string with_verb_in_past_last() {
    for (std::size_t place = 0; place + 1 < words_.size(); ++place) {
      const Words words = with_past_at(place);
      if (!words.empty()) {
        return with_verb_last(words, place + words.size() - words_.size());
      }
    }
    return {};
  }

  const Lexicon& lexicon_;
  Words words_;
};

} // namespace

std::string mended_name(const Lexicon& lexicon, std::string_view name,
                        const std::function<bool(std::string_view)>& is_valid) {
  Words words = words_of(name.substr(0, 2 * most_name_bytes));
  for (std::string& attempt : Mender(lexicon, std::move(words)).attempts()) {
    if (!attempt.empty() && attempt != name && attempt.size() <= most_name_bytes && is_snake_case(attempt) &&
        is_valid(attempt)) {
      return std::move(attempt);
    }
  }
  return {};
}

} // namespace lifecycle::event
