// The memory of what was sent: fingerprints, sorted first, so that they come to the index's pages one after the other
// instead of each to another one. Server code, plain data only.
#pragma once

#include <span>

#include "functions/parity/md5.hpp"
#include "functions/pg/boundary.hpp"

namespace lifecycle::remote {

struct Memory;

// In the current memory context. table: position_id, fingerprint, change_time; raises 42804 for another. What
// does not fit work_mem waits in a file.
Memory* begin_memory(Oid table, int32 position);

void remember(Memory& memory, std::span<const parity::Md5State> fingerprints);

// Writes them into the table, each once.
void write_memory(Memory& memory);

} // namespace lifecycle::remote
