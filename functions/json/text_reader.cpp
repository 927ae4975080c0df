#include "functions/json/text_reader.hpp"

#include <algorithm>
#include <cstring>

#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/json/number_reader.hpp"
#include "functions/json/output_buffer.hpp"
#include "functions/json/pointer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The order in which jsonb keeps keys.
bool key_less(std::string_view left, std::string_view right) {
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

template <typename T>
void trim_vector(std::vector<T>& vector) {
  if (vector.capacity() * sizeof(T) > OutputBuffer::kept_capacity) {
    std::vector<T>().swap(vector);
  }
}

} // namespace

bool TextReader::read(std::string_view text) {
  begin_ = at_ = text.data();
  end_ = begin_ + text.size();
  nodes_.clear();
  order_.clear();
  pending_.clear();
  frames_.clear();
  decoded_ = nullptr;
  added_size_ = 0;
  try {
    read_document();
    return true;
  } catch (const Stop&) {
    return false;
  }
}

void TextReader::read_document() {
  // JSON has none, and on a screen nobody sees it.
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, byte_order_mark.size()) ==
      byte_order_mark) {
    fail_malformed_text("no byte order mark");
  }
  skip_blanks();
  bool complete = begin_value();
  unsigned steps = 0;
  for (;;) {
    if (++steps % interrupt_interval == 0) {
      poll_interrupts();
    }
    if (!complete) {
      complete = begin_value();
    } else if (frames_.empty()) {
      break;
    } else {
      complete = next_child();
    }
  }
  skip_blanks();
  if (at_ != end_) {
    fail_malformed_text("nothing after the value");
  }
}

inline void TextReader::skip_blanks() {
  while (at_ != end_ && is_blank(*at_)) {
    ++at_;
  }
}

inline std::uint32_t TextReader::add(TextNode::Kind kind) {
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({nullptr, 0, 0, kind});
  return index;
}

// Reads a value, of a container with children only its beginning: false where a child is to be read next.
bool TextReader::begin_value() {
  if (at_ == end_) {
    fail_malformed_text("a value");
  }
  if (!frames_.empty() && nodes_[frames_.back().node].kind == TextNode::Kind::array) {
    pending_.push_back(static_cast<std::uint32_t>(nodes_.size()));
  }
  switch (*at_) {
    case '"':
      read_string(nodes_[add(TextNode::Kind::string)]);
      return true;
    case '{':
      open(TextNode::Kind::object);
      if (at_ != end_ && *at_ == '}') {
        return close();
      }
      read_key();
      return false;
    case '[':
      open(TextNode::Kind::array);
      return at_ != end_ && *at_ == ']' ? close() : false;
    case 't':
      read_word("true", TextNode::Kind::yes);
      return true;
    case 'f':
      read_word("false", TextNode::Kind::no);
      return true;
    case 'n':
      read_word("null", TextNode::Kind::null);
      return true;
    default:
      if (*at_ != '-' && !is_digit(*at_)) {
        fail_malformed_text("a value");
      }
      read_number(nodes_[add(TextNode::Kind::number)]);
      return true;
  }
}

void TextReader::open(TextNode::Kind kind) {
  if (frames_.size() >= limits.max_depth) {
    fail(TextFault::too_deep, "More than " + std::to_string(limits.max_depth) +
                                  " levels are open; lifecycle_ledger.max_depth allows no more.");
  }
  frames_.push_back({add(kind), static_cast<std::uint32_t>(pending_.size())});
  ++at_;
  skip_blanks();
}

// After a child: the comma and what follows it, or the container's end. True where that completes a value.
bool TextReader::next_child() {
  skip_blanks();
  const bool object = nodes_[frames_.back().node].kind == TextNode::Kind::object;
  if (at_ != end_ && *at_ == ',') {
    ++at_;
    skip_blanks();
    if (object) {
      read_key();
    }
    return false;
  }
  if (at_ == end_ || *at_ != (object ? '}' : ']')) {
    fail_malformed_text(object ? "a comma or }" : "a comma or ]");
  }
  return close();
}

// At the closing bracket of the innermost container.
bool TextReader::close() {
  const Frame frame = frames_.back();
  TextNode& container = nodes_[frame.node];
  const std::span<std::uint32_t> children = std::span(pending_).subspan(frame.children_at);
  if (container.kind == TextNode::Kind::object) {
    sort_keys(children);
  }
  container.first = static_cast<std::uint32_t>(order_.size());
  container.size = static_cast<std::uint32_t>(children.size());
  order_.insert(order_.end(), children.begin(), children.end());
  pending_.resize(frame.children_at);
  frames_.pop_back();
  ++at_;
  return true;
}

void TextReader::sort_keys(std::span<std::uint32_t> keys) {
  const auto less = [this](std::uint32_t left, std::uint32_t right) {
    return key_less(nodes_[left].view(), nodes_[right].view());
  };
  constexpr std::size_t few = 16;
  if (keys.size() > few) {
    std::sort(keys.begin(), keys.end(), less);
  } else {
    for (std::size_t i = 1; i < keys.size(); ++i) {
      const std::uint32_t key = keys[i];
      std::size_t place = i;
      for (; place > 0 && less(key, keys[place - 1]); --place) {
        keys[place] = keys[place - 1];
      }
      keys[place] = key;
    }
  }
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (nodes_[keys[i]].view() == nodes_[keys[i - 1]].view()) {
      const std::string key(nodes_[keys[i]].view());
      pending_.resize(frames_.back().children_at); // the pointer is to the object and this key
      fail(TextFault::duplicate_key, "The object has this key more than once.", key);
    }
  }
}

