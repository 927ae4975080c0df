// Memory for large tables that are read at random: on huge pages where the system grants them, because otherwise a read
// waits for the page tables as well as for the data.
#pragma once

#include <cstddef>
#include <memory>

namespace lifecycle {

struct FreeLargeMemory {
  void operator()(void* memory) const noexcept;
};

template <typename T>
using LargeMemory = std::unique_ptr<T[], FreeLargeMemory>;

// Uninitialised. Throws std::bad_alloc.
void* allocate_large(std::size_t size);

} // namespace lifecycle
