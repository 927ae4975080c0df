// Reads JSON text (RFC 8259, UTF-8) strictly and turns it into PostgreSQL's binary jsonb without a detour.
//
// Stricter than the server's own cast: equal keys in one object are refused, wherever they stand and however they are
// spelled (jsonb keeps the last one and says nothing), and so are, where doubles are asked for, numbers beyond them.
// What jsonb cannot hold (\u0000, half a surrogate pair) and what is no UTF-8 is told apart from what is no JSON.
//
// One reader serves many texts. Nesting costs no C stack.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "functions/json/text_fault.hpp"

namespace lifecycle::json {

struct TextProblem {
  TextFault fault = TextFault::none;
  std::string pointer; // RFC 6901: where
  std::string detail;  // a sentence
};

// A value of the text. Of a string the decoded text, of a number its spelling. `encoded` is a container made elsewhere,
// as the bytes of its jsonb.
struct TextNode {
  enum class Kind : std::uint8_t { null, no, yes, number, string, array, object, encoded };

  const char* text;
  std::uint32_t size;  // bytes of the text; children of a container: an object's keys
  std::uint32_t first; // of a container: its first child's place in the reader's order
  Kind kind;

  [[nodiscard]] std::string_view view() const { return {text, size}; }
};

class TextReader {
 public:
  // Which numbers are good: those with a nearest double that is finite, and zero for zero alone; or all that a numeric
  // keeps.
  enum class Numbers : std::uint8_t { doubles, numerics };

  explicit TextReader(Numbers numbers = Numbers::doubles) : numbers_(numbers) {}

  // True where the text is good; then the nodes stand until the next call, and as long as the text does.
  bool read(std::string_view text);

  [[nodiscard]] const TextProblem& problem() const { return problem_; }

  [[nodiscard]] std::uint32_t root() const { return 0; }
  [[nodiscard]] const TextNode& node(std::uint32_t index) const { return nodes_[index]; }

  // The children of a container: of an object its keys, sorted by length and bytes, each value one after its key.
  [[nodiscard]] std::span<const std::uint32_t> children(const TextNode& container) const {
    return std::span(order_).subspan(container.first, container.size);
  }
  [[nodiscard]] static std::uint32_t value_of(std::uint32_t key) { return key + 1; }

  // The value under a key of an object; null where it has no such key.
  [[nodiscard]] const TextNode* member(const TextNode& object, std::string_view key) const;

  // Nodes that the text does not have; their texts must stand as long as they do.
  std::uint32_t add_text(TextNode::Kind kind, std::string_view text);
  struct Member {
    std::string_view key;
    std::uint32_t value;
  };
  // An object of members whose keys differ.
  std::uint32_t add_object(std::span<const Member> members);
  // An array of one element that is there. A document that is no container is kept as one.
  std::uint32_t add_array_of(std::uint32_t element);
  [[nodiscard]] std::uint32_t index_of(const TextNode* node) const {
    return static_cast<std::uint32_t>(node - nodes_.data());
  }

  // The most bytes write_jsonb writes.
  [[nodiscard]] std::size_t jsonb_bound(const TextNode& container) const;

  // A container's jsonb, without its length word; returns the end, or null where it is larger than a jsonb can be.
  char* write_jsonb(const TextNode& container, char* to);

  // Gives back what an unusually large text has taken. To be called after each text.
  void trim();

 private:
  struct Frame {
    std::uint32_t node;
    std::uint32_t children_at;
  };
  // A container that is being written.
  struct Writing {
    const TextNode* container;
    char* entries;
    char* data;
    char* child; // where the child begins that is being written
    std::uint32_t next;
  };
  struct Stop {}; // problem_ says why

  void read_document();
  bool begin_value();
  bool next_child();
  bool close();
  void sort_keys(std::span<std::uint32_t> keys);
  void read_key();
  void read_string(TextNode& node);
  void read_escape();
  unsigned read_hex();
  void read_number(TextNode& node);
  void read_word(std::string_view word, TextNode::Kind kind);
  void pass_multibyte();
  void skip_blanks();
  std::uint32_t add(TextNode::Kind kind);
  void open(TextNode::Kind kind);

  [[noreturn]] void fail(TextFault fault, std::string detail, std::string_view key = {});
  [[noreturn]] void fail_malformed_text(const char* expected);
  [[nodiscard]] std::string pointer() const;
  [[nodiscard]] std::string place() const;

  void begin_writing(const TextNode& container, char* at);
  bool end_child(char* end, std::uint32_t type);

  Numbers numbers_;
  TextProblem problem_;
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::size_t added_size_ = 0; // of added texts
  char* decoded_ = nullptr;    // where the next decoded string goes
  std::unique_ptr<char[]> scratch_;
  std::size_t scratch_size_ = 0;
  std::vector<TextNode> nodes_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> pending_; // children of the containers that are open
  std::vector<Frame> frames_;
  std::vector<Writing> writing_;
};

} // namespace lifecycle::json
