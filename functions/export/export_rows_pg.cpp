// The aggregate _export_rows("order", numbers, unread, columns…): writes the rows that keep a contract into files. As
// an aggregate that can be computed in parts it runs in as many processes as the planner finds for the query below it,
// all under one snapshot; an error, a cancel or an end of any of them ends all.
#include <memory>

#include "functions/export/numbers_pg.hpp"
#include "functions/export/row_judge_pg.hpp"
#include "functions/export/row_files_pg.hpp"
#include "functions/file/file_access_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/heap_page.hpp"
#include "functions/pg/rows_ahead.hpp"
#include "functions/pg/text.hpp"
#include "functions/secret/secret_rules_pg.hpp"

extern "C" {
#include "access/parallel.h"
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "utils/builtins.h"
#include "utils/backend_progress.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
}

namespace lifecycle::exporting {
namespace {

constexpr int first_column = 4; // among the arguments, behind state, order, numbers and unread

// What the aggregate owns in C++; whatever ends it, its memory context's end deletes it, and with it a file that is not
// complete.
struct Work {
  std::unique_ptr<RowFiles> files; // of a process that reads rows
  pg::RowsAhead rows_ahead;        // of the same
  Part part;                       // of one that puts parts together
};

struct State {
  MemoryContextCallback callback;
  Work* work;
  // Of a process that reads rows.
  row::RowPlan* plan;
  ColumnStep* steps; // one a column
  int time_column;   // its place, from 0
  int64 rows;
  bool searches;    // for secrets
  int place_column; // by whose values is told where rows lie; negative: not found yet
};

void delete_work(void* state) { delete std::exchange(static_cast<State*>(state)->work, nullptr); }

State* make_state(MemoryContext context) {
  auto* const state = static_cast<State*>(MemoryContextAllocZero(context, sizeof(State)));
  state->callback.func = delete_work;
  state->callback.arg = state;
  MemoryContextRegisterResetCallback(context, &state->callback);
  pg::guard([&] { state->work = new Work; });
  return state;
}

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context = nullptr;
  if (AggCheckCallContext(fcinfo, &context) == 0) {
    elog(ERROR, "a function of the aggregate _export_rows was called outside an aggregate");
  }
  return context;
}

State* state_of(FunctionCallInfo fcinfo, int argument) { return reinterpret_cast<State*>(PG_GETARG_POINTER(argument)); }

// Workers keep the segment until they end, which is soon.
pg_atomic_uint64* shared_numbers(dsm_handle handle) {
  dsm_segment* segment = dsm_find_mapping(handle);
  if (segment == nullptr) {
    segment = dsm_attach(handle);
    if (segment != nullptr) {
      dsm_pin_mapping(segment);
    }
  }
  auto* const numbers = segment == nullptr || dsm_segment_map_length(segment) < sizeof(Numbers)
                            ? nullptr
                            : static_cast<Numbers*>(dsm_segment_address(segment));
  if (numbers == nullptr || numbers->magic != numbers_magic) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the export that rows are to be written for is not under way")));
  }
  return &numbers->next;
}

row::RowPlan* plan_rows(FunctionCallInfo fcinfo, const Order& order, MemoryContext context) {
  const int columns = PG_NARGS() - first_column;
  if (columns != static_cast<int>(order.columns.size())) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("%d columns are given where the order has %zu", columns, order.columns.size())));
  }
  TupleDesc const row = CreateTemplateTupleDesc(columns);
  for (int i = 0; i < columns; ++i) {
    TupleDescInitEntry(row, static_cast<AttrNumber>(i + 1), order.columns[static_cast<std::size_t>(i)].name.c_str(),
                       get_fn_expr_argtype(fcinfo->flinfo, first_column + i), -1, 0);
  }
  row::RowPlan* const plan = row::plan_query(row, context);
  if (plan->columns[order.time_column - 1].type.form != row::Form::timestamptz) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the time of an export's rows must be a timestamptz")));
  }
  return plan;
}

State* begin_rows(FunctionCallInfo fcinfo, MemoryContext context) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || get_fn_expr_variadic(fcinfo->flinfo)) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("_export_rows() takes an order, a number and the columns one by one")));
  }
  file::require_file_writer();
  MemoryContext const caller = MemoryContextSwitchTo(context);
  State* const state = make_state(context);
  pg_atomic_uint64* const numbers = shared_numbers(static_cast<dsm_handle>(PG_GETARG_INT64(2)));
  const std::string_view order = pg::view(PG_GETARG_TEXT_PP(1));
  pg::guard([&] { state->work->files = std::make_unique<RowFiles>(read_order(order), numbers); });
  state->plan = plan_rows(fcinfo, state->work->files->order(), context);
  state->time_column = static_cast<int>(state->work->files->order().time_column) - 1;
  state->place_column = -1;
  state->steps = plan_steps(*state->plan, state->work->files->order().columns.data());
  state->searches = searches(state->steps, state->plan->column_count);
  if (IsParallelWorker()) {
    file::start_progress();
  }
  MemoryContextSwitchTo(caller);
  return state;
}

