// What an evaluation may use: memory for what it builds, given back when the next one begins, and a number of steps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "functions/condition/value.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/json/output_buffer.hpp"

namespace lifecycle::condition {

// Hands out memory that lives until the next reset. Raises program_limit_exceeded beyond limits.max_document_bytes.
class Arena {
 public:
  char* allocate(std::size_t bytes) {
    bytes = (bytes + 7U) & ~static_cast<std::size_t>(7);
    if (bytes > static_cast<std::size_t>(end_ - cursor_)) [[unlikely]] {
      grow(bytes);
    }
    char* const at = cursor_;
    cursor_ += bytes;
    return at;
  }

  template <typename T>
  T* allocate_array(std::size_t count) {
    return reinterpret_cast<T*>(allocate(count * sizeof(T)));
  }

  std::string_view copy(std::string_view text);

  // Makes everything handed out void and keeps one block of a moderate size.
  void reset() {
    if (blocks_.size() > 1 || total_ > kept_bytes) [[unlikely]] {
      shrink();
    }
    cursor_ = blocks_.empty() ? nullptr : blocks_.front().bytes.get();
  }

 private:
  static constexpr std::size_t kept_bytes = 1024UL * 1024;

  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void grow(std::size_t bytes);
  void shrink();

  std::vector<Block> blocks_;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
  std::size_t total_ = 0; // bytes of all blocks
};

// Counts steps, takes interrupts once per interrupt_interval of them, and raises program_limit_exceeded beyond
// limits.max_condition_steps.
class Steps {
 public:
  // The first steps are free of the look at interrupts: who evaluates many short rules takes them in between.
  void begin() {
    left_ = std::min<std::size_t>(interrupt_interval, limits.max_condition_steps);
    granted_ = left_;
  }

  void spend(std::size_t steps) {
    if (steps > left_) [[unlikely]] {
      refill(steps);
    }
    left_ -= steps;
  }

 private:
  void refill(std::size_t steps);

  std::size_t left_ = 0;
  std::size_t granted_ = 0;
};

struct Workspace {
  Arena arena;
  Steps steps;
  json::OutputBuffer buffer; // for numbers on their way to text

  void begin() {
    arena.reset();
    steps.begin();
  }

  // Texts and lists cost a step for each stretch of this many bytes.
  static constexpr std::size_t bytes_per_step = 64;
  char* allocate_text(std::size_t bytes) {
    steps.spend(bytes / bytes_per_step);
    return arena.allocate(bytes);
  }
};

} // namespace lifecycle::condition
