#include "functions/condition/workspace.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::condition {

static constexpr std::size_t first_block = 4096;

std::string_view Arena::copy(std::string_view text) {
  char* const to = allocate(text.size());
  text.copy(to, text.size());
  return {to, text.size()};
}

void Arena::grow(std::size_t bytes) {
  // Each block is as large as all before it, up to what is kept.
  const std::size_t wanted = std::max(bytes, std::clamp<std::size_t>(total_, first_block, kept_bytes));
  if (wanted > limits.max_document_bytes - std::min(total_, limits.max_document_bytes)) {
    throw Error(sqlstate::program_limit_exceeded, "condition takes too much memory",
                "The values it builds take more than " + std::to_string(limits.max_document_bytes) + " bytes.",
                "Simplify the condition, or raise lifecycle_ledger.max_document_bytes.");
  }
  blocks_.push_back({std::make_unique_for_overwrite<char[]>(wanted), wanted});
  cursor_ = blocks_.back().bytes.get();
  end_ = cursor_ + wanted;
  total_ += wanted;
}

void Arena::shrink() {
  Block last = std::move(blocks_.back());
  blocks_.clear();
  cursor_ = nullptr;
  end_ = nullptr;
  total_ = 0;
  if (last.size <= kept_bytes) {
    end_ = last.bytes.get() + last.size;
    total_ = last.size;
    blocks_.push_back(std::move(last));
  }
}

void Steps::refill(std::size_t steps) {
  poll_interrupts();
  const std::size_t used = granted_ - left_;
  if (steps > limits.max_condition_steps - std::min(used, limits.max_condition_steps)) {
    throw Error(sqlstate::program_limit_exceeded, "condition takes too many steps",
                "It was not done after " + std::to_string(limits.max_condition_steps) + " steps.",
                "Simplify the condition, shorten the arrays it goes through, or raise "
                "lifecycle_ledger.max_condition_steps.");
  }
  const std::size_t grant =
      std::min<std::size_t>(std::max<std::size_t>(steps, interrupt_interval), limits.max_condition_steps - used);
  granted_ = used + grant;
  left_ = grant;
}

} // namespace lifecycle::condition
