// Whether a text that is known to be JSON can become a jsonb. Not all can: a jsonb holds no zero character, no half of
// a surrogate pair, and no number that numeric does not hold.
#pragma once

#include <string_view>

namespace lifecycle::json {

bool fits_jsonb(std::string_view json);

} // namespace lifecycle::json
