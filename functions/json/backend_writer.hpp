// The canonical writer of this backend, kept between calls so that its buffer and known shapes are reused. One call
// uses it at a time: a core never calls back into SQL.
#pragma once

#include "functions/json/canonical_writer.hpp"

namespace lifecycle::json {

// Not constinit: clang cannot tell so of the strings of GCC 12's library, though they need no code either.
inline CanonicalWriter backend_writer;

// Lends the writer for one call and gives back what a large document has taken, however the call ends.
class WriterLease {
 public:
  WriterLease() = default;
  WriterLease(const WriterLease&) = delete;
  WriterLease& operator=(const WriterLease&) = delete;
  ~WriterLease() { backend_writer.trim(); }

  CanonicalWriter& operator*() const { return backend_writer; }
  CanonicalWriter* operator->() const { return &backend_writer; }
};

} // namespace lifecycle::json
