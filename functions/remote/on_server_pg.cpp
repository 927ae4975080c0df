// _on_server(server, statement, parameters) -> rows as arrays of texts: one statement on another server.
#include <algorithm>
#include <cstring>

#include "functions/pg/function.hpp"
#include "functions/remote/place_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"
}

namespace lifecycle::remote {
namespace {

Tuplestorestate* make_store(ReturnSetInfo* info) {
  MemoryContext const caller = MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
  TupleDesc const shape = CreateTemplateTupleDesc(1);
  TupleDescInitEntry(shape, 1, "values", TEXTARRAYOID, -1, 0);
  Tuplestorestate* const store =
      tuplestore_begin_heap((info->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
  MemoryContextSwitchTo(caller);
  info->returnMode = SFRM_Materialize;
  info->setResult = store;
  info->setDesc = shape;
  return store;
}

void put_row(const Result& result, int row, ReturnSetInfo* info) {
  const int columns = result.columns();
  auto* const values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(Max(columns, 1))));
  auto* const nulls = static_cast<bool*>(palloc(static_cast<Size>(Max(columns, 1))));
  for (int i = 0; i < columns; ++i) {
    const char* const value = result.value(row, i);
    nulls[i] = value == nullptr;
    values[i] = nulls[i] ? Datum{0} : CStringGetTextDatum(value);
  }
  int sizes[] = {columns};
  int bounds[] = {1};
  Datum array = PointerGetDatum(construct_md_array(values, nulls, 1, sizes, bounds, TEXTOID, -1, false, TYPALIGN_INT));
  bool is_null = false;
  tuplestore_putvalues(info->setResult, info->setDesc, &array, &is_null);
}

} // namespace
} // namespace lifecycle::remote

LIFECYCLE_FUNCTION(lifecycle_on_server) {
  using namespace lifecycle::remote;
  namespace pg = lifecycle::pg;
  auto* const info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (info == nullptr || !IsA(info, ReturnSetInfo) || (info->allowedModes & SFRM_Materialize) == 0) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("_on_server() must be called in FROM")));
  }
  Place place = {NameStr(*PG_GETARG_NAME(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)), {}};
  Datum* given = nullptr;
  bool* nulls = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &given, &nulls, &count);
  auto* const parameters = static_cast<const char**>(palloc(sizeof(char*) * static_cast<Size>(Max(count, 1))));
  for (int i = 0; i < count; ++i) {
    parameters[i] = nulls[i] ? nullptr : TextDatumGetCString(given[i]);
  }
  make_store(info);
  MemoryContext const row_context =
      AllocSetContextCreate(CurrentMemoryContext, "lifecycle remote row", ALLOCSET_DEFAULT_SIZES);

  enter_place(place);
  pg::guard([&] {
    const std::shared_ptr<Session> session = session_on(place.server);
    const lifecycle::remote::Result result =
        session->ask(place.statement, {parameters, static_cast<std::size_t>(count)});
    for (int row = 0; row < result.rows(); ++row) {
      pg::call([&] {
        MemoryContext const caller = MemoryContextSwitchTo(row_context);
        put_row(result, row, info);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(row_context);
      });
    }
  });
  leave_place(place);
  MemoryContextDelete(row_context);
  return Datum{0};
}
