// The rules by which keys and values look like credentials: data of the database, compiled. The regular expressions are
// the host's, and are asked only where one of a rule's literals stands in the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/secret/clean_texts.hpp"
#include "functions/secret/literals.hpp"

namespace lifecycle::secret {

enum class AppliesTo : std::uint8_t {
  key,     // a member's name, which makes a secret of what is under it
  value,   // a text, or a part of it
  harmless // a text that is no secret whatever it stands under
};

// Raises invalid_parameter_value for another word.
AppliesTo applies_to(std::string_view word);

struct RuleRow {
  std::string name;
  AppliesTo applies_to;
  std::string pattern;
  std::vector<std::string> literals; // of which every match has one; none: not known
  bool numbers = false;              // of a key: numbers under it are secrets, too
};

class RuleSet {
 public:
  explicit RuleSet(std::vector<RuleRow> rows);

  // Whether any rule might find something: false is certain. `bytes` is a text, or a whole jsonb in its binary form.
  [[nodiscard]] bool might_find(std::string_view bytes) const {
    if (!always_.empty()) {
      return true;
    }
    return !(is_kept(bytes) && clean_.has(CleanTexts::entry_of(bytes))) && search(bytes);
  }

  // The first rule that says so; null where none does.
  [[nodiscard]] const RuleRow* of_value(std::string_view text) const { return find(AppliesTo::value, text); }
  [[nodiscard]] const RuleRow* of_key(std::string_view key) const { return find(AppliesTo::key, key); }
  [[nodiscard]] bool is_harmless(std::string_view text) const;

 private:
  static bool is_kept(std::string_view bytes) {
    return bytes.size() >= CleanTexts::shortest && bytes.size() <= CleanTexts::longest;
  }
  [[nodiscard]] bool search(std::string_view bytes) const;
  [[nodiscard]] const RuleRow* find(AppliesTo subject, std::string_view text) const;

  std::vector<RuleRow> rows_;
  std::vector<std::uint32_t> always_; // rules of keys and values without literals
  Literals literals_;                 // of rules of keys and values
  mutable CleanTexts clean_;          // texts and documents in which none of these stands
};

} // namespace lifecycle::secret
