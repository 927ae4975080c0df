// Walks a jsonb container to its depths.
#pragma once

#include <string>

#include "functions/event/contract.hpp"
#include "functions/event/finding_list.hpp"

namespace lifecycle::event {

// The verdict on every key in it, at whatever depth, arrays included. Nesting beyond limits.max_depth, of which this
// container is level `depth`, is structure_error.
Verdict judge_keys(Contract& contract, const json::Container& container, unsigned depth);

// The same as findings, `pointer` being the container's place.
void explain_keys(Contract& contract, const json::Container& container, unsigned depth, std::string pointer,
                  FindingList& findings);

} // namespace lifecycle::event
