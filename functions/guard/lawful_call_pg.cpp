// lifecycle_lawful_call: the body of a public procedure (or function) NAME(…) that may change append-only tables. It
// runs the procedure _NAME(…) of the same schema and arguments, in any language, within a lawful frame; there alone
// _open_append_only() works. Of one that is internal itself, _NAME(…), that is _NAME_lawfully(…). Both must be members
// of this extension, so a frame cannot be had for a procedure of a user's own, and calling the inner one directly opens
// nothing.
#include "functions/guard/door_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace lifecycle::guard {
namespace {

void require_member(Oid function) {
  const Oid extension = getExtensionOfObject(ProcedureRelationId, function);
  if (!OidIsValid(extension) || extension != get_extension_oid("lifecycle_ledger", true)) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("\"%s\" is not a procedure of lifecycle_ledger", get_func_name(function)),
                    errdetail("Only the extension's own procedures may change append-only tables.")));
  }
}

Oid inner_procedure(Oid outer) {
  HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(outer));
  if (!HeapTupleIsValid(tuple)) {
    elog(ERROR, "cache lookup failed for function %u", outer);
  }
  const auto* const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
  const char* const outer_name = NameStr(form->proname);
  const char* const name = psprintf(outer_name[0] == '_' ? "%s_lawfully" : "_%s", outer_name);
  const Oid inner = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
                                    PointerGetDatum(&form->proargtypes), ObjectIdGetDatum(form->pronamespace));
  if (!OidIsValid(inner)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
                    errmsg("procedure \"%s\" has no \"%s\" of the same arguments to run", outer_name, name)));
  }
  ReleaseSysCache(tuple);
  return inner;
}

} // namespace
} // namespace lifecycle::guard

LIFECYCLE_FUNCTION(lifecycle_lawful_call) {
  namespace guard = lifecycle::guard;
  const Oid outer = fcinfo->flinfo->fn_oid;
  const Oid inner = guard::inner_procedure(outer);
  guard::require_member(outer);
  guard::require_member(inner);
  FmgrInfo info;
  fmgr_info(inner, &info);
  LOCAL_FCINFO(call, FUNC_MAX_ARGS);
  // The context says whether the CALL may commit.
  InitFunctionCallInfoData(*call, &info, fcinfo->nargs, fcinfo->fncollation, fcinfo->context, nullptr);
  for (int i = 0; i < fcinfo->nargs; ++i) {
    call->args[i] = fcinfo->args[i];
  }
  volatile Datum result = 0;
  guard::enter_lawful_frame();
  PG_TRY();
  { result = FunctionCallInvoke(call); }
  PG_FINALLY();
  { guard::leave_lawful_frame(); }
  PG_END_TRY();
  fcinfo->isnull = call->isnull;
  return result;
}
