#include "functions/json/canonical_writer.hpp"

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/json/pointer.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

char* put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// A key's ready text. Sizes are small and vary, so fixed-size copies that run over beat exact ones.
char* put_member_text(char* to, const char* text, std::size_t size) {
  constexpr std::size_t half = Shape::text_slack / 2;
  std::memcpy(to, text, half);
  if (size > half) {
    std::memcpy(to + half, text + half, half);
    if (size > Shape::text_slack) [[unlikely]] {
      std::memcpy(to + Shape::text_slack, text + Shape::text_slack, size - Shape::text_slack);
    }
  }
  return to + size;
}

template <typename T>
void trim_stack(std::vector<T>& stack) {
  if (stack.capacity() * sizeof(T) > OutputBuffer::kept_capacity) [[unlikely]] {
    std::vector<T>().swap(stack);
  }
}

// Appends an object's keys as stored and returns where their bytes end.
std::uint32_t append_sort_keys(const Container& object, std::vector<SortKey>& keys) {
  const std::size_t needed = keys.size() + object.count;
  if (needed > keys.capacity()) {
    keys.reserve(std::max(needed, 2 * keys.capacity()));
  }
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < object.count; ++i) {
    if (i % interrupt_interval == interrupt_interval - 1) {
      poll_interrupts();
    }
    const std::uint32_t begin = end;
    const std::uint32_t entry = entry_at(object.entries, i);
    end = entry_end(entry, begin, object.size);
    if (entry_type(entry) != layout::type_string) [[unlikely]] {
      fail_malformed("A key is not a string.");
    }
    const std::string_view key(object.data + begin, end - begin);
    keys.push_back({sort_prefix(key), key.data(), static_cast<std::uint32_t>(key.size()), i});
  }
  return end;
}

// Where the keys end and then each value, as stored; `ends` has room for count + 1.
void value_ends(const Container& object, std::uint32_t keys_end, std::uint32_t* ends) {
  const std::uint32_t size = object.size;
  const char* entry_bytes = object.entries + object.count * sizeof(std::uint32_t);
  std::uint64_t end = keys_end; // ends only grow, and 64 bits cannot overflow: one check at the end is enough
  *ends++ = keys_end;
  for (const std::uint32_t* const last = ends + object.count; ends != last; ++ends) {
    const auto entry = load<std::uint32_t>(entry_bytes);
    entry_bytes += sizeof entry;
    const std::uint32_t field = entry & layout::entry_length_mask;
    if ((entry & layout::entry_is_end) == 0) [[likely]] {
      end += field;
    } else if (end <= field) {
      end = field;
    } else {
      fail_malformed("A child ends before it begins.");
    }
    *ends = static_cast<std::uint32_t>(end);
  }
  if (end > size) [[unlikely]] {
    fail_malformed("A child reaches beyond its container.");
  }
}

Numeric number_at(const Container& container, std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t start = aligned_begin(begin, end);
  return read_numeric({container.data + start, end - start});
}

std::string_view key_at(const Container& object, std::uint32_t index) {
  std::uint32_t begin = 0;
  for (std::uint32_t i = 0; i < index; ++i) {
    begin = entry_end(entry_at(object.entries, i), begin, object.size);
  }
  return {object.data + begin, entry_end(entry_at(object.entries, index), begin, object.size) - begin};
}

// Room that a child needs of which n bytes are stored, beside what may stand before and after it.
constexpr std::size_t scalar_room(std::size_t n) { return escaped_bound(std::min(n, text_piece)) + short_number; }

// Small containers are given room for all of their scalars at once: of n bytes, with one byte more before each.
constexpr std::uint32_t few_children = 64;

constexpr bool is_small(const Container& container) {
  return container.size <= text_piece && container.count <= few_children;
}

constexpr std::size_t scalars_room(const Container& container) {
  return escaped_bound(container.size) + container.count * (scalar_room(0) + 1);
}
static_assert(escaped_bound(text_piece) + few_children * (scalar_room(0) + 1) + ShapeCache::most_text <=
              OutputBuffer::most_in_hand);

} // namespace

// A child that is no container; scalar_room must be at cursor. Null for a number that has no form.
inline char* CanonicalWriter::write_scalar(char* cursor, std::uint32_t type, const char* data, std::uint32_t begin,
                                           std::uint32_t end) {
  if (type == layout::type_string) {
    return write_string(cursor, {data + begin, end - begin}, document_end_, buffer_);
  }
  if (type == layout::type_numeric) {
    const std::uint32_t start = aligned_begin(begin, end);
    return write_number(cursor, {data + start, end - start}, form_, buffer_);
  }
  switch (type) {
    case layout::type_true:
      return put(cursor, "true");
    case layout::type_false:
      return put(cursor, "false");
    case layout::type_null:
      return put(cursor, "null");
    default:
      fail_malformed("A child has an unknown type.");
  }
}

