#include "functions/condition/program_cache.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "functions/core/pure.hpp"

namespace lifecycle::condition {

// Beyond either the cache starts anew: simpler than to know which of them is wanted next, and rare.
static constexpr std::size_t most_programs = 4096;
static constexpr std::size_t most_memory = 16UL * 1024 * 1024;

std::size_t ProgramCache::Hash::operator()(std::string_view rule) const {
  return XXH3_64bits(rule.data(), rule.size());
}

const Program& ProgramCache::find_slowly(std::string_view rule) {
  const auto known = programs_.find(rule);
  if (known != programs_.end()) {
    last_ = known->second.get();
    return *last_;
  }
  std::unique_ptr<Program> program = Program::compile(rule, form_);
  const std::size_t memory = program->memory();
  if (programs_.size() >= most_programs || memory_ + memory > most_memory) {
    last_ = nullptr;
    programs_.clear();
    memory_ = 0;
  }
  const Program& added = *program;
  programs_.emplace(added.source(), std::move(program));
  memory_ += memory;
  last_ = &added;
  return added;
}

} // namespace lifecycle::condition
