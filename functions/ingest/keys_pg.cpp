#include "functions/ingest/keys_pg.hpp"

#include "functions/ingest/columns_pg.hpp"
#include "functions/ingest/place_pg.hpp"
#include "functions/ingest/placing_pg.hpp"
#include "functions/loader/indexed_writer_pg.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::ingest {

std::size_t group_end(Batch& batch, std::size_t first) {
  const auto& order = batch.by_id();
  std::size_t end = first + 1;
  while (end < order.size() && batch.row(order[end]).id == batch.row(order[first]).id) {
    ++end;
  }
  return end;
}

Oid installed_table(const char* name) {
  const Oid table = get_relname_relid(name, get_namespace_oid("lifecycle", false));
  if (!OidIsValid(table)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table lifecycle.%s does not exist", name),
                    errhint("CALL lifecycle.install();")));
  }
  return table;
}

bool has_shape(Relation relation, const ColumnShape* columns, int count) {
  TupleDesc const shape = RelationGetDescr(relation);
  bool same = shape->natts == count;
  for (int i = 0; same && i < count; ++i) {
    Form_pg_attribute const attribute = TupleDescAttr(shape, i);
    same = !attribute->attisdropped && attribute->atttypid == columns[i].type && attribute->attgenerated == '\0' &&
           std::strcmp(NameStr(attribute->attname), columns[i].name) == 0;
  }
  return same;
}

bool is_placing_trigger(Oid function) {
  constexpr const char* names[] = {"_event_contract_trigger", "_redact_event", "_take_event_key", "_keep_event_key"};
  const char* const name = get_func_name(function);
  bool ours = false;
  for (const char* const known : names) {
    ours = ours || (name != nullptr && std::strcmp(name, known) == 0);
  }
  return ours && get_func_namespace(function) == get_namespace_oid("lifecycle", true);
}

namespace {

constexpr ColumnShape key_columns[] = {{"event_id", UUIDOID}, {"event_time", TIMESTAMPTZOID}, {"content", UUIDOID}};
constexpr int key_column_count = 3;

StoredKeys make_keys(std::size_t most) { return {static_cast<StoredKey*>(palloc(sizeof(StoredKey) * (most + 1))), 0}; }

void put(StoredKeys* keys, Datum id, Datum content) {
  StoredKey* const key = &keys->keys[keys->count++];
  key->id = *DatumGetUUIDP(id);
  std::memcpy(key->content.data(), DatumGetUUIDP(content)->data, UUID_LEN);
}

// The general way, by SQL.

// The rows of the last query's first column, uuids, sorted.
struct Uuids {
  pg_uuid_t* ids;
  int count;
};

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

// Enters the keys that are free and returns their ids.
Uuids insert_free_keys(Batch& batch) {
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

StoredKeys take_keys_by_sql(Batch& batch) {
  static SPIPlanPtr plan = nullptr;
  const Uuids inserted = insert_free_keys(batch);
  const auto& order = batch.by_id();
  Column ids = make_column(order.size());
  for (std::size_t first = 0; first < order.size(); first = group_end(batch, first)) {
    const Row& row = batch.row(order[first]);
    if (!contains(inserted, row.id)) {
      put(&ids, uuid_datum(row.id));
    }
  }
  StoredKeys stored = make_keys(static_cast<std::size_t>(ids.count));
  if (ids.count == 0) {
    return stored;
  }
  Oid types[] = {UUIDARRAYOID};
  Datum values[] = {uuids(ids)};
  kept_plan(&plan,
            "SELECT k.event_id, k.content FROM unnest($1) AS used (id) JOIN lifecycle.event_keys k ON k.event_id = "
            "used.id ORDER BY 1",
            1, types);
  const auto count = static_cast<int>(run_plan(plan, values));
  if (count != ids.count) {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                    errmsg("a key of event_keys vanished while it was looked at"), errhint("Call again.")));
  }
  for (int i = 0; i < count; ++i) {
    bool null = false;
    put(&stored, SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null),
        SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &null));
  }
  SPI_freetuptable(SPI_tuptable);
  return stored;
}