void TextReader::read_key() {
  if (at_ == end_ || *at_ != '"') {
    fail_malformed_text("a key in double quotes");
  }
  const std::uint32_t index = add(TextNode::Kind::string);
  read_string(nodes_[index]);
  pending_.push_back(index);
  skip_blanks();
  if (at_ == end_ || *at_ != ':') {
    fail_malformed_text("a colon");
  }
  ++at_;
  skip_blanks();
}

void TextReader::read_number(TextNode& node) {
  const char* const start = at_;
  at_ += *at_ == '-' ? 1 : 0;
  const auto take_digits = [this] {
    if (at_ == end_ || !is_digit(*at_)) {
      fail_malformed_text("a digit");
    }
    while (at_ != end_ && is_digit(*at_)) {
      ++at_;
    }
  };
  if (at_ != end_ && *at_ == '0') {
    ++at_;
    if (at_ != end_ && is_digit(*at_)) {
      fail_malformed_text("no digit after a leading zero");
    }
  } else {
    take_digits();
  }
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    take_digits();
  }
  bool exponent = false;
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    exponent = true;
    ++at_;
    at_ += at_ != end_ && (*at_ == '+' || *at_ == '-') ? 1 : 0;
    take_digits();
  }
  node.text = start;
  node.size = static_cast<std::uint32_t>(at_ - start);
  // Without an exponent only a long text can be out of range.
  constexpr std::uint32_t long_number = 300;
  const bool doubles = numbers_ == Numbers::doubles;
  if ((exponent || node.size > long_number) && !(doubles ? number_fits(node.view()) : numeric_fits(node.view()))) {
    fail(TextFault::number_out_of_range, "The number " + std::string(node.view().substr(0, 40)) +
                                             (node.size > 40 ? "..." : "") + " is beyond the range of a " +
                                             (doubles ? "double." : "numeric."));
  }
}

void TextReader::read_word(std::string_view word, TextNode::Kind kind) {
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) {
    fail_malformed_text("a value");
  }
  add(kind);
  at_ += word.size();
}

void TextReader::fail(TextFault fault, std::string detail, std::string_view key) {
  problem_.fault = fault;
  problem_.pointer = pointer();
  if (!key.empty() || fault == TextFault::duplicate_key) {
    append_token(problem_.pointer, key);
  }
  problem_.detail = std::move(detail);
  throw Stop();
}

void TextReader::fail_malformed_text(const char* expected) {
  const char* const at = at_;
  pass_multibyte(); // what is no UTF-8 is told as such
  at_ = at;
  fail(TextFault::malformed, place() + expected + (at_ == end_ ? " is missing: the text ends here." : " is expected."));
}

std::string TextReader::place() const { return "Byte " + std::to_string(at_ - begin_ + 1) + ": "; }

// Where reading stands: in each open container the child begun last.
std::string TextReader::pointer() const {
  std::string pointer;
  for (std::size_t i = 0; i < frames_.size() && pointer.size() <= longest_pointer; ++i) {
    const std::size_t begin = frames_[i].children_at;
    const std::size_t end = i + 1 < frames_.size() ? frames_[i + 1].children_at : pending_.size();
    if (begin == end) {
      continue;
    }
    if (nodes_[frames_[i].node].kind == TextNode::Kind::object) {
      append_token(pointer, nodes_[pending_[end - 1]].view());
    } else {
      pointer += '/' + std::to_string(end - begin - 1);
    }
  }
  return pointer;
}

const TextNode* TextReader::member(const TextNode& object, std::string_view key) const {
  for (const std::uint32_t index : children(object)) {
    if (nodes_[index].view() == key) {
      return &nodes_[value_of(index)];
    }
  }
  return nullptr;
}

std::uint32_t TextReader::add_text(TextNode::Kind kind, std::string_view text) {
  const std::uint32_t index = add(kind);
  nodes_[index].text = text.data();
  nodes_[index].size = static_cast<std::uint32_t>(text.size());
  added_size_ += text.size();
  return index;
}

std::uint32_t TextReader::add_object(std::span<const Member> members) {
  std::vector<std::uint32_t> keys;
  keys.reserve(members.size());
  for (const Member& member : members) {
    // A key's value follows it.
    keys.push_back(add_text(TextNode::Kind::string, member.key));
    const TextNode value = nodes_[member.value];
    nodes_.push_back(value);
    added_size_ += value.kind == TextNode::Kind::string || value.kind == TextNode::Kind::number ? value.size : 0;
  }
  std::sort(keys.begin(), keys.end(), [this](std::uint32_t left, std::uint32_t right) {
    return key_less(nodes_[left].view(), nodes_[right].view());
  });
  const std::uint32_t object = add(TextNode::Kind::object);
  nodes_[object].first = static_cast<std::uint32_t>(order_.size());
  nodes_[object].size = static_cast<std::uint32_t>(keys.size());
  order_.insert(order_.end(), keys.begin(), keys.end());
  return object;
}

std::uint32_t TextReader::add_array_of(std::uint32_t element) {
  const std::uint32_t array = add(TextNode::Kind::array);
  nodes_[array].first = static_cast<std::uint32_t>(order_.size());
  nodes_[array].size = 1;
  order_.push_back(element);
  return array;
}

void TextReader::trim() {
  trim_vector(nodes_);
  trim_vector(order_);
  trim_vector(pending_);
  trim_vector(frames_);
  trim_vector(writing_);
  if (scratch_size_ > OutputBuffer::kept_capacity) {
    scratch_.reset();
    scratch_size_ = 0;
  }
}

} // namespace lifecycle::json
