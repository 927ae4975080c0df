#include "functions/pg/elsewhere.hpp"

#include "functions/pg/function.hpp"

extern "C" {
#include "access/genam.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_namespace.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace lifecycle::pg {
namespace {

constexpr char catalog_name[] = "pg_dist_partition";
constexpr char index_name[] = "pg_dist_partition_logical_relid_index";
constexpr char relation_column[] = "logicalrelid";

} // namespace

bool lies_elsewhere(Oid relation) {
  const Oid catalog = get_relname_relid(catalog_name, PG_CATALOG_NAMESPACE);
  if (!OidIsValid(catalog)) {
    return false;
  }
  const AttrNumber column = get_attnum(catalog, relation_column);
  if (column == InvalidAttrNumber) {
    return false;
  }
  ScanKeyData key;
  ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation));
  Relation const tables = table_open(catalog, AccessShareLock);
  const Oid index = get_relname_relid(index_name, PG_CATALOG_NAMESPACE);
  SysScanDesc const scan = systable_beginscan(tables, index, OidIsValid(index), nullptr, 1, &key);
  const bool found = HeapTupleIsValid(systable_getnext(scan));
  systable_endscan(scan);
  table_close(tables, AccessShareLock);
  return found;
}

void require_here(Oid relation) {
  if (lies_elsewhere(relation)) {
    const char* const name =
        quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation));
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("the rows of %s lie on other nodes", name),
             errdetail("It is read where it is, on this one."), errhint("SELECT undistribute_table('%s');", name)));
  }
}

} // namespace lifecycle::pg

LIFECYCLE_FUNCTION(lifecycle_lies_elsewhere) { PG_RETURN_BOOL(lifecycle::pg::lies_elsewhere(PG_GETARG_OID(0))); }