// The quick way: every id is looked up in the index, in its order; those that are free are written together.

IndexScanDesc begin_probe(Relation keys, Relation index, Snapshot snapshot) {
#if PG_VERSION_NUM >= 180000
  return index_beginscan(keys, index, snapshot, nullptr, 1, 0);
#else
  return index_beginscan(keys, index, snapshot, 1, 0);
#endif
}

// Finds the key under an id, whoever is just inserting it: once that transaction has ended, it is known.
bool find_key(Relation keys, IndexScanDesc scan, SnapshotData* dirty, TupleTableSlot* slot, Datum id) {
  for (;;) {
    ScanKeyData key;
    ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, id);
    index_rescan(scan, &key, 1, nullptr, 0);
    if (!index_getnext_slot(scan, ForwardScanDirection, slot)) {
      return false;
    }
    const TransactionId other = TransactionIdIsValid(dirty->xmin) ? dirty->xmin : dirty->xmax;
    if (!TransactionIdIsValid(other)) {
      return true;
    }
    ItemPointerData place = slot->tts_tid;
    ExecClearTuple(slot);
    if (dirty->speculativeToken != 0) {
      SpeculativeInsertionWait(dirty->xmin, dirty->speculativeToken);
    } else {
      XactLockTableWait(other, keys, &place, XLTW_InsertIndex);
    }
  }
}

bool can_take_directly(Relation keys) {
  return has_shape(keys, key_columns, key_column_count) &&
         pg_class_aclcheck(RelationGetRelid(keys), GetUserId(), ACL_INSERT) == ACLCHECK_OK &&
         pg_class_aclcheck(RelationGetRelid(keys), GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
         loader::can_write_indexed(keys, is_placing_trigger);
}

StoredKeys take_keys_from(Relation keys, Relation index, Batch& batch) {
  const auto& order = batch.by_id();
  StoredKeys stored = make_keys(order.size());
  auto* const rows = static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * order.size()));
  int count = 0;
  SnapshotData dirty;
  InitDirtySnapshot(dirty);
  TupleTableSlot* const slot = table_slot_create(keys, nullptr);
  IndexScanDesc const scan = begin_probe(keys, index, &dirty);
  for (std::size_t first = 0; first < order.size(); first = group_end(batch, first)) {
    CHECK_FOR_INTERRUPTS();
    const Row& row = batch.row(order[first]);
    if (find_key(keys, scan, &dirty, slot, uuid_datum(row.id))) {
      bool null = false;
      put(&stored, uuid_datum(row.id), slot_getattr(slot, key_column_count, &null));
    } else {
      Datum values[] = {uuid_datum(row.id), TimestampTzGetDatum(row.time), uuid_datum(row.content)};
      bool nulls[key_column_count] = {};
      rows[count++] = heap_form_tuple(RelationGetDescr(keys), values, nulls);
    }
  }
  index_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  // Should somebody have inserted one of them since, the index refuses it, and the step is tried again.
  if (count > 0) {
    loader::write_indexed(keys, rows, count);
  }
  return stored;
}

// The index of the primary key, opened; null where there is none.
Relation open_primary_key(Relation keys) {
  List* const indexes = RelationGetIndexList(keys);
  Relation found = nullptr;
  ListCell* cell = nullptr;
  foreach (cell, indexes) {
    Relation const index = index_open(lfirst_oid(cell), RowExclusiveLock);
    if (found == nullptr && index->rd_index->indisprimary && index->rd_index->indisvalid) {
      found = index;
    } else {
      index_close(index, NoLock);
    }
  }
  list_free(indexes);
  return found;
}

} // namespace

StoredKeys take_keys(Batch& batch) {
  Relation const keys = table_open(installed_table("event_keys"), RowExclusiveLock);
  Relation const index = can_take_directly(keys) ? open_primary_key(keys) : nullptr;
  StoredKeys stored = {nullptr, 0};
  if (index != nullptr) {
    stored = take_keys_from(keys, index, batch);
    index_close(index, NoLock);
  }
  table_close(keys, NoLock);
  return index != nullptr ? stored : take_keys_by_sql(batch);
}

} // namespace lifecycle::ingest
