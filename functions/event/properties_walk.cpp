#include "functions/event/properties_walk.hpp"

#include <array>

#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

namespace layout = json::layout;

// A container on the way down, and how far it has been read.
struct Level {
  json::Container container;
  std::uint32_t next; // child
  std::uint32_t end;  // where the one before it ends
};

std::string_view child_bytes(const Level& level, std::uint32_t begin) {
  const std::uint32_t start = json::aligned_begin(begin, level.end);
  return {level.container.data + start, level.end - start};
}

// Past the keys of an object: its values begin there.
std::uint32_t keys_end(const json::Container& object) {
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < object.count; ++i) {
    end = json::entry_end(json::entry_at(object.entries, i), end, object.size);
  }
  return end;
}

Level level_of(const json::Container& container) {
  const bool is_object = container.kind == json::ContainerKind::object;
  return {container, 0, is_object ? keys_end(container) : 0};
}

// The next child that is a container; false where there is none left.
bool next_container(Level& level, json::Container& child) {
  const json::Container& container = level.container;
  const char* const entries =
      container.entries + (container.kind == json::ContainerKind::object ? container.count * sizeof(std::uint32_t) : 0);
  while (level.next < container.count) {
    if (level.next % interrupt_interval == interrupt_interval - 1) {
      poll_interrupts();
    }
    const std::uint32_t begin = level.end;
    const std::uint32_t entry = json::entry_at(entries, level.next++);
    level.end = json::entry_end(entry, begin, container.size);
    if (json::entry_type(entry) == layout::type_container) {
      child = json::open_container(child_bytes(level, begin));
      return true;
    }
  }
  return false;
}

// Most events nest a few levels; deeper ones spill to the heap.
class Levels {
 public:
  void push(const Level& level) {
    if (size_ < few_.size()) {
      few_[size_] = level;
    } else {
      many_.push_back(level);
    }
    ++size_;
  }
  void pop() {
    if (size_-- > few_.size()) {
      many_.pop_back();
    }
  }
  Level& top() { return size_ <= few_.size() ? few_[size_ - 1] : many_.back(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::array<Level, 8> few_; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by push
  std::vector<Level> many_;
  std::size_t size_ = 0;
};

std::string_view key_at(const json::Container& object, std::uint32_t index) {
  std::uint32_t begin = 0;
  for (std::uint32_t i = 0; i < index; ++i) {
    begin = json::entry_end(json::entry_at(object.entries, i), begin, object.size);
  }
  return {object.data + begin, json::entry_end(json::entry_at(object.entries, index), begin, object.size) - begin};
}

void explain_own_keys(Contract& contract, const json::Container& object, const std::string& pointer,
                      FindingList& findings) {
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < object.count; ++i) {
    poll_interrupts();
    const std::uint32_t begin = end;
    end = json::entry_end(json::entry_at(object.entries, i), begin, object.size);
    const std::string_view key(object.data + begin, end - begin);
    const Verdict verdict = contract.key(key);
    if (verdict == valid) {
      continue;
    }
    if (findings.is_full()) {
      findings.count_more(verdict == naming_error ? Severity::error : Severity::warning, true);
    } else if (std::optional<Finding> found = contract.explain_key(key)) {
      found->pointer = pointer + pointer_step(key);
      findings.add(std::move(*found));
    }
  }
}

} // namespace

Verdict judge_keys(Contract& contract, const json::Container& container, unsigned depth) {
  Verdict verdict = valid;
  const auto enter = [&](const json::Container& entered) {
    if (entered.kind == json::ContainerKind::object) {
      verdict |= contract.keys(entered);
    }
  };
  if (depth > limits.max_depth) {
    return structure_error;
  }
  enter(container);
  Levels levels;
  levels.push(level_of(container));
  for (json::Container child{}; levels.size() > 0;) {
    if (!next_container(levels.top(), child)) {
      levels.pop();
    } else if (depth + levels.size() > limits.max_depth) {
      verdict |= structure_error;
    } else {
      enter(child);
      levels.push(level_of(child));
    }
  }
  return verdict;
}

void explain_keys(Contract& contract, const json::Container& container, unsigned depth, std::string pointer,
                  FindingList& findings) {
  struct Place {
    Level level;
    std::size_t pointer_size; // of the container's own pointer
  };
  std::vector<Place> places;
  bool too_deep = false;
  const auto enter = [&](const json::Container& entered) {
    if (depth + places.size() > limits.max_depth) {
      if (!too_deep) {
        findings.add({Severity::error,
                      false,
                      "properties.too_deep",
                      pointer,
                      "objects and arrays are nested deeper than " + std::to_string(limits.max_depth) +
                          " levels (lifecycle_ledger.max_depth)",
                      {}});
      }
      too_deep = true;
      return;
    }
    if (entered.kind == json::ContainerKind::object) {
      explain_own_keys(contract, entered, pointer, findings);
    }
    places.push_back({level_of(entered), pointer.size()});
  };
  enter(container);
  for (json::Container child{}; !places.empty();) {
    Place& place = places.back();
    pointer.resize(place.pointer_size);
    if (!next_container(place.level, child)) {
      places.pop_back();
      continue;
    }
    const json::Container& parent = place.level.container;
    const std::uint32_t index = place.level.next - 1;
    pointer += parent.kind == json::ContainerKind::object ? pointer_step(key_at(parent, index))
                                                          : pointer_step(std::to_string(index));
    enter(child);
  }
}

} // namespace lifecycle::event
