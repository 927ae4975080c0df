#include "functions/event/rule_set.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "functions/core/error.hpp"
#include "functions/event/finding.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

using Json = nlohmann::json;

template <typename Value, std::size_t count>
Value chosen(std::string_view what, std::string_view text,
             const std::array<std::pair<std::string_view, Value>, count>& values) {
  std::string names;
  for (const auto& [name, value] : values) {
    if (name == text) {
      return value;
    }
    names += names.empty() ? std::string(name) : ", " + std::string(name);
  }
  throw Error(sqlstate::invalid_parameter_value, in_quotes(text) + " is no " + std::string(what), {},
              "Use one of " + names + ".");
}

constexpr std::array<std::pair<std::string_view, VerbKind>, 3> verb_kinds = {
    {{"past", VerbKind::past}, {"same", VerbKind::same}, {"none", VerbKind::none}}};
constexpr std::array<std::pair<std::string_view, Subject>, 2> subjects = {
    {{"event_name", Subject::event_name}, {"property", Subject::property}}};
constexpr std::array<std::pair<std::string_view, Severity>, 3> severities = {
    {{"allow", Severity::allow}, {"warning", Severity::warning}, {"error", Severity::error}}};

[[noreturn]] void fail_overlay(const std::string& pointer, const std::string& what, const std::string& hint) {
  throw Error(sqlstate::invalid_parameter_value, "the overlay of the event rules is invalid",
              "At " + (pointer.empty() ? "\"\"" : pointer) + ": " + what, hint);
}

constexpr char shape_hint[] =
    R"(Use {"add": [{"applies_to": "property", "pattern": "+_count", "severity": "allow"}], "disable": ["+_score"], )"
    R"("verbs": [{"past": "yeeted", "base": "yeet"}], "words": [{"class": "person", "word": "patient"}]}.)";

// One object of the overlay and where it stands.
class Item {
 public:
  Item(const Json& object, std::string pointer, std::initializer_list<std::string_view> known)
      : object_(object), pointer_(std::move(pointer)) {
    if (!object.is_object()) {
      fail_overlay(pointer_, "this is no object.", shape_hint);
    }
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        fail_overlay(pointer_ + pointer_step(key), "there is no such key here.", shape_hint);
      }
    }
  }

  [[nodiscard]] std::string text(const char* key, const char* otherwise = nullptr) const {
    const auto found = object_.find(key);
    if (found == object_.end() && otherwise != nullptr) {
      return otherwise;
    }
    if (found == object_.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
      fail_overlay(pointer_ + pointer_step(key), "a text is needed here.", shape_hint);
    }
    return found->get<std::string>();
  }

  [[nodiscard]] bool truth(const char* key, bool otherwise) const {
    const auto found = object_.find(key);
    if (found != object_.end() && !found->is_boolean()) {
      fail_overlay(pointer_ + pointer_step(key), "true or false is needed here.", shape_hint);
    }
    return found == object_.end() ? otherwise : found->get<bool>();
  }

 private:
  const Json& object_;
  std::string pointer_;
};

void add_rule(RuleSet& rules, const Item& item) {
  RuleRow rule{subject(item.text("applies_to")),
               item.text("pattern"),
               {},
               severity(item.text("severity", "error")),
               item.text("reason", "is refused by the overlay")};
  rule.code = item.text("code", rule.applies_to == Subject::property ? "property.overlay" : "event_name.overlay");
  std::erase_if(rules.rules, [&rule](const RuleRow& old) {
    return old.applies_to == rule.applies_to && old.pattern == rule.pattern;
  });
  rules.rules.push_back(std::move(rule));
}

void add_verb(RuleSet& rules, const Item& item) {
  VerbRow verb{item.text("past"), {}, verb_kind(item.text("kind", "past")), item.truth("proposed", true)};
  verb.base = item.text("base", verb.past.c_str());
  std::erase_if(rules.verbs, [&verb](const VerbRow& old) { return old.past == verb.past; });
  rules.verbs.push_back(std::move(verb));
}

void add_word(RuleSet& rules, const Item& item) {
  rules.words.push_back({item.text("class"), item.text("word"), item.text("becomes", "")});
}

void disable(RuleSet& rules, const Json& pattern, const std::string& pointer) {
  if (!pattern.is_string()) {
    fail_overlay(pointer, "the pattern of a rule is needed here.", shape_hint);
  }
  const auto& text = pattern.get_ref<const std::string&>();
  if (std::erase_if(rules.rules, [&text](const RuleRow& rule) { return rule.pattern == text; }) == 0) {
    fail_overlay(pointer, "no enabled rule has the pattern " + in_quotes(text) + ".",
                 "SELECT pattern FROM lifecycle.event_rules WHERE enabled;");
  }
}

} // namespace

VerbKind verb_kind(std::string_view text) { return chosen("kind of verb", text, verb_kinds); }

Subject subject(std::string_view text) { return chosen("subject of event rules", text, subjects); }

Severity severity(std::string_view text) { return chosen("severity of event rules", text, severities); }

std::string_view name_of(Severity severity) { return severities[static_cast<std::size_t>(severity)].first; }

RuleSet overlaid(const RuleSet& rules, std::string_view overlay) {
  const Json document = Json::parse(overlay, nullptr, false);
  if (!document.is_object()) {
    fail_overlay("", "this is no JSON object.", shape_hint);
  }
  RuleSet result = rules;
  for (const auto& [key, list] : document.items()) {
    const std::string pointer = pointer_step(key);
    if (key != "add" && key != "disable" && key != "verbs" && key != "words") {
      fail_overlay(pointer, "there is no such key here.", shape_hint);
    }
    if (!list.is_array()) {
      fail_overlay(pointer, "this is no array.", shape_hint);
    }
  }
  // Taken away before anything is added, whatever their order in the document.
  for (const char* const key : {"disable", "add", "verbs", "words"}) {
    const auto list = document.find(key);
    for (std::size_t i = 0; list != document.end() && i < list->size(); ++i) {
      const Json& item = (*list)[i];
      const std::string place = pointer_step(key) + pointer_step(std::to_string(i));
      switch (key[0]) {
        case 'd':
          disable(result, item, place);
          break;
        case 'a':
          add_rule(result, Item(item, place, {"applies_to", "pattern", "code", "severity", "reason"}));
          break;
        case 'v':
          add_verb(result, Item(item, place, {"past", "base", "kind", "proposed"}));
          break;
        default:
          add_word(result, Item(item, place, {"class", "word", "becomes"}));
      }
    }
  }
  return result;
}

} // namespace lifecycle::event
