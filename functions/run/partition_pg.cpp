// _partition_at(parent, moment): the partition of a range-partitioned table that holds a time.
// _has_partition(parent, moment): whether a range-partitioned table has a place for a time, by the server's own bounds.
#include "functions/pg/function.hpp"
#include "functions/pg/relation.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
}

namespace {

// The time as a value of the partition key's type; false where it is partitioned by something else.
bool as_key(PartitionKey key, TimestampTz moment, Datum* value) {
  if (key->strategy != PARTITION_STRATEGY_RANGE || key->partnatts != 1 || key->partattrs[0] == 0) {
    return false;
  }
  switch (key->parttypid[0]) {
    case TIMESTAMPTZOID:
      *value = TimestampTzGetDatum(moment);
      return true;
    case TIMESTAMPOID:
      *value = DirectFunctionCall1(timestamptz_timestamp, TimestampTzGetDatum(moment));
      return true;
    case DATEOID:
      *value = DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(moment));
      return true;
    default:
      return false;
  }
}

// InvalidOid where there is none but a DEFAULT one.
Oid partition_at(Relation parent, TimestampTz moment, bool* has_default) {
  PartitionKey const key = RelationGetPartitionKey(parent);
  Datum value = 0;
  if (!as_key(key, moment, &value)) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not partitioned by ranges of one time column", RelationGetRelationName(parent))));
  }
  PartitionDesc const partitions = RelationGetPartitionDesc(parent, true);
  *has_default = false;
  if (partitions->nparts == 0) {
    return InvalidOid;
  }
  PartitionBoundInfo const bounds = partitions->boundinfo;
  *has_default = partition_bound_has_default(bounds);
  bool equal = false;
  const int below = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1, &value, &equal);
  const int place = bounds->indexes[below + 1];
  return place >= 0 ? partitions->oids[place] : InvalidOid;
}

Oid find_partition(FunctionCallInfo fcinfo, bool* has_default) {
  Relation const parent = lifecycle::pg::open_table(PG_GETARG_OID(0), AccessShareLock);
  if (parent->rd_rel->relkind != RELKIND_PARTITIONED_TABLE) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not a partitioned table", RelationGetRelationName(parent))));
  }
  const Oid found = partition_at(parent, PG_GETARG_TIMESTAMPTZ(1), has_default);
  table_close(parent, NoLock);
  return found;
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_has_partition) {
  bool has_default = false;
  const Oid found = find_partition(fcinfo, &has_default);
  PG_RETURN_BOOL(OidIsValid(found) || has_default);
}

LIFECYCLE_FUNCTION(lifecycle_partition_at) {
  bool has_default = false;
  const Oid found = find_partition(fcinfo, &has_default);
  if (!OidIsValid(found)) {
    PG_RETURN_NULL();
  }
  PG_RETURN_OID(found);
}
