#include "functions/ingest/place_pg.hpp"

#include "functions/ingest/columns_pg.hpp"
#include "functions/ingest/keys_pg.hpp"
#include "functions/ingest/placing_pg.hpp"
#include "functions/loader/indexed_writer_pg.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/acl.h"
#include "utils/partcache.h"
#include "utils/rls.h"
#include "utils/xid8.h"
}

namespace lifecycle::ingest {

SPIPlanPtr kept_plan(SPIPlanPtr* kept, const char* query, int count, Oid* types) {
  if (*kept == nullptr) {
    SPIPlanPtr const plan = SPI_prepare(query, count, types);
    if (plan == nullptr) {
      elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
    }
    SPI_keepplan(plan);
    *kept = plan;
  }
  return *kept;
}

uint64 run_plan(SPIPlanPtr plan, Datum* values, const char* nulls) {
  const int code = SPI_execute_plan(plan, values, nulls, false, 0);
  if (code < 0) {
    elog(ERROR, "SPI_execute_plan: %s", SPI_result_code_string(code));
  }
  return SPI_processed;
}

namespace {

constexpr ColumnShape event_columns[] = {
    {"event_id", UUIDOID},    {"event_name", TEXTOID},         {"event_time", TIMESTAMPTZOID}, {"user_id", TEXTOID},
    {"properties", JSONBOID}, {"received_at", TIMESTAMPTZOID}, {"changed_xid", XID8OID}};
constexpr int event_column_count = 7;

void settle_groups(Batch& batch, const StoredKeys& stored) {
  pg::guard([&] {
    const std::size_t count = batch.by_id().size();
    int next = 0; // both are in the order of ids
    for (std::size_t first = 0; first < count;) {
      const std::size_t end = group_end(batch, first);
      const Uuid& id = batch.row(batch.by_id()[first]).id;
      const bool is_stored = next < stored.count && compare_uuids(&stored.keys[next].id, id.data()) == 0;
      batch.settle(first, end, is_stored ? &stored.keys[next].content : nullptr);
      next += is_stored ? 1 : 0;
      first = end;
    }
  });
}

// A month that is missing is made; most are there.
void ensure_months(const Datum* months, int count) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {TIMESTAMPTZOID};
  kept_plan(&plan,
            "SELECT lifecycle._ensure_partition('lifecycle.events', $1) "
            "WHERE NOT lifecycle._has_partition('lifecycle.events', $1)",
            1, types);
  for (int i = 0; i < count; ++i) {
    Datum month = months[i];
    run_plan(plan, &month);
    SPI_freetuptable(SPI_tuptable);
  }
}

void ensure_months(Batch& batch) {
  Datum* months = nullptr;
  int count = 0;
  pg::guard([&] {
    const std::vector<std::int64_t> needed = batch.months();
    months = pg::call([&] { return static_cast<Datum*>(palloc(sizeof(Datum) * (needed.size() + 1))); });
    for (const std::int64_t month : needed) {
      months[count++] = TimestampTzGetDatum(month);
    }
  });
  ensure_months(months, count);
}

// The general way, by SQL: whatever columns, triggers and policies events has been given.
void insert_events_by_sql(Batch& batch) {
  static SPIPlanPtr plan = nullptr;
  const std::size_t most = batch.by_id().size();
  Column ids = make_column(most);
  Column names = make_column(most);
  Column moments = make_column(most);
  Column users = make_column(most);
  Column properties = make_column(most);
  Column received = make_column(most);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Row& row = batch.row(i);
    if (row.fate == Fate::written) {
      put(&ids, uuid_datum(row.id));
      put(&names, PointerGetDatum(row.name));
      put(&moments, TimestampTzGetDatum(row.time));
      put(&users, PointerGetDatum(row.user));
      put(&properties, PointerGetDatum(row.properties));
      put(&received, TimestampTzGetDatum(row.received_at));
    }
  }
  Oid types[] = {UUIDARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, JSONBARRAYOID, TIMESTAMPTZARRAYOID};
  Datum values[] = {uuids(ids),
                    varlenas(names, TEXTOID),
                    times(moments),
                    varlenas(users, TEXTOID),
                    varlenas(properties, JSONBOID),
                    times(received)};
  kept_plan(&plan,
            "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties, received_at, "
            "changed_xid) SELECT e.*, pg_catalog.pg_current_xact_id() FROM unnest($1, $2, $3, $4, $5, $6) AS e",
            6, types);
  while_placing([&] { run_plan(plan, values); });
}

