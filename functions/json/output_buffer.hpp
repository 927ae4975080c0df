// A growing run of bytes that is written through a cursor kept by the writer, so that it stays in a register:
//   char* cursor = buffer.start();
//   cursor = buffer.room(cursor, 10);   // at least 10 bytes may now be written at cursor
//   ...
//   std::string_view text = buffer.finish(cursor);
// Room is handed out in stretches of at most poll_stretch bytes beyond what is asked for. At each stretch's end pending
// interrupts are taken and the document limit is checked, so neither costs anything in between.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace lifecycle::json {

class OutputBuffer {
 public:
  static constexpr std::size_t poll_stretch = 64UL * 1024;
  static constexpr std::size_t kept_capacity = 1024UL * 1024;
  // The most room that may have been asked for ahead, for what follows the value being written: a value that asks for
  // more by itself asks for this much on top.
  static constexpr std::size_t most_in_hand = 64UL * 1024;

  constexpr OutputBuffer() = default;

  char* start() {
    stretch_end_ = bytes_.get() + (capacity_ < poll_stretch ? capacity_ : poll_stretch);
    return bytes_.get();
  }

  char* room(char* cursor, std::size_t wanted) {
    if (wanted <= static_cast<std::size_t>(stretch_end_ - cursor)) [[likely]] {
      return cursor;
    }
    return extend(cursor, wanted);
  }

  // The bytes written, valid until the next start(); raises program_limit_exceeded where they are too many.
  std::string_view finish(const char* cursor);

  // A place in what is being written, kept as an offset: growing moves the bytes.
  std::size_t offset_of(const char* cursor) const { return static_cast<std::size_t>(cursor - bytes_.get()); }
  char* at(std::size_t offset) const { return bytes_.get() + offset; }

  // Gives back what an unusually large document has taken.
  void trim() {
    if (capacity_ > kept_capacity) [[unlikely]] {
      bytes_.reset();
      stretch_end_ = nullptr;
      capacity_ = 0;
    }
  }

  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  char* extend(const char* cursor, std::size_t wanted);

  std::unique_ptr<char, Free> bytes_; // from malloc: realloc moves large blocks without copying them
  char* stretch_end_ = nullptr;
  std::size_t capacity_ = 0;
};

// Raises program_limit_exceeded if size, the bytes of what is named, is over limits.max_document_bytes.
void check_document_size(const char* what, std::size_t size);

} // namespace lifecycle::json
