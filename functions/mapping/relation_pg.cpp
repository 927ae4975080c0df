#include "functions/mapping/relation_pg.hpp"

#include "functions/pg/function.hpp"

extern "C" {
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

namespace lifecycle::pg {
namespace {

using mapping::SourceKind;

SourceKind kind_of(Oid type) {
  const Oid base = getBaseType(type);
  switch (base) {
    case INT2OID:
    case INT4OID:
    case INT8OID:
      return SourceKind::integer;
    case NUMERICOID:
      return SourceKind::numeric;
    case FLOAT4OID:
    case FLOAT8OID:
      return SourceKind::floating;
    case BOOLOID:
      return SourceKind::boolean;
    case UUIDOID:
      return SourceKind::uuid;
    case TIMESTAMPTZOID:
      return SourceKind::timestamptz;
    case TIMESTAMPOID:
      return SourceKind::timestamp;
    case DATEOID:
      return SourceKind::date;
    case JSONBOID:
      return SourceKind::jsonb;
    case JSONOID:
      return SourceKind::json;
    default: {
      char category = 0;
      bool is_preferred = false;
      get_type_category_preferred(base, &category, &is_preferred);
      return category == TYPCATEGORY_STRING || category == TYPCATEGORY_ENUM ? SourceKind::text : SourceKind::other;
    }
  }
}

// Whether a json is in values of the type, at whatever depth: such a value need not fit into a jsonb.
bool holds_json(Oid type) {
  check_stack_depth();
  const Oid base = getBaseType(type);
  if (base == JSONOID) {
    return true;
  }
  if (const Oid element = get_element_type(base); OidIsValid(element)) {
    return holds_json(element);
  }
  if (!OidIsValid(get_typ_typrelid(base))) {
    return false;
  }
  const TupleDesc members = lookup_rowtype_tupdesc_copy(base, -1);
  for (int i = 0; i < members->natts; ++i) {
    const FormData_pg_attribute* member = TupleDescAttr(members, i);
    if (!member->attisdropped && holds_json(member->atttypid)) {
      return true;
    }
  }
  return false;
}

bool has_rows(char relkind) {
  switch (relkind) {
    case RELKIND_RELATION:
    case RELKIND_PARTITIONED_TABLE:
    case RELKIND_VIEW:
    case RELKIND_MATVIEW:
    case RELKIND_FOREIGN_TABLE:
      return true;
    default:
      return false;
  }
}

bool may_use_schema(Oid schema) {
#if PG_VERSION_NUM >= 160000
  return object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#else
  return pg_namespace_aclcheck(schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#endif
}

} // namespace

CatalogRelation read_relation(Oid oid) {
  const Relation opened = try_relation_open(oid, AccessShareLock);
  if (opened == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the relation to map does not exist"),
                    errdetail("No relation has OID %u: it was dropped.", oid),
                    errhint("Name the relation that holds the rows now.")));
  }
  CatalogRelation relation{};
  relation.oid = oid;
  relation.name =
      quote_qualified_identifier(get_namespace_name(RelationGetNamespace(opened)), RelationGetRelationName(opened));
  if (!has_rows(opened->rd_rel->relkind)) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("%s cannot be mapped", relation.name),
                    errdetail("It is neither a table, a foreign table, a view nor a materialized view."),
                    errhint("Name the table or view that holds the rows.")));
  }
  const TupleDesc descriptor = RelationGetDescr(opened);
  relation.columns = static_cast<CatalogColumn*>(palloc(sizeof(CatalogColumn) * Max(descriptor->natts, 1)));
  for (int i = 0; i < descriptor->natts; ++i) {
    const FormData_pg_attribute* attribute = TupleDescAttr(descriptor, i);
    if (!attribute->attisdropped) {
      relation.columns[relation.column_count++] = {
          pstrdup(NameStr(attribute->attname)), format_type_with_typemod(attribute->atttypid, attribute->atttypmod),
          attribute->attnum, kind_of(attribute->atttypid), holds_json(attribute->atttypid)};
    }
  }
  relation.is_temporary = opened->rd_rel->relpersistence == RELPERSISTENCE_TEMP;
  relation.rows_are_hidden = check_enable_rls(oid, InvalidOid, true) == RLS_ENABLED;
  relation_close(opened, NoLock);
  return relation;
}

void check_may_read(const CatalogRelation& relation, const bool* used) {
  const Oid role = GetUserId();
  const char* const role_name = quote_identifier(GetUserNameFromId(role, false));
  const Oid schema = get_rel_namespace(relation.oid);
  if (!may_use_schema(schema)) {
    const char* const schema_name = quote_identifier(get_namespace_name(schema));
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for schema %s", schema_name),
                    errdetail("Role %s maps %s, which lies in it.", role_name, relation.name),
                    errhint("GRANT USAGE ON SCHEMA %s TO %s;", schema_name, role_name)));
  }
  if (pg_class_aclcheck(relation.oid, role, ACL_SELECT) == ACLCHECK_OK) {
    return;
  }
  for (int i = 0; i < relation.column_count; ++i) {
    const CatalogColumn& column = relation.columns[i];
    if (used[i] && pg_attribute_aclcheck(relation.oid, column.number, role, ACL_SELECT) != ACLCHECK_OK) {
      const char* const column_name = quote_identifier(column.name);
      ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                      errmsg("permission denied for column %s of %s", column_name, relation.name),
                      errdetail("Role %s maps the column and must be able to read it.", role_name),
                      errhint("GRANT SELECT ON %s TO %s;", relation.name, role_name)));
    }
  }
}

} // namespace lifecycle::pg

LIFECYCLE_FUNCTION(lifecycle_holds_json) {
  const Oid type = PG_GETARG_OID(0);
  if (!SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(type))) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("type with OID %u does not exist", type)));
  }
  PG_RETURN_BOOL(lifecycle::pg::holds_json(type));
}
