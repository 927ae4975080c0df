// What _payload() knows of a call before it sees a value: the order of the keys and the bytes of the result up to them.
// Server code, plain data.
#pragma once

#include "functions/row/plan_pg.hpp"

extern "C" {
#include "pgtime.h"
#include "utils/jsonb.h"
}

namespace lifecycle::row {

struct PayloadValue {
  TypePlan type;
  int argument;
  FmgrInfo to_jsonb; // of forms that the server converts
};

struct PayloadPlan {
  MemoryContext context;
  bool names_are_constant;
  int count;
  PayloadValue* values; // in the order of their keys
  char* prefix;         // length word, header, entries (the keys' filled in), key bytes
  std::uint32_t prefix_size;
  std::uint32_t keys_size; // bytes of all keys
  std::size_t fixed_size;  // room for the prefix and all values whose size their type bounds
  Datum* fetched;          // scratch: the values, unpacked
  const pg_tz* zone;       // the session's, when it was last looked at
  bool zone_is_utc;
};

// The plan for the call, made at the first call of a statement.
PayloadPlan* plan_payload(FunctionCallInfo fcinfo);

// Whether to_jsonb makes the value.
bool is_converted(Form form);

// The most bytes a scalar value takes with its padding.
inline constexpr std::size_t payload_scalar_size = 64;

// Raises program_limit_exceeded as the server's own jsonb code does.
inline void check_payload_size(std::size_t size) {
  if (size > JENTRY_OFFLENMASK) {
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("total size of jsonb object elements exceeds the maximum of %d bytes", JENTRY_OFFLENMASK)));
  }
}

} // namespace lifecycle::row
