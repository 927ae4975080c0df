// jsonlogic(), matches() over one document and over {user, event}. A call site keeps the programs of its rules, and an
// evaluator with its memory, as long as the statement's plan lives.
#include <new>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/program_cache.hpp"
#include "functions/condition/result.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/xact.h"
#include "nodes/primnodes.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
}

namespace condition = lifecycle::condition;
namespace pg = lifecycle::pg;

namespace {

struct CallSite {
  MemoryContextCallback callback;
  bool rule_is_constant;           // in the statement's text, so always the same
  const condition::Program* known; // then this is it
  condition::ProgramCache programs;
  condition::Evaluator evaluator;
  std::string result;

  CallSite(condition::RuleForm form, bool constant)
      : callback{}, rule_is_constant(constant), known(nullptr), programs(form) {}
};

void drop_call_site(void* argument) {
  auto** const site = static_cast<CallSite**>(argument);
  delete *site;
  *site = nullptr;
}

bool rule_is_constant(const FmgrInfo* function) {
  const Node* const expression = function->fn_expr;
  if (expression == nullptr || !IsA(expression, FuncExpr)) {
    return false;
  }
  const List* const arguments = reinterpret_cast<const FuncExpr*>(expression)->args;
  return arguments != NIL && IsA(linitial(arguments), Const);
}

// Outside guard: what fn_extra points to is plain data with a callback that deletes the C++ object.
[[gnu::noinline]] CallSite* make_call_site(FmgrInfo* function, condition::RuleForm form) {
  struct Holder {
    CallSite* site; // first: the callback's argument
    MemoryContextCallback callback;
  };
  auto* const holder = static_cast<Holder*>(MemoryContextAllocZero(function->fn_mcxt, sizeof(Holder)));
  holder->callback.func = drop_call_site;
  holder->callback.arg = &holder->site;
  MemoryContextRegisterResetCallback(function->fn_mcxt, &holder->callback);
  const bool constant = rule_is_constant(function);
  holder->site = pg::guard([=] { return new CallSite(form, constant); });
  function->fn_extra = holder->site;
  return holder->site;
}

inline CallSite* call_site(FunctionCallInfo fcinfo, condition::RuleForm form) {
  auto* const known = static_cast<CallSite*>(fcinfo->flinfo->fn_extra);
  return likely(known != nullptr) ? known : make_call_site(fcinfo->flinfo, form);
}

// The rule as bytes, but nothing where the call site knows its program without them.
inline varlena* rule_of(const CallSite* site, Datum rule) {
  return likely(site->known != nullptr) ? nullptr : pg::detoasted(rule);
}

inline const condition::Program& program_of(CallSite* site, const varlena* rule) {
  if (likely(site->known != nullptr)) {
    return *site->known;
  }
  const condition::Program& program = site->programs.find(pg::bytes_of(rule));
  site->known = site->rule_is_constant ? &program : nullptr;
  return program;
}

inline void free_copy(varlena* value, Datum argument) {
  if (value != nullptr) {
    pg::free_if_copy(value, argument);
  }
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_matches) {
  const Datum argument = PG_GETARG_DATUM(1);
  pg::prefetch_value(argument);
  CallSite* const site = call_site(fcinfo, condition::RuleForm::condition);
  varlena* const rule = rule_of(site, PG_GETARG_DATUM(0));
  varlena* const document = pg::detoasted(argument);
  const TimestampTz now = GetCurrentTransactionStartTimestamp();
  const bool result = pg::guard([=] {
    const condition::Document data(pg::bytes_of(document));
    return site->evaluator.matches(program_of(site, rule), data, now);
  });
  free_copy(rule, PG_GETARG_DATUM(0));
  free_copy(document, argument);
  PG_RETURN_BOOL(result);
}

LIFECYCLE_FUNCTION(lifecycle_matches_user_event) {
  if (PG_ARGISNULL(0)) {
    PG_RETURN_NULL();
  }
  CallSite* const site = call_site(fcinfo, condition::RuleForm::condition);
  varlena* const rule = rule_of(site, PG_GETARG_DATUM(0));
  varlena* const user = PG_ARGISNULL(1) ? nullptr : pg::detoasted(PG_GETARG_DATUM(1));
  varlena* const event = PG_ARGISNULL(2) ? nullptr : pg::detoasted(PG_GETARG_DATUM(2));
  const TimestampTz now = GetCurrentTransactionStartTimestamp();
  const bool result = pg::guard([=] {
    const auto bytes = [](const varlena* part) { return part == nullptr ? std::string_view() : pg::bytes_of(part); };
    const condition::Document data(bytes(user), bytes(event));
    return site->evaluator.matches(program_of(site, rule), data, now);
  });
  free_copy(rule, PG_GETARG_DATUM(0));
  free_copy(user, PG_GETARG_DATUM(1));
  free_copy(event, PG_GETARG_DATUM(2));
  PG_RETURN_BOOL(result);
}

LIFECYCLE_FUNCTION(lifecycle_jsonlogic) {
  CallSite* const site = call_site(fcinfo, condition::RuleForm::any);
  varlena* const rule = rule_of(site, PG_GETARG_DATUM(0));
  varlena* const document = pg::detoasted(PG_GETARG_DATUM(1));
  const TimestampTz now = GetCurrentTransactionStartTimestamp();
  const auto* const result = pg::guard([=]() -> const std::string* {
    const condition::Document data(pg::bytes_of(document));
    condition::write_result(site->evaluator.evaluate(program_of(site, rule), data, now), site->result);
    return &site->result;
  });
  auto* const made = static_cast<Jsonb*>(palloc(VARHDRSZ + result->size()));
  SET_VARSIZE(made, VARHDRSZ + result->size());
  std::memcpy(VARDATA(made), result->data(), result->size());
  constexpr std::size_t kept = 1024UL * 1024;
  if (result->capacity() > kept) {
    std::string().swap(site->result);
  }
  free_copy(rule, PG_GETARG_DATUM(0));
  free_copy(document, PG_GETARG_DATUM(1));
  PG_RETURN_JSONB_P(made);
}
