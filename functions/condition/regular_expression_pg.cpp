#include "functions/condition/regular_expression_pg.hpp"

#include "functions/condition/regular_expression.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "regex/regex.h"
}

namespace lifecycle::condition {
namespace {

// The C collation: letters and digits are ASCII's, the same in every database. The server caches compiled patterns.
bool matches(std::string_view pattern, std::string_view text) {
  return pg::call([=] {
    auto* const expression = pg::make_text(pattern);
    const bool found = RE_compile_and_execute(expression, const_cast<char*>(text.data()), static_cast<int>(text.size()),
                                              REG_ADVANCED, C_COLLATION_OID, 0, nullptr);
    pfree(expression);
    return found;
  });
}

void check(std::string_view pattern) { matches(pattern, ""); }

} // namespace

void install_regular_expressions() {
  check_regular_expression = check;
  match_regular_expression = matches;
}

} // namespace lifecycle::condition
