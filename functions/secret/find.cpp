#include "functions/secret/find.hpp"

#include "functions/core/interrupt.hpp"
#include "functions/core/stack.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::secret {
namespace {

namespace layout = json::layout;

class Walk {
 public:
  Walk(const RuleSet& rules, std::size_t most) : rules_(rules), most_(most) {}

  void container(const json::Container& container) {
    check_stack();
    const bool is_object = container.kind == json::ContainerKind::object;
    const RuleRow* const named = is_object ? named_by(container) : nullptr;
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
        value(child);
      } else if (is_object) {
        const std::uint32_t key_begin = key_end;
        key_end = json::entry_end(json::entry_at(container.entries, i), key_begin, container.size);
        const std::string_view key(container.data + key_begin, key_end - key_begin);
        path_.emplace_back(key);
        member(key, child, named);
        path_.pop_back();
      } else {
        path_.push_back(std::to_string(i));
        value(child);
        path_.pop_back();
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
    [[nodiscard]] json::Container opened() const {
      const std::uint32_t start = json::aligned_begin(begin, end);
      return json::open_container({parent->data + start, end - start});
    }
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

  // Headers and settings come as lists of {"name": "X-Api-Key", "value": "…"}, too: the rule of the key that such an
  // object names. A name with a space is a title, and says nothing of what stands beside it.
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
      if (json::entry_type(entry) == layout::type_string && (key == "name" || key == "key" || key == "header")) {
        const std::string_view name(object.data + begin, end - begin);
        const RuleRow* const rule = name.find(' ') == std::string_view::npos ? rules_.of_key(name) : nullptr;
        if (rule != nullptr) {
          return rule;
        }
      }
    }
    return nullptr;
  }

  void member(std::string_view key, const Child& child, const RuleRow* named) {
    if (const RuleRow* const rule = rules_.of_value(key); rule != nullptr) {
      add(rule, What::key);
    } else if (const RuleRow* const by_key = rules_.of_key(key); by_key != nullptr && holds_text(child)) {
      add(by_key, What::under);
    } else if (named != nullptr && (key == "value" || key == "values") && holds_text(child)) {
      add(named, What::under);
    } else {
      value(child);
    }
  }

  void value(const Child& child) {
    if (child.type == layout::type_string) {
      if (const RuleRow* const rule = rules_.of_value(child.text()); rule != nullptr) {
        add(rule, What::value);
      }
    } else if (child.type == layout::type_container) {
      container(child.opened());
    }
  }

  // Whether there is a text in it that could be a secret: numbers, truth values and masks are none.
  [[nodiscard]] bool holds_text(const Child& child) const {
    if (child.type == layout::type_string) {
      return !rules_.is_harmless(child.text());
    }
    if (child.type != layout::type_container) {
      return false;
    }
    check_stack();
    const json::Container inner = child.opened();
    const bool is_object = inner.kind == json::ContainerKind::object;
    std::uint32_t end = is_object ? values_begin(inner) : 0;
    for (std::uint32_t i = 0; i < inner.count; ++i) {
      const std::uint32_t begin = end;
      const std::uint32_t entry = json::entry_at(inner.entries, i + (is_object ? inner.count : 0));
      end = json::entry_end(entry, begin, inner.size);
      if (holds_text({json::entry_type(entry), inner.data + begin, begin, end, &inner})) {
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
  walk.container(document);
  return std::move(walk.findings);
}

bool has_secret(const RuleSet& rules, std::string_view bytes, bool is_jsonb) {
  return is_jsonb ? !find_in(rules, json::open_container(bytes), 1).empty() : rules.of_value(bytes) != nullptr;
}

} // namespace lifecycle::secret
