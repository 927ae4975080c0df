#include "functions/json/output_buffer.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {

std::string_view OutputBuffer::finish(const char* cursor) {
  const auto size = static_cast<std::size_t>(cursor - bytes_.get());
  check_document_size("The canonical form", size);
  return {bytes_.get(), size};
}

char* OutputBuffer::extend(const char* cursor, std::size_t wanted) {
  poll_interrupts();
  const auto used = static_cast<std::size_t>(cursor - bytes_.get());
  check_document_size("The canonical form", used);
  const std::size_t needed = used + wanted;
  if (needed > capacity_) {
    constexpr std::size_t smallest = 8UL * 1024;
    const std::size_t capacity = std::max({smallest, needed, capacity_ * 2});
    auto* const grown = static_cast<char*>(std::realloc(bytes_.get(), capacity));
    if (grown == nullptr) {
      throw std::bad_alloc();
    }
    static_cast<void>(bytes_.release());
    bytes_.reset(grown);
    capacity_ = capacity;
  }
  stretch_end_ = bytes_.get() + std::min(capacity_, needed + poll_stretch);
  return bytes_.get() + used;
}

void check_document_size(const char* what, std::size_t size) {
  if (size > limits.max_document_bytes) [[unlikely]] {
    throw Error(sqlstate::program_limit_exceeded, "JSON document is too large",
                std::string(what) + " takes at least " + std::to_string(size) + " bytes; " +
                    std::to_string(limits.max_document_bytes) + " are allowed.",
                "Split the document, or raise lifecycle_ledger.max_document_bytes.");
  }
}

} // namespace lifecycle::json
