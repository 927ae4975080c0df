#include "functions/loader/index_code_pg.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "utils/syscache.h"
}

namespace lifecycle::loader {
namespace {

bool is_of_users(Oid function, void*) {
  HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(tuple)) {
    return true;
  }
  const auto* const form = reinterpret_cast<const FormData_pg_proc*>(GETSTRUCT(tuple));
  const bool is_native = form->prolang == INTERNALlanguageId || form->prolang == ClanguageId;
  ReleaseSysCache(tuple);
  return !is_native;
}

bool has_code(Node* node, void*);

bool walk(Node* node) {
#if PG_VERSION_NUM >= 160000
  return expression_tree_walker(node, has_code, nullptr);
#else
  using Any = void (*)(); // what the compiler lets be any function
  return expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<Any>(has_code)), nullptr);
#endif
}

bool has_code(Node* node, void*) {
  if (node == nullptr) {
    return false;
  }
  const bool is_list = IsA(node, List);
  return (!is_list && (exprType(node) >= FirstNormalObjectId || check_functions_in_node(node, is_of_users, nullptr))) ||
         walk(node);
}

} // namespace

bool has_code_of_users(const IndexInfo* info) {
  return has_code(reinterpret_cast<Node*>(info->ii_Expressions), nullptr) ||
         has_code(reinterpret_cast<Node*>(info->ii_Predicate), nullptr);
}

} // namespace lifecycle::loader
