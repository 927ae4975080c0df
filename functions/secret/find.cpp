#include "functions/secret/find.hpp"

#include <algorithm>

#include "functions/core/interrupt.hpp"
#include "functions/core/stack.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::secret {
namespace {

namespace layout = json::layout;

// A longer text names no header.
constexpr std::size_t longest_name = 64;

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte; }

// `lower_word` in any case.
bool is_word(std::string_view text, std::string_view lower_word) {
  return text.size() == lower_word.size() &&
         std::equal(text.begin(), text.end(), lower_word.begin(), [](char a, char b) { return lower(a) == b; });
}

bool names_value(std::string_view key) { return is_word(key, "value") || is_word(key, "values"); }

// How many digits before its point make a number a secret, in words of four. Fewer are a flag, a code or a small count;
// beside a name in a list, where words are counted, also a large one.
constexpr int words_under_key = 1;
constexpr int words_beside_name = 2;

bool is_long_number(std::string_view bytes, int words) {
  const json::Numeric number = json::read_numeric(bytes);
  return number.kind == json::Numeric::Kind::finite && number.count > 0 &&
         (number.weight >= words || (number.weight == words - 1 && number.word(0) >= 1000));
}

// Whether a text may be the value of the name before it in a list, and not a word like it or a sentence about it. In
// a list of pairs names are names; elsewhere a value has a digit, or the word for a scheme before it.
bool may_be_value(std::string_view text, bool is_pair) {
  if (text.find('=') != std::string_view::npos) {
    return true;
  }
  const auto spaces = std::count(text.begin(), text.end(), ' ');
  const std::string_view scheme = text.substr(0, text.find(' '));
  return spaces <= 1 && (is_pair || std::any_of(text.begin(), text.end(), is_digit) ||
                         (spaces == 1 && (is_word(scheme, "bearer") || is_word(scheme, "basic") ||
                                          is_word(scheme, "token") || is_word(scheme, "digest"))));
}

class Walk {
 public:
  Walk(const RuleSet& rules, std::size_t most) : rules_(rules), most_(most) {}

  // is_pair: an element of a list of pairs.
  void container(const json::Container& container, bool is_pair) {
    check_stack();
    const bool is_object = container.kind == json::ContainerKind::object;
    const RuleRow* const named = is_object ? named_by(container) : nullptr;
    // [["Authorization", "…"], …], ["Authorization", "…"], and lists in which names and values take turns.
    const bool is_list = container.kind == json::ContainerKind::array;
    const bool takes_turns = is_list && container.count % 2 == 0;
    const bool of_pairs = is_list && container.count > 1 && holds_pairs(container);
    const RuleRow* before = nullptr;
    std::uint32_t key_end = 0;
    std::uint32_t end = is_object ? values_begin(container) : 0;
    for (std::uint32_t i = 0; i < container.count && !is_full(); ++i) {
      if (i % interrupt_interval == interrupt_interval - 1) {
        poll_interrupts();
      }
      const std::uint32_t begin = end;
      const std::uint32_t entry = json::entry_at(container.entries, i + (is_object ? container.count : 0));
      end = json::entry_end(entry, begin, container.size);
      const Child child = {json::entry_type(entry), container.data + begin, begin, end, &container};
      if (container.kind == json::ContainerKind::scalar) {
        value(child, false);
      } else if (is_object) {
        const std::uint32_t key_begin = key_end;
        key_end = json::entry_end(json::entry_at(container.entries, i), key_begin, container.size);
        const std::string_view key(container.data + key_begin, key_end - key_begin);
        path_.emplace_back(key);
        member(key, child, named);
        path_.pop_back();
      } else {
        path_.push_back(std::to_string(i));
        if (before != nullptr && is_value_of(*before, child, is_pair)) {
          add(before, What::under);
        } else {
          value(child, of_pairs);
        }
        path_.pop_back();
        before = takes_turns && i % 2 == 0 ? rule_of_name(child) : nullptr;
      }
    }
  }

  std::vector<Finding> findings;

 private:
  struct Child {
    std::uint32_t type;
    const char* data;
    std::uint32_t begin;
    std::uint32_t end;
    const json::Container* parent;

    [[nodiscard]] std::string_view text() const { return {data, end - begin}; }
    [[nodiscard]] std::string_view aligned() const {
      const std::uint32_t start = json::aligned_begin(begin, end);
      return {parent->data + start, end - start};
    }
    [[nodiscard]] json::Container opened() const { return json::open_container(aligned()); }
  };

