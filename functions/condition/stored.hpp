// Values out of binary jsonb: the document itself, a member by its key, an element by its place. Nothing is copied;
// offsets are held against the bytes they lead into before anything is read there.
#pragma once

#include "functions/condition/value.hpp"
#include "functions/json/jsonb_reader.hpp"

namespace lifecycle::condition {

// memcmp() == 0 without a call: names are short.
inline bool same_bytes(const char* left, const char* right, std::size_t size) {
  using json::load;
  if (size >= sizeof(std::uint64_t)) {
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) < size; at += sizeof(std::uint64_t)) {
      if (load<std::uint64_t>(left + at) != load<std::uint64_t>(right + at)) {
        return false;
      }
    }
    at = size - sizeof(std::uint64_t); // the last eight, some of them again
    return load<std::uint64_t>(left + at) == load<std::uint64_t>(right + at);
  }
  if (size >= sizeof(std::uint32_t)) {
    const std::size_t at = size - sizeof(std::uint32_t);
    return load<std::uint32_t>(left) == load<std::uint32_t>(right) &&
           load<std::uint32_t>(left + at) == load<std::uint32_t>(right + at);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (left[i] != right[i]) {
      return false;
    }
  }
  return true;
}

inline bool same_text(std::string_view left, std::string_view right) {
  return left.size() == right.size() && same_bytes(left.data(), right.data(), left.size());
}

// Where the child with this entry begins: the sum of the lengths before it, back to the last entry that is an end.
inline std::uint32_t child_begin(const char* entries, std::size_t index) {
  namespace layout = json::layout;
  if (index == 0) {
    return 0;
  }
  // As the server writes them, ends stand at every 32nd entry, so this loop has no branch inside.
  const std::size_t base = (index - 1) & ~static_cast<std::size_t>(layout::end_stride - 1);
  std::uint32_t begin = 0;
  std::uint32_t flags = 0;
  for (std::size_t i = base + 1; i < index; ++i) {
    const std::uint32_t entry = json::entry_at(entries, i);
    begin += entry & layout::entry_length_mask;
    flags |= entry;
  }
  const std::uint32_t first = json::entry_at(entries, base);
  if ((flags & layout::entry_is_end) == 0 && (base == 0 || (first & layout::entry_is_end) != 0)) [[likely]] {
    return begin + (first & layout::entry_length_mask);
  }
  begin = 0;
  while (index-- > 0) {
    const std::uint32_t entry = json::entry_at(entries, index);
    begin += entry & layout::entry_length_mask;
    if ((entry & layout::entry_is_end) != 0) {
      break;
    }
  }
  return begin;
}

// The child at [begin, end) of the container's data, both already checked.
inline Value child_value(const json::Container& container, std::uint32_t entry, std::uint32_t begin,
                         std::uint32_t end) {
  namespace layout = json::layout;
  switch (json::entry_type(entry)) {
    case layout::type_string:
      return of_text({container.data + begin, end - begin});
    case layout::type_numeric: {
      const std::uint32_t aligned = json::aligned_begin(begin, end);
      return of_bytes(Kind::number, {container.data + aligned, end - aligned});
    }
    case layout::type_false:
      return of_kind(Kind::no);
    case layout::type_true:
      return of_kind(Kind::yes);
    case layout::type_null:
      return null_value();
    case layout::type_container: {
      const std::uint32_t aligned = json::aligned_begin(begin, end);
      const std::string_view bytes(container.data + aligned, end - aligned);
      if (bytes.size() < sizeof(std::uint32_t)) [[unlikely]] {
        json::fail_malformed("A container is shorter than its header.");
      }
      switch (json::container_kind(json::load<std::uint32_t>(bytes.data()))) {
        case json::ContainerKind::array:
          return of_bytes(Kind::array, bytes);
        case json::ContainerKind::object:
          return of_bytes(Kind::object, bytes);
        default:
          json::fail_malformed("A scalar document stands within another.");
      }
    }
    default:
      json::fail_malformed("A child is of no known type.");
  }
}

// The child with this entry, keys of an object counted first.
inline Value child_at(const json::Container& container, std::size_t index) {
  const std::uint32_t begin = child_begin(container.entries, index);
  const std::uint32_t entry = json::entry_at(container.entries, index);
  if (begin > container.size) [[unlikely]] {
    json::fail_malformed("A child begins beyond its container.");
  }
  return child_value(container, entry, begin, json::entry_end(entry, begin, container.size));
}

// The member of this name, or a missing value. Keys are sorted by length, then bytes, so the walk ends early.
inline Value find_member(std::string_view object, std::string_view key) {
  namespace layout = json::layout;
  const json::Container container = json::open_container(object);
  std::uint32_t begin = 0;
  for (std::uint32_t i = 0; i < container.count; ++i) {
    const std::uint32_t entry = json::entry_at(container.entries, i);
    const std::uint32_t field = entry & layout::entry_length_mask;
    const std::uint32_t end = (entry & layout::entry_is_end) != 0 ? field : begin + field;
    const std::uint32_t length = end - begin;
    if (length >= key.size()) {
      if (length > key.size()) {
        break;
      }
      if (end < begin || end > container.size) [[unlikely]] {
        json::fail_malformed("A key reaches beyond its object.");
      }
      if (same_bytes(container.data + begin, key.data(), key.size())) {
        return child_at(container, container.count + i);
      }
    }
    begin = end;
  }
  return of_kind(Kind::missing);
}

// Elements in order, each found from the end of the one before.
class StoredItems {
 public:
  explicit StoredItems(std::string_view array) : container_(json::open_container(array)) {}

  [[nodiscard]] std::uint32_t count() const { return container_.count; }

  // To be called at most count() times.
  Value next() {
    const std::uint32_t entry = json::entry_at(container_.entries, index_++);
    const std::uint32_t begin = begin_;
    begin_ = json::entry_end(entry, begin, container_.size);
    return child_value(container_, entry, begin, begin_);
  }

 private:
  json::Container container_;
  std::uint32_t index_ = 0;
  std::uint32_t begin_ = 0;
};

// A whole document; a scalar is taken out of the array it is stored in.
inline Value root_value(std::string_view bytes) {
  const json::Container container = json::open_container(bytes);
  switch (container.kind) {
    case json::ContainerKind::object:
      return of_bytes(Kind::object, bytes);
    case json::ContainerKind::array:
      return of_bytes(Kind::array, bytes);
    default:
      if (container.count != 1) [[unlikely]] {
        json::fail_malformed("A scalar document does not have exactly one value.");
      }
      return child_at(container, 0);
  }
}

// The only member of an object that has one.
struct Member {
  std::string_view key;
  Value value;
};

inline Member first_member(const json::Container& object) {
  const std::uint32_t entry = json::entry_at(object.entries, 0);
  const std::uint32_t end = json::entry_end(entry, 0, object.size);
  return {{object.data, end}, child_at(object, object.count)};
}

} // namespace lifecycle::condition