// A column whose values lie in the rows themselves, as a constant's do not.
int find_place_column(FunctionCallInfo fcinfo, const row::RowPlan& plan) {
  for (int i = 0; i < plan.column_count; ++i) {
    const row::Form form = plan.columns[i].type.form;
    const NullableDatum& value = fcinfo->args[first_column + i];
    if ((form == row::Form::uuid || form == row::Form::text) && !value.isnull &&
        pg::shared_page_of(DatumGetPointer(value.value)) != nullptr) {
      return i;
    }
  }
  return -1;
}

// The next rows are brought near while this one is written, where they lie in a table.
void fetch_next(State& state, FunctionCallInfo fcinfo) {
  constexpr int64 looked_at = 64; // rows without such a value: there will be none
  if (state.place_column < 0 && state.rows < looked_at) {
    state.place_column = find_place_column(fcinfo, *state.plan);
  }
  if (state.place_column >= 0) {
    const NullableDatum& value = fcinfo->args[first_column + state.place_column];
    if (!value.isnull && pg::shared_page_of(DatumGetPointer(value.value)) != nullptr) {
      state.work->rows_ahead.at_value(value.value);
    }
  }
}

// Points the plan at the call's columns; false where one breaks the contract. rules: where any is searched. Inside
// guard.
bool take_row(FunctionCallInfo fcinfo, row::RowPlan& plan, const ColumnStep* steps, const ColumnChecks* checks,
              const secret::RuleSet* rules) {
  const NullableDatum* const arguments = fcinfo->args + first_column;
  Datum* const values = plan.values;
  bool* const nulls = plan.nulls;
  const int count = plan.column_count;
  for (int i = 0; i < count; ++i) {
    const Datum value = arguments[i].value;
    bool is_null = arguments[i].isnull;
    values[i] = value;
    if (!takes_value(steps[i], checks[i], value, is_null, rules)) {
      return false;
    }
    nulls[i] = is_null;
  }
  return true;
}

} // namespace
} // namespace lifecycle::exporting

LIFECYCLE_FUNCTION(lifecycle_export_rows_add) {
  using namespace lifecycle::exporting;
  MemoryContext const context = aggregate_context(fcinfo);
  State* const state = PG_ARGISNULL(0) ? begin_rows(fcinfo, context) : state_of(fcinfo, 0);
  CHECK_FOR_INTERRUPTS();
  lifecycle::row::RowPlan& plan = *state->plan;
  fetch_next(*state, fcinfo);
  const lifecycle::secret::RuleSet* const rules = state->searches ? lifecycle::secret::rules_for_call(fcinfo) : nullptr;
  const bool unread = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
  lifecycle::pg::guard([&] {
    RowFiles& files = *state->work->files;
    if (unread || !take_row(fcinfo, plan, state->steps, files.order().columns.data(), rules)) {
      files.reject();
    } else {
      files.add(plan, DatumGetTimestampTz(plan.values[state->time_column]));
    }
  });
  pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, ++state->rows);
  PG_RETURN_POINTER(state);
}

LIFECYCLE_FUNCTION(lifecycle_export_rows_combine) {
  using namespace lifecycle::exporting;
  MemoryContext const context = aggregate_context(fcinfo);
  State* const state = PG_ARGISNULL(0) ? make_state(context) : state_of(fcinfo, 0);
  if (!PG_ARGISNULL(1)) {
    State* const other = state_of(fcinfo, 1);
    lifecycle::pg::guard([&] { state->work->part.add(std::move(other->work->part)); });
  }
  PG_RETURN_POINTER(state);
}

// The part as bytes: for another process, and for the caller of the aggregate.
LIFECYCLE_FUNCTION(lifecycle_export_rows_part) {
  using namespace lifecycle::exporting;
  namespace pg = lifecycle::pg;
  aggregate_context(fcinfo);
  const State* const state = state_of(fcinfo, 0);
  bytea* const bytes = pg::guard([&] {
    Work& work = *state->work;
    if (work.files) {
      work.part.add(work.files->take());
    }
    const std::string stored = work.part.bytes();
    return pg::call([&] { return pg::make_text(stored); });
  });
  if (IsParallelWorker()) {
    pgstat_progress_end_command();
  }
  PG_RETURN_BYTEA_P(bytes);
}

LIFECYCLE_FUNCTION(lifecycle_export_rows_read_part) {
  using namespace lifecycle::exporting;
  aggregate_context(fcinfo);
  const std::string_view bytes = lifecycle::pg::view(PG_GETARG_BYTEA_PP(0));
  State* const state = make_state(CurrentMemoryContext);
  lifecycle::pg::guard([&] { state->work->part = read_part(bytes); });
  PG_RETURN_POINTER(state);
}
