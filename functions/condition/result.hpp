// A value as the bytes of a jsonb.
#pragma once

#include <string>

#include "functions/condition/value.hpp"

namespace lifecycle::condition {

// Replaces what `to` holds. Numbers that JSON cannot hold (NaN, infinities) become null, as JSON.stringify has it.
void write_result(const Value& value, std::string& to);

} // namespace lifecycle::condition
