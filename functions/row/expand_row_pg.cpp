// Planner support for functions of a record: f(t) becomes _f_columns('{a,b}', t.a, t.b) where t is a row of a relation
// or a row constructor. Forming the record costs more than writing it, and the columns are at hand.
//
// Left as it is where the two could differ: the row of an outer join's nullable side is null as a whole, which its
// columns do not tell; a grouped row; one with more columns than a function may have arguments.
#include "functions/pg/function.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "parser/parse_func.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
}

namespace lifecycle::row {
namespace {

bool may_execute(Oid function) {
#if PG_VERSION_NUM >= 160000
  return object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#else
  return pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

// Whether a row of this query can be null as a whole, or stand for a group.
bool rows_may_differ(const Query* query) {
  if (query->groupClause != NIL || query->groupingSets != NIL) {
    return true;
  }
  ListCell* cell = nullptr;
  foreach (cell, query->rtable) {
    const auto* const entry = lfirst_node(RangeTblEntry, cell);
    if (entry->rtekind == RTE_JOIN && IS_OUTER_JOIN(entry->jointype)) {
      return true;
    }
  }
  return false;
}

// The row's columns, dropped ones included where the row has a named type.
struct Columns {
  List* values; // expressions
  List* names;  // strings, or NIL: those of the type
  Oid type;
};

bool columns_of_variable(PlannerInfo* root, Var* variable, Columns* columns) {
  if (root == nullptr || variable->varattno != InvalidAttrNumber || variable->varlevelsup != 0 ||
      IS_SPECIAL_VARNO(variable->varno) || rows_may_differ(root->parse)) {
    return false;
  }
#if PG_VERSION_NUM >= 180000
  if (variable->varreturningtype != VAR_RETURNING_DEFAULT) {
    return false;
  }
#endif
  RangeTblEntry* const entry = rt_fetch(variable->varno, root->parse->rtable);
  if (entry->rtekind == RTE_JOIN) {
    return false;
  }
  columns->type = variable->vartype;
#if PG_VERSION_NUM >= 180000
  expandRTE(entry, variable->varno, 0, VAR_RETURNING_DEFAULT, -1, columns->type != RECORDOID, &columns->names,
            &columns->values);
#else
  expandRTE(entry, variable->varno, 0, -1, columns->type != RECORDOID, &columns->names, &columns->values);
#endif
  return true;
}

bool columns_of(PlannerInfo* root, Node* argument, Columns* columns) {
  if (IsA(argument, Var)) {
    return columns_of_variable(root, castNode(Var, argument), columns);
  }
  if (IsA(argument, RowExpr)) {
    const auto* const constructor = castNode(RowExpr, argument);
    *columns = {constructor->args, constructor->colnames, constructor->row_typeid};
    return true;
  }
  return false;
}

// Takes the dropped columns out and the names of a named type in. False where type and columns do not match.
bool apply_type(Columns* columns) {
  if (columns->type == RECORDOID) {
    return true;
  }
  TupleDesc const descriptor = lookup_rowtype_tupdesc_domain(columns->type, -1, true);
  if (descriptor == nullptr) {
    return false;
  }
  bool fits = descriptor->natts == list_length(columns->values);
  List* values = NIL;
  columns->names = NIL;
  for (int i = 0; fits && i < descriptor->natts; ++i) {
    Form_pg_attribute const attribute = TupleDescAttr(descriptor, i);
    auto* const value = static_cast<Node*>(list_nth(columns->values, i));
    if (attribute->attisdropped) {
      continue;
    }
    // A generated column that is not stored has no variable of its own.
    fits =
        exprType(value) == attribute->atttypid && (attribute->attgenerated == '\0' || attribute->attgenerated == 's');
    values = lappend(values, value);
    columns->names = lappend(columns->names, makeString(pstrdup(NameStr(attribute->attname))));
  }
  ReleaseTupleDesc(descriptor);
  columns->values = values;
  return fits;
}

Const* names_constant(List* names) {
  auto* const elements = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(list_length(names))));
  int count = 0;
  ListCell* cell = nullptr;
  foreach (cell, names) {
    elements[count++] = CStringGetTextDatum(strVal(lfirst(cell)));
  }
  ArrayType* const array = construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT);
  return makeConst(TEXTARRAYOID, -1, DEFAULT_COLLATION_OID, -1, PointerGetDatum(array), false, false);
}

// _NAME_columns beside NAME, if the caller may use both.
Oid function_of_columns(Oid function) {
  char* const schema = get_namespace_name(get_func_namespace(function));
  char* const name = psprintf("_%s_columns", get_func_name(function));
  const Oid any = InvalidOid; // not looked at: there is one of that name
  const Oid found = LookupFuncName(list_make2(makeString(schema), makeString(name)), -1, &any, true);
  return OidIsValid(found) && may_execute(function) && may_execute(found) ? found : InvalidOid;
}

Node* expand(const SupportRequestSimplify* request) {
  const FuncExpr* const call = request->fcall;
  Columns columns = {NIL, NIL, InvalidOid};
  if (list_length(call->args) != 1 || !columns_of(request->root, static_cast<Node*>(linitial(call->args)), &columns) ||
      !apply_type(&columns)) {
    return nullptr;
  }
  const int count = list_length(columns.values);
  if (count == 0 || count >= FUNC_MAX_ARGS || count != list_length(columns.names)) {
    return nullptr;
  }
  const Oid function = function_of_columns(call->funcid);
  if (!OidIsValid(function)) {
    return nullptr;
  }
  return reinterpret_cast<Node*>(makeFuncExpr(function, call->funcresulttype,
                                              lcons(names_constant(columns.names), list_copy(columns.values)),
                                              call->funccollid, call->inputcollid, COERCE_EXPLICIT_CALL));
}

} // namespace
} // namespace lifecycle::row

LIFECYCLE_FUNCTION(lifecycle_expand_row) {
  auto* const request = reinterpret_cast<Node*>(PG_GETARG_POINTER(0));
  if (!IsA(request, SupportRequestSimplify)) {
    PG_RETURN_POINTER(nullptr);
  }
  PG_RETURN_POINTER(lifecycle::row::expand(reinterpret_cast<SupportRequestSimplify*>(request)));
}
