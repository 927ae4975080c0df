// _read_ahead(ledger, keys): asks the kernel for the pages on which a run is about to look rows up. A nested loop asks
// for one page at a time and waits for each; asked for together, they come together. A hint: nothing depends on it.
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
#include "utils/spccache.h"
}

namespace {

// What the server calls; plain data, as a longjmp may end any of it.
struct Asker {
  DestReceiver receiver; // first: the server knows us by it
  Relation table;
  IndexScanDesc scan;
  int64 pages;
};

// A table of this size the server itself reads past its buffers: most of it will not be there.
bool is_large(Relation table) {
  return RelationGetNumberOfBlocks(table) > static_cast<BlockNumber>(NBuffers) / 4 &&
         get_tablespace_io_concurrency(table->rd_rel->reltablespace) > 0;
}

Relation open_key(Relation table) {
  list_free(RelationGetIndexList(table)); // finds the primary key, too
  if (!OidIsValid(table->rd_pkindex)) {
    return nullptr;
  }
  Relation const index = index_open(table->rd_pkindex, AccessShareLock);
  if (index->rd_opcintype[0] == TEXTOID && index->rd_indcollation[0] == C_COLLATION_OID) {
    return index;
  }
  index_close(index, AccessShareLock);
  return nullptr;
}

IndexScanDesc begin_scan(Relation table, Relation index) {
#if PG_VERSION_NUM >= 180000
  return index_beginscan(table, index, GetActiveSnapshot(), nullptr, 1, 0);
#else
  return index_beginscan(table, index, GetActiveSnapshot(), 1, 0);
#endif
}

void receive_startup(DestReceiver*, int, TupleDesc given) {
  if (given->natts != 1 || TupleDescAttr(given, 0)->atttypid != TEXTOID) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("_read_ahead() takes a query for one text")));
  }
}

bool receive_key(TupleTableSlot* slot, DestReceiver* self) {
  auto& asker = *reinterpret_cast<Asker*>(self);
  CHECK_FOR_INTERRUPTS();
  bool is_null = false;
  const Datum id = slot_getattr(slot, 1, &is_null);
  if (is_null) {
    return true;
  }
  ScanKeyData key;
  ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, TEXTOID, C_COLLATION_OID, F_TEXTEQ, id);
  index_rescan(asker.scan, &key, 1, nullptr, 0);
  while (ItemPointer const place = index_getnext_tid(asker.scan, ForwardScanDirection)) {
    if (!BufferIsValid(PrefetchBuffer(asker.table, MAIN_FORKNUM, ItemPointerGetBlockNumber(place)).recent_buffer)) {
      ++asker.pages;
    }
  }
  return true;
}

void receive_shutdown(DestReceiver*) {}
void receive_destroy(DestReceiver*) {}

int64 read_ahead(Relation table, Relation key, const char* query) {
  auto* const asker = static_cast<Asker*>(palloc0(sizeof(Asker)));
  asker->receiver = {receive_key, receive_startup, receive_shutdown, receive_destroy, DestNone};
  asker->table = table;
  asker->scan = begin_scan(table, key);
  SPI_connect();
  lifecycle::loader::run_query(query, true, &asker->receiver);
  SPI_finish();
  index_endscan(asker->scan);
  return asker->pages;
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_read_ahead) {
  Relation const table = table_open(PG_GETARG_OID(0), AccessShareLock);
  if (const AclResult result = pg_class_aclcheck(RelationGetRelid(table), GetUserId(), ACL_SELECT);
      result != ACLCHECK_OK) {
    aclcheck_error(result, get_relkind_objtype(table->rd_rel->relkind), RelationGetRelationName(table));
  }
  int64 pages = 0;
  if (table->rd_rel->relkind == RELKIND_RELATION && is_large(table)) {
    if (Relation const key = open_key(table); key != nullptr) {
      pages = read_ahead(table, key, text_to_cstring(PG_GETARG_TEXT_PP(1)));
      index_close(key, AccessShareLock);
    }
  }
  table_close(table, AccessShareLock);
  PG_RETURN_INT64(pages);
}
