// _judge(rules, user, event) -> boolean[]: what matches() says of each of many rules over one {user, event}. One call
// for an event in place of one a pair; the rules' programs are kept as long as the statement's plan lives.
#include <string>
#include <unordered_map>
#include <vector>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/regular_expression_pg.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"
}

namespace condition = lifecycle::condition;
namespace pg = lifecycle::pg;

namespace {

using Programs = std::vector<std::unique_ptr<condition::Program>>;

// An array of rules is known by its bytes; there is one for each name that events have.
struct Judge {
  static constexpr std::size_t most = 256;

  std::unordered_map<std::string, Programs> known;
  const std::pair<const std::string, Programs>* last = nullptr;
  condition::Evaluator evaluator;
};

struct Holder {
  Judge* judge;
  MemoryContextCallback callback;
};

void drop_judge(void* argument) {
  auto* const holder = static_cast<Holder*>(argument);
  delete holder->judge;
  holder->judge = nullptr;
}

Judge* judge_of(FmgrInfo* function) {
  auto* holder = static_cast<Holder*>(function->fn_extra);
  if (unlikely(holder == nullptr)) {
    condition::install_regular_expressions();
    holder = static_cast<Holder*>(MemoryContextAllocZero(function->fn_mcxt, sizeof(Holder)));
    holder->callback.func = drop_judge;
    holder->callback.arg = holder;
    MemoryContextRegisterResetCallback(function->fn_mcxt, &holder->callback);
    holder->judge = pg::guard([] { return new Judge(); });
    function->fn_extra = holder;
  }
  return holder->judge;
}

std::string_view bytes_of_array(const ArrayType* rules) {
  return {reinterpret_cast<const char*>(rules), VARSIZE(rules)};
}

bool is_last(const Judge* judge, std::string_view bytes) {
  return judge->last != nullptr && judge->last->first == bytes;
}

// Outside guard: what is not known yet is detoasted first, then compiled.
[[gnu::noinline]] void find_programs(Judge* judge, ArrayType* rules) {
  const std::string_view bytes = bytes_of_array(rules);
  const bool is_known = pg::guard([=] {
    const auto found = judge->known.find(std::string(bytes));
    judge->last = found == judge->known.end() ? nullptr : &*found;
    return judge->last != nullptr;
  });
  if (is_known) {
    return;
  }
  Datum* elements = nullptr;
  bool* nulls = nullptr;
  int count = 0;
  deconstruct_array(rules, JSONBOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
  for (int i = 0; i < count; ++i) {
    if (nulls[i]) {
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a rule is null")));
    }
    elements[i] = PointerGetDatum(pg::detoasted(elements[i]));
  }
  pg::guard([=] {
    Programs programs;
    for (int i = 0; i < count; ++i) {
      const auto* const rule = reinterpret_cast<const varlena*>(DatumGetPointer(elements[i]));
      programs.push_back(condition::Program::compile(pg::bytes_of(rule), condition::RuleForm::condition));
    }
    if (judge->known.size() >= Judge::most) {
      judge->known.clear();
    }
    judge->last = &*judge->known.emplace(bytes, std::move(programs)).first;
  });
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_judge) {
  if (PG_ARGISNULL(0)) {
    PG_RETURN_NULL();
  }
  Judge* const judge = judge_of(fcinfo->flinfo);
  ArrayType* const rules = PG_GETARG_ARRAYTYPE_P(0);
  if (unlikely(!is_last(judge, bytes_of_array(rules)))) {
    find_programs(judge, rules);
  }
  varlena* const user = PG_ARGISNULL(1) ? nullptr : pg::detoasted(PG_GETARG_DATUM(1));
  varlena* const event = PG_ARGISNULL(2) ? nullptr : pg::detoasted(PG_GETARG_DATUM(2));
  const TimestampTz now = GetCurrentTransactionStartTimestamp();
  const auto count = static_cast<int>(judge->last->second.size());
  auto* const results = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(count + 1)));
  pg::guard([=] {
    const auto bytes = [](const varlena* part) { return part == nullptr ? std::string_view() : pg::bytes_of(part); };
    const condition::Document data(bytes(user), bytes(event));
    Datum* result = results;
    for (const auto& program : judge->last->second) {
      *result++ = BoolGetDatum(judge->evaluator.matches(*program, data, now));
    }
  });
  PG_RETURN_ARRAYTYPE_P(construct_array(results, count, BOOLOID, 1, true, TYPALIGN_CHAR));
}
