// RFC 8785 (JCS) straight from binary jsonb: no tree is built. Keys in UTF-16 order, numbers as ECMAScript writes them,
// strings with the shortest escapes.
//
// One writer serves many documents: it keeps its buffer, its stacks and the shapes it has seen. Nesting is kept on a
// stack of its own, so depth costs no C stack.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/json/jsonb_reader.hpp"
#include "functions/json/key_order.hpp"
#include "functions/json/number_writer.hpp"
#include "functions/json/output_buffer.hpp"
#include "functions/json/shape_cache.hpp"

namespace lifecycle::json {

class CanonicalWriter {
 public:
  constexpr CanonicalWriter() = default;

  // The canonical form of a jsonb (the bytes after its length word), valid until the next call.
  // Raises numeric_value_out_of_range for a number without a form, program_limit_exceeded beyond limits.max_depth or
  // limits.max_document_bytes, data_corrupted for damaged bytes.
  std::string_view write(std::string_view document, NumberForm form) {
    return buffer_.finish(append(buffer_.start(), document, form, 0));
  }

  // The same as a part of something larger: written at cursor of buffer(), `depth` levels down.
  char* append(char* cursor, std::string_view document, NumberForm form, unsigned depth);

  OutputBuffer& buffer() { return buffer_; }

  // Gives back what an unusually large document has taken. To be called after each document, failed ones too.
  void trim();

 private:
  // A container that is being written.
  struct Frame {
    Container container;
    const Shape* shape;     // of an object, if known
    std::uint32_t ends_at;  // of an object: in ends_, its keys' end and then each value's
    std::uint32_t order_at; // of an object without a shape: in order_, its keys
    std::uint32_t next;     // the child to write next, in the order of writing
    std::uint32_t offset;   // of an array: where that child begins
  };

  char* open(char* cursor, std::string_view bytes);
  const Shape* find_order(const Container& object);
  char* write_array(char* cursor);
  char* write_object(char* cursor);
  char* write_innermost(char* cursor);
  char* write_key(char* cursor, char before, std::string_view key);
  char* write_scalar(char* cursor, std::uint32_t type, const char* data, std::uint32_t begin, std::uint32_t end);

  [[noreturn]] void fail_number(const Numeric& number) const;
  [[noreturn]] void fail_depth() const;
  [[nodiscard]] std::string pointer() const;

  OutputBuffer buffer_;
  ShapeCache shapes_;
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> ends_; // the first ends_size_ are in use
  std::vector<SortKey> order_;
  const char* document_end_ = nullptr;
  std::uint32_t ends_size_ = 0;
  unsigned depth_ = 0; // of the document's outermost level
  NumberForm form_ = NumberForm::strict;
};

} // namespace lifecycle::json
