#include "functions/ingest/place_pg.hpp"

#include "functions/ingest/placing_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

#include <cstring>

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

// A column of values, on its way into a query as an array.
struct Column {
  Datum* values;
  int count;
};

Column make_column(std::size_t most) { return {static_cast<Datum*>(palloc(sizeof(Datum) * (most + 1))), 0}; }

void put(Column* column, Datum value) { column->values[column->count++] = value; }

Datum uuid_datum(const Uuid& uuid) { return PointerGetDatum(uuid.data()); }

Datum uuids(const Column& column) {
  return PointerGetDatum(construct_array(column.values, column.count, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

Datum times(const Column& column) {
  return PointerGetDatum(construct_array(column.values, column.count, TIMESTAMPTZOID, sizeof(TimestampTz),
                                         FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum varlenas(const Column& column, Oid type) {
  return PointerGetDatum(construct_array(column.values, column.count, type, -1, false, TYPALIGN_INT));
}

// The rows of the last query's first column, uuids, in their order.
struct Uuids {
  pg_uuid_t* ids;
  int count;
};

int compare_uuids(const void* left, const void* right) { return std::memcmp(left, right, UUID_LEN); }

Uuids returned_uuids() {
  const auto count = static_cast<int>(SPI_tuptable->numvals);
  Uuids found = {static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t) * static_cast<Size>(count + 1))), count};
  for (int i = 0; i < count; ++i) {
    bool null = false;
    found.ids[i] = *DatumGetUUIDP(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null));
  }
  SPI_freetuptable(SPI_tuptable);
  qsort(found.ids, static_cast<size_t>(count), sizeof(pg_uuid_t), compare_uuids);
  return found;
}

bool contains(const Uuids& uuids, const Uuid& id) {
  return bsearch(id.data(), uuids.ids, static_cast<size_t>(uuids.count), sizeof(pg_uuid_t), compare_uuids) != nullptr;
}

// Where the group of rows that share an id ends.
std::size_t group_end(Batch& batch, std::size_t first) {
  const auto& order = batch.by_id();
  std::size_t end = first + 1;
  while (end < order.size() && batch.row(order[end]).id == batch.row(order[first]).id) {
    ++end;
  }
  return end;
}

// Enters the first row of each group into event_keys; the ids that were free until then.
Uuids insert_keys(Batch& batch) {
  static SPIPlanPtr plan = nullptr;
  const auto& order = batch.by_id();
  Column ids = make_column(order.size());
  Column moments = make_column(order.size());
  Column contents = make_column(order.size());
  for (std::size_t first = 0; first < order.size(); first = group_end(batch, first)) {
    const Row& row = batch.row(order[first]);
    put(&ids, uuid_datum(row.id));
    put(&moments, TimestampTzGetDatum(row.time));
    put(&contents, uuid_datum(row.content));
  }
  Oid types[] = {UUIDARRAYOID, TIMESTAMPTZARRAYOID, UUIDARRAYOID};
  Datum values[] = {uuids(ids), times(moments), uuids(contents)};
  kept_plan(&plan,
            "INSERT INTO lifecycle.event_keys (event_id, event_time, content) SELECT * FROM unnest($1, $2, $3) "
            "ON CONFLICT DO NOTHING RETURNING event_id",
            3, types);
  while_placing([&] { run_plan(plan, values); });
  return returned_uuids();
}

struct StoredKey {
  pg_uuid_t id;
  Uuid content;
};

struct StoredKeys {
  StoredKey* keys;
  int count;
};

// What event_keys has under the ids that were taken.
StoredKeys read_keys(Batch& batch, const Uuids& inserted) {
  static SPIPlanPtr plan = nullptr;
  const auto& order = batch.by_id();
  Column ids = make_column(order.size());
  for (std::size_t first = 0; first < order.size(); first = group_end(batch, first)) {
    const Row& row = batch.row(order[first]);
    if (!contains(inserted, row.id)) {
      put(&ids, uuid_datum(row.id));
    }
  }
  if (ids.count == 0) {
    return {nullptr, 0};
  }
  Oid types[] = {UUIDARRAYOID};
  Datum values[] = {uuids(ids)};
  kept_plan(
      &plan,
      "SELECT k.event_id, k.content FROM unnest($1) AS used (id) JOIN lifecycle.event_keys k ON k.event_id = used.id",
      1, types);
  const auto count = static_cast<int>(run_plan(plan, values));
  StoredKeys stored = {static_cast<StoredKey*>(palloc(sizeof(StoredKey) * static_cast<Size>(count + 1))), count};
  for (int i = 0; i < count; ++i) {
    bool null = false;
    stored.keys[i].id = *DatumGetUUIDP(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null));
    std::memcpy(stored.keys[i].content.data(),
                DatumGetUUIDP(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &null))->data, UUID_LEN);
  }
  SPI_freetuptable(SPI_tuptable);
  qsort(stored.keys, static_cast<size_t>(count), sizeof(StoredKey), compare_uuids);
  if (count != ids.count) {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                    errmsg("a key of event_keys vanished while it was looked at"), errhint("Call again.")));
  }
  return stored;
}

void settle_groups(Batch& batch, const Uuids& inserted, const StoredKeys& stored) {
  const std::size_t count = batch.by_id().size();
  for (std::size_t first = 0; first < count;) {
    const std::size_t end = group_end(batch, first);
    const Uuid& id = batch.row(batch.by_id()[first]).id;
    const Uuid* content = nullptr;
    if (!contains(inserted, id)) {
      const auto* const key = static_cast<StoredKey*>(
          bsearch(id.data(), stored.keys, static_cast<size_t>(stored.count), sizeof(StoredKey), compare_uuids));
      content = &key->content;
    }
    pg::guard([&] { batch.settle(first, end, content); });
    first = end;
  }
}

// A month that is missing is made; most are there.
void ensure_months(const Datum* months, int count) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {TIMESTAMPTZOID};
  kept_plan(&plan,
            "SELECT lifecycle._ensure_partition('lifecycle.events', $1) WHERE NOT "
            "lifecycle._has_partition('lifecycle.events', $1)",
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

void insert_events(Batch& batch) {
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
  if (ids.count == 0) {
    return;
  }
  Oid types[] = {UUIDARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, JSONBARRAYOID, TIMESTAMPTZARRAYOID};
  Datum values[] = {uuids(ids),
                    varlenas(names, TEXTOID),
                    times(moments),
                    varlenas(users, TEXTOID),
                    varlenas(properties, JSONBOID),
                    times(received)};
  kept_plan(
      &plan,
      "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties, received_at, changed_xid) "
      "SELECT e.*, pg_catalog.pg_current_xact_id() FROM unnest($1, $2, $3, $4, $5, $6) AS e",
      6, types);
  while_placing([&] { run_plan(plan, values); });
}

} // namespace

void place_events(Batch& batch) {
  pg::guard([&] { batch.sort_by_id(); });
  if (batch.by_id().empty()) {
    return;
  }
  const Uuids inserted = insert_keys(batch);
  const StoredKeys stored = read_keys(batch, inserted);
  settle_groups(batch, inserted, stored);
  ensure_months(batch);
  insert_events(batch);
}

} // namespace lifecycle::ingest
