#include "functions/core/large_memory.hpp"

#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "functions/core/pure.hpp"

namespace lifecycle {

void FreeLargeMemory::operator()(void* memory) const noexcept { std::free(memory); }

void* allocate_large(std::size_t size) {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t huge_page = 2UL * 1024 * 1024;
  if (size >= huge_page) {
    const std::size_t whole_pages = (size + huge_page - 1) / huge_page * huge_page;
    void* const memory = std::aligned_alloc(huge_page, whole_pages);
    if (memory == nullptr) {
      throw std::bad_alloc();
    }
    madvise(memory, whole_pages, MADV_HUGEPAGE); // a wish: refused, it is ordinary memory
    return memory;
  }
#endif
  void* const memory = std::malloc(size);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}

} // namespace lifecycle