char* CanonicalWriter::append(char* cursor, std::string_view document, NumberForm form, unsigned depth) {
  check_document_size("The document", document.size());
  frames_.clear();
  ends_size_ = 0;
  order_.clear();
  shapes_.start_document();
  document_end_ = document.data() + document.size();
  depth_ = depth;
  form_ = form;

  const Container root = open_container(document);
  if (root.kind == ContainerKind::scalar) {
    if (root.count != 1) [[unlikely]] {
      fail_malformed("A scalar document must hold exactly one value.");
    }
    const std::uint32_t entry = entry_at(root.entries, 0);
    const std::uint32_t end = entry_end(entry, 0, root.size);
    cursor = write_scalar(buffer_.room(cursor, scalar_room(end)), entry_type(entry), root.data, 0, end);
    if (cursor == nullptr) [[unlikely]] {
      fail_number(number_at(root, 0, end));
    }
    return cursor;
  }
  cursor = open(cursor, document);
  while (!frames_.empty()) {
    cursor = write_innermost(cursor);
  }
  return cursor;
}

// Begins a container. An empty one is written at once, any other becomes the innermost frame.
char* CanonicalWriter::open(char* cursor, std::string_view bytes) {
  if (depth_ + frames_.size() >= limits.max_depth) [[unlikely]] {
    fail_depth();
  }
  const Container container = open_container(bytes);
  if (container.kind == ContainerKind::scalar) [[unlikely]] {
    fail_malformed("A scalar stands where a container must.");
  }
  const bool object = container.kind == ContainerKind::object;
  cursor = buffer_.room(cursor, 3);
  if (container.count == 0) {
    return put(cursor, object ? "{}" : "[]");
  }
  if (!object) {
    *cursor = '[';
    frames_.push_back({container, nullptr, 0, 0, 0, 0});
    return cursor + 1;
  }
  const auto ends_at = ends_size_;
  const auto order_at = static_cast<std::uint32_t>(order_.size());
  const Shape* const shape = find_order(container);
  frames_.push_back({container, shape, ends_at, order_at, 0, 0});
  return cursor;
}

// Finds the canonical order of an object's keys, from its shape or by sorting them into order_, and where values end.
const Shape* CanonicalWriter::find_order(const Container& object) {
  const Shape* shape = shapes_.find(object);
  std::uint32_t keys_end = 0;
  if (shape != nullptr) [[likely]] {
    keys_end = static_cast<std::uint32_t>(shape->keys.size());
  } else {
    const std::size_t order_at = order_.size();
    keys_end = append_sort_keys(object, order_);
    const std::span<SortKey> keys = std::span(order_).subspan(order_at);
    sort_keys(keys);
    shape = shapes_.learn(object, keys, keys_end);
    if (shape != nullptr) {
      order_.resize(order_at);
    }
  }
  if (ends_.size() - ends_size_ < object.count + 1UL) [[unlikely]] {
    ends_.resize(2 * ends_.size() + object.count + 1UL);
  }
  value_ends(object, keys_end, &ends_[ends_size_]);
  ends_size_ += object.count + 1;
  return shape;
}

// Writes children of the innermost frame, an array, until it is done or a child container has become the innermost.
char* CanonicalWriter::write_array(char* cursor) {
  Frame& frame = frames_.back();
  const Container array = frame.container;
  std::uint32_t next = frame.next;
  std::uint32_t end = frame.offset;
  const bool small = is_small(array);
  cursor = buffer_.room(cursor, small ? scalars_room(array) : 1);
  if (next != 0) {
    *cursor++ = ',';
  }
  while (next != array.count) {
    const std::uint32_t begin = end;
    const std::uint32_t entry = entry_at(array.entries, next++);
    end = entry_end(entry, begin, array.size);
    if (entry_type(entry) != layout::type_container) [[likely]] {
      if (!small) {
        cursor = buffer_.room(cursor, scalar_room(end - begin));
      }
      cursor = write_scalar(cursor, entry_type(entry), array.data, begin, end);
    } else {
      frame.next = next;
      frame.offset = end;
      const std::size_t open_frames = frames_.size();
      const std::uint32_t start = aligned_begin(begin, end);
      cursor = open(cursor, {array.data + start, end - start});
      if (frames_.size() != open_frames) {
        return cursor;
      }
      cursor = buffer_.room(cursor, small ? scalars_room(array) : 1);
    }
    if (cursor == nullptr) [[unlikely]] {
      frame.next = next;
      fail_number(number_at(array, begin, end));
    }
    *cursor++ = ',';
  }
  cursor[-1] = ']'; // in place of the last comma
  frames_.pop_back();
  return cursor;
}

