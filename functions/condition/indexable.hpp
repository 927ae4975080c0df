// What a GIN index on a jsonb column can say about a rule beforehand.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lifecycle::condition {

// A condition in SQL over `expression`, a jsonb, that holds wherever the rule holds for a document which has that jsonb
// at `path`: containment, existence of a key, or an equality in SQL/JSON path, all of which an index of class jsonb_ops
// answers, joined by AND and OR; "false" for a rule that never holds. None where nothing of the kind follows. The rule
// must be held against what it leaves.
std::optional<std::string> indexable_condition(std::string_view rule, std::string_view path,
                                               std::string_view expression);

} // namespace lifecycle::condition
