#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/xlog.h"
}

namespace lifecycle::loader {

// The log of what was written is let go to disk while more is written. Else all of it is left to the end of each
// segment, to the moment its buffers are full, and to the commit, which wait for it.
inline void start_flush() { XLogSetAsyncXactLSN(XactLastRecEnd); }

} // namespace lifecycle::loader
