#include "functions/event/mend.hpp"

#include <algorithm>
#include <vector>

#include "functions/event/grammar.hpp"
#include "functions/event/name_rules.hpp"
#include "functions/event/verb_forms.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

using Words = std::vector<std::string>;
using Place = Words::difference_type;

Words slice(const Words& words, std::size_t begin, std::size_t end) {
  return {words.begin() + static_cast<Place>(begin), words.begin() + static_cast<Place>(end)};
}

Words joined(Words first, const Words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

class Mender {
 public:
  Mender(const Lexicon& lexicon, Words words) : lexicon_(lexicon), words_(std::move(words)) {
    split_particles();
    if (says_no()) {
      words_.clear();
    }
    drop_flags_and_measures();
    tokens_ = tokens_of(lexicon_, words_);
  }

  // Attempts from the likeliest to the boldest; each is a name, or empty.
  std::vector<std::string> attempts() {
    std::vector<std::string> out;
    if (!words_.empty()) {
      for (const auto attempt :
           {&Mender::as_it_is, &Mender::with_standing_dropped, &Mender::with_spelling_mended,
            &Mender::with_attribute_dropped, &Mender::with_state_changed, &Mender::with_verb_in_past,
            &Mender::with_participle_last, &Mender::with_last_word_in_past, &Mender::with_adjective_become}) {
        out.push_back((this->*attempt)());
      }
    }
    return out;
  }

 private:
  [[nodiscard]] Token token(const std::string& word) const { return tokens_of(lexicon_, {word}).front(); }
  [[nodiscard]] bool is(const std::string& word, WordClass word_class) const { return token(word).is(word_class); }

  // signedup: signed up.
  void split_particles() {
    for (std::size_t place = 0; place < words_.size(); ++place) {
      for (const std::string_view particle : {"up", "in", "out", "off", "on", "back", "down"}) {
        const std::string word = words_[place];
        if (word.size() > particle.size() + 4 && word.ends_with(particle) && lexicon_.find(word) == nullptr) {
          const std::string verb = word.substr(0, word.size() - particle.size());
          if (verb.ends_with("ed") && verb_form(lexicon_, verb) == VerbForm::past) {
            words_[place] = verb;
            words_.emplace(words_.begin() + static_cast<Place>(place) + 1, particle);
            break;
          }
        }
      }
    }
  }

  // What did not happen cannot be turned into what did.
  [[nodiscard]] bool says_no() const {
    return std::any_of(words_.begin(), words_.end(), [this](const std::string& word) {
      return word == "not" || word == "never" || word == "no" || verb_form(lexicon_, word) == VerbForm::negated;
    });
  }

  [[nodiscard]] bool is_measure(const std::string& word) const {
    return is(word, WordClass::metric) || is(word, WordClass::period);
  }

  void drop_flags_and_measures() {
    words_.erase(std::find(words_.begin(), words_.end(), "per"), words_.end());
    const std::size_t before = words_.size();
    std::erase_if(words_, [this](const std::string& word) { return is(word, WordClass::auxiliary); });
    const auto is_lead = [this](const std::string& word) {
      return is_measure(word) || is(word, WordClass::number) || word == "of" || word == "last" || word == "latest";
    };
    words_.erase(words_.begin(), std::find_if_not(words_.begin(), words_.end(), is_lead));
    const auto is_end = [this](const std::string& word) {
      return is_measure(word) || is(word, WordClass::number) || is(word, WordClass::version) || word == "at";
    };
    while (!words_.empty() && is_end(words_.back())) {
      words_.pop_back();
    }
    if (words_.size() != before) {
      for (std::size_t place = 0; place < words_.size(); ++place) {
        make_singular(words_, place);
      }
    }
  }

  // Only words that are known.
  void make_singular(Words& words, std::size_t place) const {
    const Token found = token(words[place]);
    if (found.singular != nullptr && !found.is(WordClass::past)) {
      words[place] = found.singular->word;
    }
  }

  // A name that is nothing but the action is done by the user.
  [[nodiscard]] std::string finished(Words words) const {
    const std::vector<Token> tokens = tokens_of(lexicon_, words);
    if (tokens.front().is(WordClass::past) && std::all_of(tokens.begin() + 1, tokens.end(), [](const Token& word) {
          return word.is(WordClass::particle) || word.text.ends_with("ly");
        })) {
      words.insert(words.begin(), "user");
    }
    return join(words);
  }

  std::string as_it_is() { return finished(words_); }

  // active_user_logged_in: who is active is found out downstream.
  std::string with_standing_dropped() {
    Words words;
    for (std::size_t place = 0; place < words_.size(); ++place) {
      const bool describes = place + 1 < words_.size() && tokens_[place].is(WordClass::standing) &&
                             tokens_[place + 1].is(WordClass::person);
      if (!describes) {
        words.push_back(words_[place]);
      }
    }
    return words.size() < words_.size() ? finished(words) : std::string();
  }

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

  // email_verified_flag, user_created_at.
  std::string with_attribute_dropped() {
    const Token& last = tokens_.back();
    if (words_.size() < 2 || (!last.is(WordClass::state) && !last.is(WordClass::attribute)) ||
        last.is(WordClass::past)) {
      return {};
    }
    return finished(slice(words_, 0, words_.size() - 1));
  }

  std::string with_state_changed() {
    if (!tokens_.back().is(WordClass::state) || is_imperative(tokens_)) {
      return {};
    }
    return join(joined(words_, {"changed"}));
  }

  // The past form of a verb's present, of a noun for an action, of a word in -ing; its words, or none.
  [[nodiscard]] Words past_words(const Token& word) const {
    const Lexicon::Entry* action = entry_with(word, WordClass::action_noun);
    if (action != nullptr && !action->becomes.empty()) {
      return words_of(action->becomes);
    }
    const std::string base = listed_base(lexicon_, word.text);
    if (!base.empty()) {
      return {past_of(lexicon_, base)};
    }
    const std::string past = past_of_progressive(lexicon_, word.text);
    return past.empty() ? Words() : Words{past};
  }

  [[nodiscard]] std::size_t after_particles(std::size_t place) const {
    while (place < tokens_.size() && tokens_[place].is(WordClass::particle)) {
      ++place;
    }
    return place;
  }

  // purchase_date, but not add_payment_info.
  [[nodiscard]] bool is_measure_of_action() const {
    return tokens_[0].is(WordClass::action_noun) &&
           (tokens_.back().is(WordClass::attribute) || tokens_.back().is(WordClass::metric));
  }

  // creating_project, sends_email.
  [[nodiscard]] bool is_inflected(const Token& word) const {
    if (word.is(WordClass::adjective) || word.is(WordClass::noun) || word.exact != nullptr) {
      return false;
    }
    return !past_of_progressive(lexicon_, word.text).empty() || !listed_base(lexicon_, word.text).empty();
  }

  // create_project, add_to_cart, sign_up, user_creates_project.
  std::string with_verb_in_past() {
    const bool imperative = is_imperative(tokens_) ? !is_measure_of_action() : is_inflected(tokens_[0]);
    const bool of_somebody = words_.size() > 2 &&
                             (tokens_[0].is(WordClass::person) || tokens_[0].is(WordClass::actor)) &&
                             !listed_base(lexicon_, words_[1]).empty();
    if (!imperative && !of_somebody) {
      return {};
    }
    const std::size_t verb = imperative ? 0 : 1;
    const std::size_t end = after_particles(verb + 1);
    const Words before = slice(words_, 0, verb);
    const Words action = joined({past_of(lexicon_, base_of(verb))}, slice(words_, verb + 1, end));
    const Words rest = slice(words_, end, words_.size());
    if (imperative && !rest.empty() && !tokens_[end].is(WordClass::preposition)) {
      return join(joined(rest, action));
    }
    return finished(joined(joined(before, action), rest));
  }

  [[nodiscard]] std::string base_of(std::size_t place) const {
    const std::string base = listed_base(lexicon_, words_[place]);
    return base.empty() ? words_[place].substr(0, words_[place].size() - 3) : base;
  }

  // user_login, project_create, project_creating. A person is not taken for a verb (sales_lead), nor is a noun that
  // stands for no action (referral_code).
  std::string with_last_word_in_past() {
    std::size_t place = words_.size() - 1;
    while (place > 0 && tokens_[place].is(WordClass::particle)) {
      --place;
    }
    const Token& last = tokens_[place];
    if (last.is(WordClass::person) || last.is(WordClass::past) || last.is(WordClass::state) ||
        last.is(WordClass::attribute) || (last.is(WordClass::noun) && !last.is(WordClass::action_noun)) ||
        (last.is(WordClass::adjective) && listed_base(lexicon_, last.text).empty())) {
      return {};
    }
    const Words past = past_words(last);
    return past.empty()
               ? std::string()
               : finished(joined(joined(slice(words_, 0, place), past), slice(words_, place + 1, words_.size())));
  }

  // [before] verb [particles] rest as rest, before, verb, particles.
  [[nodiscard]] std::string with_verb_last(Words words, std::size_t verb) const {
    const std::size_t end = after_particles(verb + 1);
    if (end == words.size()) {
      return finished(words);
    }
    make_singular(words, words.size() - 1);
    Words moved = joined(slice(words, end, words.size()), slice(words, 0, end));
    std::erase_if(
        moved, [this](const std::string& word) { return is(word, WordClass::standing) && !is(word, WordClass::past); });
    return join(moved);
  }

  // churned_user.
  std::string with_participle_last() {
    for (std::size_t place = 0; place + 1 < words_.size(); ++place) {
      if (is_past_form(lexicon_, tokens_, place) && !tokens_[place].is(WordClass::descriptive)) {
        return with_verb_last(words_, place);
      }
    }
    return {};
  }

  // active_user: user_activated.
  std::string with_adjective_become() {
    for (std::size_t place = 0; place < words_.size(); ++place) {
      for (const WordClass word_class : {WordClass::adjective, WordClass::standing}) {
        const Lexicon::Entry* entry = entry_with(tokens_[place], word_class);
        if (entry != nullptr && !entry->becomes.empty()) {
          Words words = words_;
          words[place] = entry->becomes;
          return with_verb_last(words, place);
        }
      }
    }
    return {};
  }

  const Lexicon& lexicon_;
  Words words_;
  std::vector<Token> tokens_;
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
