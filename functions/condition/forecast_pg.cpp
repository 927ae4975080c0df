// _time_use(rule) -> text, _document_members(rule) -> text[], _next_change(rule, user, event, now) -> timestamptz,
// _matches_at(rule, user, event, now) -> boolean. The last two keep what they compiled for as long as the statement's
// plan lives: rules change from row to row.
#include "functions/condition/forecast.hpp"

#include <unordered_map>

#include "functions/condition/program_cache.hpp"
#include "functions/condition/regular_expression_pg.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
}

namespace condition = lifecycle::condition;
namespace pg = lifecycle::pg;

namespace {

// A refresh meets each segment's rule once a user, in turn.
class ForecastCache {
 public:
  condition::Forecast& find(std::string_view rule) {
    const auto known = forecasts_.find(rule);
    if (known != forecasts_.end()) {
      return *known->second;
    }
    auto forecast = condition::Forecast::compile(rule);
    if (forecasts_.size() >= most) {
      forecasts_.clear();
    }
    condition::Forecast& added = *forecast;
    forecasts_.emplace(added.source(), std::move(forecast)); // keys are the forecasts' sources
    return added;
  }

 private:
  static constexpr std::size_t most = 1024;
  std::unordered_map<std::string_view, std::unique_ptr<condition::Forecast>> forecasts_;
};

struct ProgramSite {
  condition::ProgramCache programs{condition::RuleForm::condition};
  condition::Evaluator evaluator;
};

// fn_extra points to plain data whose callback deletes the C++ object.
template <typename Site>
struct Holder {
  Site* site;
  MemoryContextCallback callback;
};

template <typename Site>
void drop_site(void* argument) {
  auto* const holder = static_cast<Holder<Site>*>(argument);
  delete holder->site;
  holder->site = nullptr;
}

template <typename Site>
Site* site_of(FmgrInfo* function) {
  auto* holder = static_cast<Holder<Site>*>(function->fn_extra);
  if (unlikely(holder == nullptr)) {
    condition::install_regular_expressions();
    holder = static_cast<Holder<Site>*>(MemoryContextAllocZero(function->fn_mcxt, sizeof(Holder<Site>)));
    holder->callback.func = drop_site<Site>;
    holder->callback.arg = holder;
    MemoryContextRegisterResetCallback(function->fn_mcxt, &holder->callback);
    holder->site = pg::guard([] { return new Site(); });
    function->fn_extra = holder;
  }
  return holder->site;
}

varlena* detoasted_or_null(FunctionCallInfo fcinfo, int argument) {
  return PG_ARGISNULL(argument) ? nullptr : pg::detoasted(PG_GETARG_DATUM(argument));
}

std::string_view bytes_or_none(const varlena* value) {
  return value == nullptr ? std::string_view() : pg::bytes_of(value);
}

constexpr std::int64_t never = PG_INT64_MAX;

} // namespace

LIFECYCLE_FUNCTION(lifecycle_next_change) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(3)) {
    PG_RETURN_NULL();
  }
  auto* const site = site_of<ForecastCache>(fcinfo->flinfo);
  const varlena* const rule = pg::detoasted(PG_GETARG_DATUM(0));
  const varlena* const user = detoasted_or_null(fcinfo, 1);
  const varlena* const event = detoasted_or_null(fcinfo, 2);
  const TimestampTz now = PG_GETARG_TIMESTAMPTZ(3);
  const std::int64_t change = pg::guard([=] {
    const condition::Document data(bytes_or_none(user), bytes_or_none(event));
    return site->find(pg::bytes_of(rule)).next_change(data, now).value_or(never);
  });
  if (change == never) {
    PG_RETURN_NULL();
  }
  PG_RETURN_TIMESTAMPTZ(change);
}

LIFECYCLE_FUNCTION(lifecycle_matches_at) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(3)) {
    PG_RETURN_NULL();
  }
  auto* const site = site_of<ProgramSite>(fcinfo->flinfo);
  const varlena* const rule = pg::detoasted(PG_GETARG_DATUM(0));
  const varlena* const user = detoasted_or_null(fcinfo, 1);
  const varlena* const event = detoasted_or_null(fcinfo, 2);
  const TimestampTz now = PG_GETARG_TIMESTAMPTZ(3);
  PG_RETURN_BOOL(pg::guard([=] {
    const condition::Document data(bytes_or_none(user), bytes_or_none(event));
    return site->evaluator.matches(site->programs.find(pg::bytes_of(rule)), data, now);
  }));
}

LIFECYCLE_FUNCTION(lifecycle_time_use) {
  condition::install_regular_expressions();
  const std::string_view rule = pg::bytes_of(pg::detoasted(PG_GETARG_DATUM(0)));
  switch (pg::guard([=] { return condition::Forecast::compile(rule)->time_use(); })) {
    case condition::TimeUse::none:
      PG_RETURN_TEXT_P(pg::make_text("none"));
    case condition::TimeUse::foreseen:
      PG_RETURN_TEXT_P(pg::make_text("foreseen"));
    default:
      PG_RETURN_TEXT_P(pg::make_text("unforeseen"));
  }
}

LIFECYCLE_FUNCTION(lifecycle_document_members) {
  condition::install_regular_expressions();
  const std::string_view rule = pg::bytes_of(pg::detoasted(PG_GETARG_DATUM(0)));
  ArrayType* const result = pg::guard([=] {
    const std::vector<std::string> members = condition::document_members(rule);
    const std::string* const first = members.data();
    const int count = static_cast<int>(members.size());
    return pg::call([=] {
      auto* const texts = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(count + 1)));
      for (int i = 0; i < count; ++i) {
        texts[i] = PointerGetDatum(pg::make_text(first[i]));
      }
      return construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT);
    });
  });
  PG_RETURN_ARRAYTYPE_P(result);
}
