// The rules of secrets as a statement's snapshot sees lifecycle.secret_rules: read and compiled when a function is
// first called in a statement, and again under a snapshot that may show others.
#pragma once

#include "functions/pg/boundary.hpp"
#include "functions/secret/rules.hpp"

namespace lifecycle::secret {

// Held for the memory context of the function, whose fn_extra it takes. Raises undefined_table before install().
const RuleSet* rules_for_call(FunctionCallInfo fcinfo);

// Behind rules_for_call(): a byte for each of the function's arguments, kept as long as fn_extra; zero until it is set.
char* argument_kinds(const FmgrInfo* function);

} // namespace lifecycle::secret
