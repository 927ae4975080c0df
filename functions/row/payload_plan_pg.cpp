#include "functions/row/payload_plan_pg.hpp"

#include <cstring>

#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace lifecycle::row {
namespace {

struct Key {
  std::string_view text;
  int argument;
};

// The order of keys in a jsonb object: by length, then by bytes.
int compare_keys(const void* left, const void* right) {
  const std::string_view& a = static_cast<const Key*>(left)->text;
  const std::string_view& b = static_cast<const Key*>(right)->text;
  if (a.size() != b.size()) {
    return a.size() < b.size() ? -1 : 1;
  }
  return a.empty() ? 0 : std::memcmp(a.data(), b.data(), a.size());
}

Key* sorted_keys(Datum names, int count) {
  Datum* elements = nullptr;
  bool* nulls = nullptr;
  int names_count = 0;
  deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &names_count);
  if (names_count != count) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("names and values of a payload differ in number"),
                    errdetail("There are %d names and %d values.", names_count, count),
                    errhint("Give one name for each value.")));
  }
  auto* const keys = static_cast<Key*>(palloc(sizeof(Key) * static_cast<Size>(count)));
  for (int i = 0; i < count; ++i) {
    if (nulls[i]) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a name of a payload is null"),
                      errdetail("It is the name of value %d.", i + 1), errhint("Give every value a name.")));
    }
    keys[i] = {pg::view(DatumGetTextPP(elements[i])), i + 1};
  }
  qsort(keys, static_cast<size_t>(count), sizeof(Key), compare_keys);
  for (int i = 1; i < count; ++i) {
    if (keys[i].text == keys[i - 1].text) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a name of a payload occurs twice"),
                      errdetail("The name is \"%s\".", pnstrdup(keys[i].text.data(), keys[i].text.size())),
                      errhint("Give every value a name of its own.")));
    }
  }
  return keys;
}

// Makes everything of the result that does not depend on the values.
void make_prefix(PayloadPlan* plan, const Key* keys) {
  std::size_t keys_size = 0;
  for (int i = 0; i < plan->count; ++i) {
    keys_size += keys[i].text.size();
    check_payload_size(keys_size);
  }
  const auto count = static_cast<std::size_t>(plan->count);
  const std::size_t entries_at = VARHDRSZ + sizeof(uint32);
  const std::size_t keys_at = entries_at + 2 * count * sizeof(JEntry);
  plan->keys_size = static_cast<std::uint32_t>(keys_size);
  plan->prefix_size = static_cast<std::uint32_t>(keys_at + keys_size);
  plan->prefix = static_cast<char*>(MemoryContextAllocZero(plan->context, plan->prefix_size));
  const uint32 header = static_cast<uint32>(count) | JB_FOBJECT;
  std::memcpy(plan->prefix + VARHDRSZ, &header, sizeof header);
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view key = keys[i].text;
    key.copy(plan->prefix + keys_at + end, key.size());
    end += static_cast<std::uint32_t>(key.size());
    const JEntry entry = i % JB_OFFSET_STRIDE == 0 ? JENTRY_ISSTRING | JENTRY_HAS_OFF | end
                                                   : JENTRY_ISSTRING | static_cast<std::uint32_t>(key.size());
    std::memcpy(plan->prefix + entries_at + i * sizeof(JEntry), &entry, sizeof entry);
  }
}

// to_jsonb asks the call for the type of its argument.
void prepare_to_jsonb(PayloadValue* value, Oid type, MemoryContext context) {
  MemoryContext const caller = MemoryContextSwitchTo(context);
  fmgr_info_cxt(F_TO_JSONB, &value->to_jsonb, context);
  Const* const argument = makeNullConst(type, -1, get_typcollation(type));
  fmgr_info_set_expr(reinterpret_cast<fmNodePtr>(makeFuncExpr(F_TO_JSONB, JSONBOID, list_make1(argument), InvalidOid,
                                                              InvalidOid, COERCE_EXPLICIT_CALL)),
                     &value->to_jsonb);
  MemoryContextSwitchTo(caller);
}

void plan_value(PayloadValue* value, Oid type, MemoryContext context) {
  plan_type(&value->type, type, context);
  switch (value->type.form) {
    // Here to_jsonb writes what the output function says, and that depends on settings.
    case Form::bytea:
    case Form::interval: {
      Oid function = InvalidOid;
      bool is_varlena = false;
      getTypeOutputInfo(value->type.type, &function, &is_varlena);
      fmgr_info_cxt(function, &value->type.convert, context);
      value->type.form = Form::other;
      break;
    }
    default:
      if (is_converted(value->type.form)) {
        prepare_to_jsonb(value, type, context);
      }
  }
}

PayloadPlan* make_plan(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0) || get_fn_expr_variadic(fcinfo->flinfo)) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a payload needs names and its values one by one"),
                    errhint("Call _payload(names, value, value, ...).")));
  }
  MemoryContext const context =
      AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "lifecycle_ledger payload plan", ALLOCSET_SMALL_SIZES);
  auto* const plan = static_cast<PayloadPlan*>(MemoryContextAllocZero(context, sizeof(PayloadPlan)));
  plan->context = context;
  plan->names_are_constant = get_fn_expr_arg_stable(fcinfo->flinfo, 0);
  plan->count = PG_NARGS() - 1;
  const Key* const keys = sorted_keys(PG_GETARG_DATUM(0), plan->count);
  make_prefix(plan, keys);
  const auto count = static_cast<Size>(plan->count);
  plan->values = static_cast<PayloadValue*>(MemoryContextAllocZero(context, sizeof(PayloadValue) * count));
  plan->fetched = static_cast<Datum*>(MemoryContextAllocZero(context, sizeof(Datum) * count));
  for (int i = 0; i < plan->count; ++i) {
    PayloadValue* const value = &plan->values[i];
    value->argument = keys[i].argument;
    plan_value(value, get_fn_expr_argtype(fcinfo->flinfo, value->argument), context);
  }
  plan->fixed_size = plan->prefix_size + count * payload_scalar_size;
  return plan;
}

} // namespace

bool is_converted(Form form) {
  return form == Form::json || form == Form::array || form == Form::composite || form == Form::json_cast;
}

PayloadPlan* plan_payload(FunctionCallInfo fcinfo) {
  auto* plan = static_cast<PayloadPlan*>(fcinfo->flinfo->fn_extra);
  if (plan == nullptr || !plan->names_are_constant) [[unlikely]] {
    if (plan != nullptr) {
      fcinfo->flinfo->fn_extra = nullptr;
      MemoryContextDelete(plan->context);
    }
    plan = make_plan(fcinfo);
    fcinfo->flinfo->fn_extra = plan;
  }
  return plan;
}

} // namespace lifecycle::row
