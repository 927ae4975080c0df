// The part of TextReader that writes jsonb.
#include <cstring>

#include "functions/core/interrupt.hpp"
#include "functions/json/jsonb_layout.hpp"
#include "functions/json/jsonb_reader.hpp"
#include "functions/json/number_reader.hpp"
#include "functions/json/text_reader.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

constexpr std::size_t entry_size = sizeof(std::uint32_t);

void put_entry(char* to, std::uint32_t entry) { std::memcpy(to, &entry, sizeof entry); }

// Offsets count from a container's data, which begins on a multiple of four.
char* align(char* at, const char* data) {
  while ((at - data) % 4 != 0) {
    *at++ = '\0';
  }
  return at;
}

} // namespace

std::size_t TextReader::jsonb_bound(const TextNode& container) const {
  // A node takes an entry, padding and a header; its text at most its own length, a number's words half of it.
  constexpr std::size_t of_node = 24;
  const std::size_t text = static_cast<std::size_t>(end_ - begin_) + added_size_;
  return container.size == 0 ? entry_size : text + of_node * nodes_.size();
}

char* TextReader::write_jsonb(const TextNode& container, char* to) {
  const auto write_scalar = [](const TextNode& node, char* at, const char* data, std::uint32_t& type) {
    switch (node.kind) {
      case TextNode::Kind::string:
        type = layout::type_string;
        std::memcpy(at, node.text, node.size);
        return at + node.size;
      case TextNode::Kind::number: {
        type = layout::type_numeric;
        char* const length_at = align(at, data);
        char* const end = write_numeric(node.view(), length_at + entry_size);
        put_entry(length_at, numeric_length_word(static_cast<std::size_t>(end - length_at)));
        return end;
      }
      case TextNode::Kind::encoded:
        type = layout::type_container;
        at = align(at, data);
        std::memcpy(at, node.text, node.size);
        return at + node.size;
      case TextNode::Kind::no:
        type = layout::type_false;
        return at;
      case TextNode::Kind::yes:
        type = layout::type_true;
        return at;
      default:
        type = layout::type_null;
        return at;
    }
  };
  writing_.clear();
  begin_writing(container, to);
  unsigned steps = 0;
  for (;;) {
    Writing& frame = writing_.back();
    const TextNode& writing = *frame.container;
    const bool object = writing.kind == TextNode::Kind::object;
    if (frame.next == (object ? 2 * writing.size : writing.size)) {
      char* const end = frame.child;
      writing_.pop_back();
      if (writing_.empty()) {
        return end;
      }
      if (!end_child(end, layout::type_container)) {
        return nullptr;
      }
      continue;
    }
    if (++steps % interrupt_interval == 0) {
      poll_interrupts();
    }
    // An object's keys come first, then its values in their order.
    const std::uint32_t place = object && frame.next >= writing.size ? frame.next - writing.size : frame.next;
    std::uint32_t index = order_[writing.first + place];
    index = object && frame.next >= writing.size ? value_of(index) : index;
    const TextNode& child = nodes_[index];
    if (child.kind == TextNode::Kind::array || child.kind == TextNode::Kind::object) {
      begin_writing(child, align(frame.child, frame.data));
      continue;
    }
    std::uint32_t type = 0;
    char* const end = write_scalar(child, frame.child, frame.data, type);
    if (!end_child(end, type)) {
      return nullptr;
    }
  }
}

void TextReader::begin_writing(const TextNode& container, char* at) {
  const bool object = container.kind == TextNode::Kind::object;
  put_entry(at, (object ? layout::object_flag : layout::array_flag) | container.size);
  char* const entries = at + entry_size;
  char* const data = entries + entry_size * container.size * (object ? 2UL : 1UL);
  writing_.push_back({&container, entries, data, data, 0});
}

// Records the child that ends here. False where the container has become too large.
bool TextReader::end_child(char* end, std::uint32_t type) {
  Writing& frame = writing_.back();
  const auto total = static_cast<std::size_t>(end - frame.data);
  if (total > layout::entry_length_mask) {
    return false;
  }
  const std::uint32_t field = frame.next % layout::end_stride == 0
                                  ? layout::entry_is_end | static_cast<std::uint32_t>(total)
                                  : static_cast<std::uint32_t>(end - frame.child);
  put_entry(frame.entries + entry_size * frame.next, type | field);
  frame.child = end;
  ++frame.next;
  return true;
}

} // namespace lifecycle::json
