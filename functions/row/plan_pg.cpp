#include "functions/row/plan_pg.hpp"

#include <cstring>

#include "functions/json/string_writer.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"
}

namespace lifecycle::row {
namespace {

Form form_of(Oid type) {
  switch (type) {
    case BOOLOID:
      return Form::boolean;
    case INT2OID:
      return Form::int16;
    case INT4OID:
      return Form::int32;
    case INT8OID:
      return Form::int64;
    case FLOAT4OID:
      return Form::float32;
    case FLOAT8OID:
      return Form::float64;
    case NUMERICOID:
      return Form::numeric;
    case TEXTOID:
    case VARCHAROID:
      return Form::text;
    case BPCHAROID:
      return Form::padded_text;
    case NAMEOID:
      return Form::name;
    case UUIDOID:
      return Form::uuid;
    case BYTEAOID:
      return Form::bytea;
    case DATEOID:
      return Form::date;
    case TIMEOID:
      return Form::time;
    case TIMESTAMPOID:
      return Form::timestamp;
    case TIMESTAMPTZOID:
      return Form::timestamptz;
    case INTERVALOID:
      return Form::interval;
    case JSONOID:
      return Form::json;
    case JSONBOID:
      return Form::jsonb;
    case ANYARRAYOID:
      return Form::array;
    default:
      break;
  }
  if (OidIsValid(get_element_type(type))) {
    return Form::array;
  }
  return type_is_rowtype(type) ? Form::composite : Form::other;
}

// {"name": or ,"name": in the given context.
void make_key(ColumnPlan* column, const char* name, bool first, MemoryContext context) {
  const std::size_t size = std::strlen(name);
  auto* const key = static_cast<char*>(MemoryContextAlloc(context, json::escaped_bound(size) + 4 + key_block));
  char* to = key;
  *to++ = first ? '{' : ',';
  *to++ = '"';
  to = json::write_escaped_bytes(to, name, size);
  *to++ = '"';
  *to++ = ':';
  column->key = key;
  column->key_size = static_cast<std::uint32_t>(to - key);
}

RowPlan* new_plan(MemoryContext parent, int attributes) {
  MemoryContext const context = AllocSetContextCreate(parent, "lifecycle_ledger row plan", ALLOCSET_SMALL_SIZES);
  auto* const plan = static_cast<RowPlan*>(MemoryContextAllocZero(context, sizeof(RowPlan)));
  const auto count = static_cast<Size>(attributes);
  plan->context = context;
  plan->columns = static_cast<ColumnPlan*>(MemoryContextAllocZero(context, sizeof(ColumnPlan) * Max(count, 1)));
  plan->values = static_cast<Datum*>(MemoryContextAllocZero(context, sizeof(Datum) * Max(count, 1)));
  plan->nulls = static_cast<bool*>(MemoryContextAllocZero(context, sizeof(bool) * Max(count, 1)));
  return plan;
}

void add_column(RowPlan* plan, const char* name, Oid type, int attribute) {
  ColumnPlan* const column = &plan->columns[plan->column_count];
  make_key(column, name, plan->column_count == 0, plan->context);
  plan_type(&column->type, type, plan->context);
  column->attribute = static_cast<std::uint32_t>(attribute);
  ++plan->column_count;
}

} // namespace

void plan_type(TypePlan* plan, Oid type, MemoryContext context) {
  plan->type = getBaseType(type);
  plan->form = form_of(plan->type);
  plan->context = context;
  plan->element = nullptr;
  plan->row = nullptr;
  plan->day = DayMemo{};
  if (plan->form != Form::other) {
    return;
  }
  Oid function = InvalidOid;
  if (plan->type >= FirstNormalObjectId &&
      find_coercion_pathway(JSONOID, plan->type, COERCION_EXPLICIT, &function) == COERCION_PATH_FUNC &&
      OidIsValid(function)) {
    plan->form = Form::json_cast;
  } else {
    bool is_varlena = false;
    getTypeOutputInfo(plan->type, &function, &is_varlena);
  }
  fmgr_info_cxt(function, &plan->convert, context);
}

RowPlan* plan_record(RowPlan* known, HeapTupleHeader record, MemoryContext parent) {
  const Oid type = HeapTupleHeaderGetTypeId(record);
  const int32 typmod = HeapTupleHeaderGetTypMod(record);
  // Changes with ALTER TABLE too, so a plan that outlives a statement (in PL/pgSQL) is never stale.
  const std::uint64_t identifier = assign_record_type_identifier(type, typmod);
  RowPlan* plan = known;
  if (plan == nullptr || plan->identifier != identifier || plan->type != type || plan->typmod != typmod) {
    TupleDesc const descriptor = lookup_rowtype_tupdesc(type, typmod);
    plan = new_plan(parent, descriptor->natts);
    MemoryContext const caller = MemoryContextSwitchTo(plan->context);
    plan->descriptor = CreateTupleDescCopy(descriptor);
    MemoryContextSwitchTo(caller);
    ReleaseTupleDesc(descriptor);
    for (int i = 0; i < plan->descriptor->natts; ++i) {
      Form_pg_attribute const attribute = TupleDescAttr(plan->descriptor, i);
      if (!attribute->attisdropped) {
        add_column(plan, NameStr(attribute->attname), attribute->atttypid, i);
      }
    }
    plan->identifier = identifier;
    plan->type = type;
    plan->typmod = typmod;
  }
  HeapTupleData tuple;
  tuple.t_len = HeapTupleHeaderGetDatumLength(record);
  ItemPointerSetInvalid(&tuple.t_self);
  tuple.t_tableOid = InvalidOid;
  tuple.t_data = record;
  heap_deform_tuple(&tuple, plan->descriptor, plan->values, plan->nulls);
  if (known != nullptr && known != plan) {
    MemoryContextDelete(known->context);
  }
  return plan;
}

RowPlan* plan_query(TupleDesc descriptor, MemoryContext parent) {
  RowPlan* const plan = new_plan(parent, descriptor->natts);
  for (int i = 0; i < descriptor->natts; ++i) {
    Form_pg_attribute const attribute = TupleDescAttr(descriptor, i);
    if (!attribute->attisdropped) {
      add_column(plan, NameStr(attribute->attname), attribute->atttypid, i);
    }
  }
  return plan;
}

RowPlan* plan_columns(FunctionCallInfo fcinfo) {
  auto* plan = static_cast<RowPlan*>(fcinfo->flinfo->fn_extra);
  const int columns = PG_NARGS() - 1;
  if (plan == nullptr) {
    Datum* names = nullptr;
    int count = 0;
    if (PG_ARGISNULL(0) || get_fn_expr_variadic(fcinfo->flinfo)) {
      ereport(ERROR,
              (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("columns must be given one by one, with their names")));
    }
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &names, nullptr, &count);
    if (count != columns) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%d names for %d columns", count, columns)));
    }
    plan = new_plan(fcinfo->flinfo->fn_mcxt, columns);
    for (int i = 0; i < columns; ++i) {
      add_column(plan, TextDatumGetCString(names[i]), get_fn_expr_argtype(fcinfo->flinfo, i + 1), i);
    }
    fcinfo->flinfo->fn_extra = plan;
  }
  for (int i = 0; i < columns; ++i) {
    plan->values[i] = fcinfo->args[i + 1].value;
    plan->nulls[i] = fcinfo->args[i + 1].isnull;
  }
  return plan;
}

} // namespace lifecycle::row