  static std::uint32_t values_begin(const json::Container& object) {
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < object.count; ++i) {
      end = json::entry_end(json::entry_at(object.entries, i), end, object.size);
    }
    return end;
  }

  [[nodiscard]] bool is_full() const { return findings.size() >= most_; }

  void add(const RuleRow* rule, What what) { findings.push_back({path_, rule, what}); }

  [[nodiscard]] const RuleRow* rule_of_name(const Child& child) const {
    const std::string_view name = child.type == layout::type_string ? child.text() : std::string_view();
    // One with a space is a title, and says nothing of what stands beside it.
    return !name.empty() && name.size() <= longest_name && name.find(' ') == std::string_view::npos
               ? rules_.of_key(name)
               : nullptr;
  }

  // Headers and settings come as lists of {"name": "X-Api-Key", "value": "…"}, too: the rule of the key that such an
  // object names.
  [[nodiscard]] const RuleRow* named_by(const json::Container& object) const {
    std::uint32_t key_end = 0;
    std::uint32_t end = values_begin(object);
    for (std::uint32_t i = 0; i < object.count; ++i) {
      const std::uint32_t begin = end;
      const std::uint32_t entry = json::entry_at(object.entries, i + object.count);
      end = json::entry_end(entry, begin, object.size);
      const std::uint32_t key_begin = key_end;
      key_end = json::entry_end(json::entry_at(object.entries, i), key_begin, object.size);
      const std::string_view key(object.data + key_begin, key_end - key_begin);
      if (is_word(key, "name") || is_word(key, "key") || is_word(key, "header")) {
        const RuleRow* const rule = rule_of_name({json::entry_type(entry), object.data + begin, begin, end, &object});
        if (rule != nullptr) {
          return rule;
        }
      }
    }
    return nullptr;
  }

  // Whether all elements are lists of two of which the first is a text.
  static bool holds_pairs(const json::Container& list) {
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < list.count; ++i) {
      const std::uint32_t begin = end;
      const std::uint32_t entry = json::entry_at(list.entries, i);
      end = json::entry_end(entry, begin, list.size);
      if (json::entry_type(entry) != layout::type_container) {
        return false;
      }
      const json::Container inner = Child{json::entry_type(entry), list.data + begin, begin, end, &list}.opened();
      if (inner.kind != json::ContainerKind::array || inner.count != 2 ||
          json::entry_type(json::entry_at(inner.entries, 0)) != layout::type_string) {
        return false;
      }
    }
    return true;
  }

  // Whether an element of a list is the secret that the name before it promises.
  [[nodiscard]] bool is_value_of(const RuleRow& name, const Child& child, bool is_pair) const {
    if (child.type == layout::type_string) {
      return may_be_value(child.text(), is_pair) && !rules_.is_harmless(child.text());
    }
    return child.type == layout::type_numeric && name.numbers && is_long_number(child.aligned(), words_beside_name);
  }

  void member(std::string_view key, const Child& child, const RuleRow* named) {
    if (const RuleRow* const rule = rules_.of_value(key); rule != nullptr) {
      add(rule, What::key);
    } else if (const RuleRow* const by_key = rules_.of_key(key);
               by_key != nullptr && holds_secret(child, by_key->numbers)) {
      add(by_key, What::under);
    } else if (named != nullptr && names_value(key) && holds_secret(child, named->numbers)) {
      add(named, What::under);
    } else {
      value(child, false);
    }
  }

  void value(const Child& child, bool is_pair) {
    if (child.type == layout::type_string) {
      if (const RuleRow* const rule = rules_.of_value(child.text()); rule != nullptr) {
        add(rule, What::value);
      }
    } else if (child.type == layout::type_container) {
      container(child.opened(), is_pair);
    }
  }

  // Whether there is anything in it that could be a secret: truth values and masks are none. Numbers, where those under
  // this key may be, stand right there, in a list, or are called value: others tell of it, as lengths and times do.
  [[nodiscard]] bool holds_secret(const Child& child, bool with_numbers, bool is_told_of = false) const {
    if (child.type == layout::type_string) {
      return !rules_.is_harmless(child.text());
    }
    if (child.type == layout::type_numeric) {
      return with_numbers && !is_told_of && is_long_number(child.aligned(), words_under_key);
    }
    if (child.type != layout::type_container) {
      return false;
    }
    check_stack();
    const json::Container inner = child.opened();
    const bool is_object = inner.kind == json::ContainerKind::object;
    std::uint32_t key_end = 0;
    std::uint32_t end = is_object ? values_begin(inner) : 0;
    for (std::uint32_t i = 0; i < inner.count; ++i) {
      const std::uint32_t begin = end;
      const std::uint32_t entry = json::entry_at(inner.entries, i + (is_object ? inner.count : 0));
      end = json::entry_end(entry, begin, inner.size);
      if (is_object) {
        const std::uint32_t key_begin = key_end;
        key_end = json::entry_end(json::entry_at(inner.entries, i), key_begin, inner.size);
        is_told_of = !names_value({inner.data + key_begin, key_end - key_begin});
      }
      if (holds_secret({json::entry_type(entry), inner.data + begin, begin, end, &inner}, with_numbers, is_told_of)) {
        return true;
      }
    }
    return false;
  }

  const RuleSet& rules_;
  std::size_t most_;
  std::vector<std::string> path_;
};

} // namespace

std::vector<Finding> find_in(const RuleSet& rules, const json::Container& document, std::size_t most) {
  Walk walk(rules, most);
  walk.container(document, false);
  return std::move(walk.findings);
}

bool has_secret(const RuleSet& rules, std::string_view bytes, bool is_jsonb) {
  return is_jsonb ? !find_in(rules, json::open_container(bytes), 1).empty() : rules.of_value(bytes) != nullptr;
}

} // namespace lifecycle::secret
