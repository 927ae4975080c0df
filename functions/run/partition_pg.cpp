// _has_partition(parent, moment): whether a range-partitioned table has a place for a time, by the server's own bounds.
#include "functions/pg/function.hpp"

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

bool has_partition(Relation parent, TimestampTz moment) {
  PartitionKey const key = RelationGetPartitionKey(parent);
  Datum value = 0;
  if (!as_key(key, moment, &value)) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not partitioned by ranges of one time column", RelationGetRelationName(parent))));
  }
  PartitionDesc const partitions = RelationGetPartitionDesc(parent, true);
  if (partitions->nparts == 0) {
    return false;
  }
  PartitionBoundInfo const bounds = partitions->boundinfo;
  bool equal = false;
  const int below = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1, &value, &equal);
  return bounds->indexes[below + 1] >= 0 || partition_bound_has_default(bounds);
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_has_partition) {
  Relation const parent = table_open(PG_GETARG_OID(0), AccessShareLock);
  if (parent->rd_rel->relkind != RELKIND_PARTITIONED_TABLE) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not a partitioned table", RelationGetRelationName(parent))));
  }
  const bool found = has_partition(parent, PG_GETARG_TIMESTAMPTZ(1));
  table_close(parent, NoLock);
  PG_RETURN_BOOL(found);
}