// The quick way: month by month, each with its indexes.

// The rows to be written, by the partition they belong to.
struct Routes {
  int* partition_of; // by row; -1 where it is not written
  int* counts;       // by partition
  int partitions;
  bool complete; // each row has one
};

Routes route(PartitionKey key, PartitionDesc partitions, Batch& batch) {
  Routes routes = {static_cast<int*>(palloc(sizeof(int) * (batch.size() + 1))),
                   static_cast<int*>(palloc0(sizeof(int) * static_cast<Size>(partitions->nparts + 1))),
                   partitions->nparts, true};
  PartitionBoundInfo const bounds = partitions->boundinfo;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Row& row = batch.row(i);
    routes.partition_of[i] = -1;
    if (row.fate == Fate::written) {
      Datum time = TimestampTzGetDatum(row.time);
      bool equal = false;
      const int below = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1, &time, &equal);
      const int partition = bounds->indexes[below + 1] >= 0 ? bounds->indexes[below + 1] : bounds->default_index;
      routes.partition_of[i] = partition;
      if (partition >= 0) {
        ++routes.counts[partition];
      } else {
        routes.complete = false; // the INSERT will say so
      }
    }
  }
  return routes;
}

// Whether each partition that rows go to can be written that way; opens and locks those.
bool open_partitions(PartitionDesc partitions, const Routes& routes, Relation* opened) {
  bool good = routes.complete;
  for (int i = 0; i < routes.partitions; ++i) {
    opened[i] = routes.counts[i] > 0 && good ? table_open(partitions->oids[i], RowExclusiveLock) : nullptr;
    good = good && (opened[i] == nullptr || (has_shape(opened[i], event_columns, event_column_count) &&
                                             loader::can_write_indexed(opened[i], is_placing_trigger)));
  }
  return good;
}

void write_partition(Relation partition, int number, const Routes& routes, Batch& batch) {
  auto* const rows = static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * static_cast<Size>(routes.counts[number])));
  const Datum xid = FullTransactionIdGetDatum(GetTopFullTransactionId());
  int count = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (routes.partition_of[i] == number) {
      const Row& row = batch.row(i);
      Datum values[] = {uuid_datum(row.id),
                        PointerGetDatum(row.name),
                        TimestampTzGetDatum(row.time),
                        PointerGetDatum(row.user),
                        PointerGetDatum(row.properties),
                        TimestampTzGetDatum(row.received_at),
                        xid};
      bool nulls[event_column_count] = {};
      rows[count++] = heap_form_tuple(RelationGetDescr(partition), values, nulls);
    }
  }
  loader::write_indexed(partition, rows, count);
}

bool write_events(Batch& batch) {
  Relation const events = table_open(installed_table("events"), RowExclusiveLock);
  PartitionKey const key = RelationGetPartitionKey(events);
  bool written = key != nullptr && key->strategy == PARTITION_STRATEGY_RANGE && key->partnatts == 1 &&
                 key->parttypid[0] == TIMESTAMPTZOID &&
                 pg_class_aclcheck(RelationGetRelid(events), GetUserId(), ACL_INSERT) == ACLCHECK_OK &&
                 check_enable_rls(RelationGetRelid(events), InvalidOid, true) != RLS_ENABLED;
  if (written) {
    PartitionDesc const partitions = RelationGetPartitionDesc(events, true);
    const Routes routes = route(key, partitions, batch);
    auto* const opened = static_cast<Relation*>(palloc0(sizeof(Relation) * static_cast<Size>(routes.partitions + 1)));
    written = open_partitions(partitions, routes, opened);
    for (int i = 0; i < routes.partitions; ++i) {
      if (opened[i] != nullptr) {
        if (written) {
          write_partition(opened[i], i, routes, batch);
        }
        table_close(opened[i], NoLock);
      }
    }
  }
  table_close(events, NoLock);
  return written;
}

} // namespace

void place_events(Batch& batch) {
  pg::guard([&] { batch.sort_by_id(); });
  if (batch.by_id().empty()) {
    return;
  }
  settle_groups(batch, take_keys(batch));
  if (batch.count(Fate::written) == 0) {
    return;
  }
  ensure_months(batch);
  if (!write_events(batch)) {
    insert_events_by_sql(batch);
  }
}

} // namespace lifecycle::ingest