// The same for an object. Of the outermost levels, a child that ends without leaving containers open is written in
// place.
char* CanonicalWriter::write_object(char* cursor) {
  constexpr std::size_t levels_in_place = 8; // what they take of the C stack is bounded
  const std::size_t open_frames = frames_.size();
  const bool in_place = open_frames <= levels_in_place;
  // Locals, because the compiler must take any byte written for a change of what members point to.
  Frame* frame = &frames_.back();
  const Container object = frame->container;
  const char* const entries = object.entries + object.count * sizeof(std::uint32_t);
  const std::uint32_t* ends = &ends_[frame->ends_at];
  const Shape* const shape = frame->shape;
  const Shape::Member* const members = shape != nullptr ? shape->members.data() : nullptr;
  const char* const texts = shape != nullptr ? shape->texts.data() : nullptr;
  // Of a known shape, with the texts of its keys.
  const std::size_t small =
      members != nullptr && is_small(object) ? scalars_room(object) + shape->texts.size() + Shape::text_slack : 0;
  cursor = buffer_.room(cursor, small);
  std::uint32_t next = frame->next;
  while (next != object.count) {
    const std::uint32_t index = members != nullptr ? members[next].index : order_[frame->order_at + next].index;
    const std::uint32_t entry = entry_at(entries, index);
    const std::uint32_t begin = ends[index];
    const std::uint32_t end = ends[index + 1];
    if (members != nullptr) [[likely]] {
      const Shape::Member member = members[next];
      if (small == 0) {
        cursor = buffer_.room(cursor, member.text_size + Shape::text_slack + scalar_room(end - begin));
      }
      cursor = put_member_text(cursor, texts + member.text_at, member.text_size);
    } else {
      const SortKey& key = order_[frame->order_at + next];
      cursor = write_key(cursor, next == 0 ? '{' : ',', {key.text, key.size});
      cursor = buffer_.room(cursor, scalar_room(end - begin));
    }
    ++next;
    if (entry_type(entry) != layout::type_container) [[likely]] {
      cursor = write_scalar(cursor, entry_type(entry), object.data, begin, end);
      if (cursor == nullptr) [[unlikely]] {
        frame->next = next;
        fail_number(number_at(object, begin, end));
      }
      continue;
    }
    frame->next = next;
    const std::uint32_t start = aligned_begin(begin, end);
    cursor = open(cursor, {object.data + start, end - start});
    if (frames_.size() != open_frames) {
      if (!in_place) {
        return cursor;
      }
      cursor = write_innermost(cursor);
      if (frames_.size() != open_frames) {
        return cursor;
      }
      frame = &frames_.back(); // both may have moved
      ends = &ends_[frame->ends_at];
    }
    cursor = buffer_.room(cursor, small);
  }
  ends_size_ = frame->ends_at;
  order_.resize(frame->order_at);
  frames_.pop_back();
  cursor = buffer_.room(cursor, 1);
  *cursor = '}';
  return cursor + 1;
}

// Goes on with the innermost container.
char* CanonicalWriter::write_innermost(char* cursor) {
  return frames_.back().container.kind == ContainerKind::object ? write_object(cursor) : write_array(cursor);
}

char* CanonicalWriter::write_key(char* cursor, char before, std::string_view key) {
  cursor = buffer_.room(cursor, scalar_room(key.size()));
  *cursor = before;
  cursor = write_string(cursor + 1, key, document_end_, buffer_);
  cursor = buffer_.room(cursor, 1);
  *cursor = ':';
  return cursor + 1;
}

void CanonicalWriter::trim() {
  buffer_.trim();
  trim_stack(frames_);
  trim_stack(ends_);
  trim_stack(order_);
}

void CanonicalWriter::fail_number(const Numeric& number) const {
  const bool finite = number.kind == Numeric::Kind::finite;
  throw Error(sqlstate::numeric_value_out_of_range,
              finite ? "number is beyond the range of a double" : "number has no JSON form",
              "The value is " + describe_number(number) + ", at JSON pointer \"" + pointer() + "\".",
              finite ? "Store it as a string, or use canonical_json(doc, exact => true), which keeps every number."
                     : "Store it as a string or as null: JSON has neither NaN nor infinity.");
}

void CanonicalWriter::fail_depth() const {
  throw Error(
      sqlstate::program_limit_exceeded, "JSON document is nested too deeply",
      "More than " + std::to_string(limits.max_depth) + " levels are open at JSON pointer \"" + pointer() + "\".",
      "Flatten the document, or raise lifecycle_ledger.max_depth.");
}

// The RFC 6901 pointer of the child being written, cut where it would fill the message.
std::string CanonicalWriter::pointer() const {
  std::string pointer;
  for (const Frame& frame : frames_) {
    if (pointer.size() > longest_pointer) {
      return pointer + "/...";
    }
    const std::uint32_t child = frame.next - 1;
    if (frame.container.kind == ContainerKind::array) {
      pointer += '/' + std::to_string(child);
      continue;
    }
    const std::uint32_t index =
        frame.shape != nullptr ? frame.shape->members[child].index : order_[frame.order_at + child].index;
    append_token(pointer, key_at(frame.container, index));
  }
  return pointer;
}

} // namespace lifecycle::json
