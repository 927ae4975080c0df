#include "functions/json/text_reader.hpp"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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
constexpr unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

// The first byte that ends a plain run of a string: a quote, a backslash, a control character, or one that is not
// ASCII.
const char* plain_end(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    __m128i bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::memcpy(&bytes, at, sizeof bytes);
    // Bytes below a blank or, being negative, above ASCII.
    const __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(odd, _mm_or_si128(quote, backslash))));
    if (found != 0) {
      return at + __builtin_ctz(found);
    }
    at += 16;
  }
#endif
  while (at != end && *at != '"' && *at != '\\' && byte_of(*at) >= 0x20 && byte_of(*at) < 0x80) {
    ++at;
  }
  return at;
}

// Length of the UTF-8 sequence at `at`, of which `left` bytes are there; 0 where it is none.
std::size_t sequence_length(const char* at, std::size_t left) {
  const unsigned lead = byte_of(*at);
  const auto continues = [at, left](std::size_t i) { return i < left && (byte_of(at[i]) & 0xC0U) == 0x80U; };
  if (lead < 0xC2 || lead > 0xF4 || !continues(1)) {
    return 0;
  }
  if (lead < 0xE0) {
    return 2;
  }
  const unsigned second = byte_of(at[1]);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F) || !continues(2)) {
    return 0;
  }
  if (lead < 0xF0) {
    return 3;
  }
  return continues(3) ? 4 : 0;
}

char* put_utf8(char* to, unsigned code) {
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
    return to;
  }
  if (code < 0x800) {
    *to++ = static_cast<char>(0xC0U | (code >> 6U));
  } else {
    if (code < 0x10000) {
      *to++ = static_cast<char>(0xE0U | (code >> 12U));
    } else {
      *to++ = static_cast<char>(0xF0U | (code >> 18U));
      *to++ = static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    }
    *to++ = static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
  }
  *to++ = static_cast<char>(0x80U | (code & 0x3FU));
  return to;
}

constexpr bool is_high_surrogate(unsigned code) { return code >= 0xD800 && code <= 0xDBFF; }
constexpr bool is_low_surrogate(unsigned code) { return code >= 0xDC00 && code <= 0xDFFF; }

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

// At the opening quote.
void TextReader::read_string(TextNode& node) {
  const char* run = ++at_;
  char* decoded = nullptr;
  const auto take_run = [&] {
    std::memcpy(decoded_, run, static_cast<std::size_t>(at_ - run));
    decoded_ += at_ - run;
  };
  for (;;) {
    at_ = plain_end(at_, end_);
    if (at_ == end_) {
      fail_malformed_text("a closing double quote");
    }
    if (*at_ == '"') {
      break;
    }
    if (*at_ != '\\') {
      check_character();
      continue;
    }
    if (decoded == nullptr) {
      if (decoded_ == nullptr) {
        // No decoded text is longer than its spelling, so all of them together find room here.
        const auto needed = static_cast<std::size_t>(end_ - begin_);
        if (scratch_size_ < needed) {
          scratch_ = std::make_unique_for_overwrite<char[]>(needed);
          scratch_size_ = needed;
        }
        decoded_ = scratch_.get();
      }
      decoded = decoded_;
    }
    take_run();
    read_escape();
    run = at_;
  }
  if (decoded == nullptr) {
    node.text = run;
    node.size = static_cast<std::uint32_t>(at_ - run);
  } else {
    take_run();
    node.text = decoded;
    node.size = static_cast<std::uint32_t>(decoded_ - decoded);
  }
  ++at_;
}

// At a byte of a string that is a control character or not ASCII.
void TextReader::check_character() {
  if (byte_of(*at_) < 0x20) {
    fail(TextFault::malformed, place() + "a control character must be escaped in a string.");
  }
  while (at_ != end_ && byte_of(*at_) >= 0x80) {
    const std::size_t length = sequence_length(at_, static_cast<std::size_t>(end_ - at_));
    if (length == 0) {
      constexpr char hex[] = "0123456789abcdef";
      const unsigned byte = byte_of(*at_);
      fail(TextFault::invalid_utf8,
           place() + "0x" + hex[byte >> 4U] + hex[byte & 0xFU] + " does not begin a UTF-8 character.");
    }
    at_ += length;
  }
}

// At a backslash; what it stands for goes to decoded_.
void TextReader::read_escape() {
  if (end_ - at_ < 2) {
    fail_malformed_text("an escape");
  }
  ++at_;
  switch (*at_++) {
    case '"':
      *decoded_++ = '"';
      return;
    case '\\':
      *decoded_++ = '\\';
      return;
    case '/':
      *decoded_++ = '/';
      return;
    case 'b':
      *decoded_++ = '\b';
      return;
    case 'f':
      *decoded_++ = '\f';
      return;
    case 'n':
      *decoded_++ = '\n';
      return;
    case 'r':
      *decoded_++ = '\r';
      return;
    case 't':
      *decoded_++ = '\t';
      return;
    case 'u':
      break;
    default:
      --at_;
      fail_malformed_text("one of \"\\/bfnrtu after a backslash");
  }
  unsigned code = read_hex();
  if (code == 0) {
    fail(TextFault::nul_character, place() + "\\u0000 has no place in PostgreSQL's text or jsonb.");
  }
  if (is_high_surrogate(code) && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u') {
    at_ += 2;
    const unsigned low = read_hex();
    if (is_low_surrogate(low)) {
      decoded_ = put_utf8(decoded_, 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00));
      return;
    }
  }
  if (is_high_surrogate(code) || is_low_surrogate(code)) {
    fail(TextFault::lone_surrogate, place() + "half a surrogate pair stands alone.");
  }
  decoded_ = put_utf8(decoded_, code);
}

unsigned TextReader::read_hex() {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned c = at_ == end_ ? 0U : byte_of(*at_);
    const unsigned lower = c | 0x20U;
    if (c >= '0' && c <= '9') {
      code = code * 16 + (c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      code = code * 16 + (lower - 'a' + 10);
    } else {
      fail_malformed_text("four hexadecimal digits after \\u");
    }
    ++at_;
  }
  return code;
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
  if ((exponent || node.size > long_number) && !number_fits(node.view())) {
    fail(TextFault::number_out_of_range, "The number " + std::string(node.view().substr(0, 40)) +
                                             (node.size > 40 ? "..." : "") + " is beyond the range of a double.");
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
  if (at_ != end_ && byte_of(*at_) >= 0x80) {
    const std::size_t length = sequence_length(at_, static_cast<std::size_t>(end_ - at_));
    if (length == 0) {
      check_character();
    }
  }
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
