// _count_gone(old, new): how many visible rows of one table have a record id that another one lacks. The keys of both
// are at hand in order, in their primary keys: the leaves of the two are walked side by side, and of the old table only
// rows whose key has no match are looked at.
#include "functions/pg/function.hpp"
#include "functions/pg/relation.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/genam.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/visibilitymap.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::pg {
namespace {

// The entries of an index in order. Each leaf is copied, so that nothing is locked while it is walked. A page that is
// split meanwhile is no trouble, as its new half lies to the right; nor is one that is emptied, as it stays readable
// for as long as our snapshot. The leaf stays pinned, as in an index-only scan: VACUUM waits for that before it gives
// the place of a row that is gone to another, or calls its page visible to all.
struct Keys {
  Relation index;
  Buffer pinned; // the present leaf
  BlockNumber next_leaf;
  OffsetNumber at; // of the present entry
  OffsetNumber last;
  IndexTuple entry; // nullptr after the last
  std::string_view key;
  MemoryContext context; // of keys that had to be decompressed
  union {
    char leaf[BLCKSZ];
    double alignment;
  };
};

// NOLINTNEXTLINE(readability-non-const-parameter): the server's macro takes a Page
BTPageOpaque opaque_of(Page page) { return reinterpret_cast<BTPageOpaque>(PageGetSpecialPointer(page)); }

void unpin(Keys& keys) {
  if (BufferIsValid(keys.pinned)) {
    ReleaseBuffer(keys.pinned);
  }
  keys.pinned = InvalidBuffer;
}

void copy_page(Keys& keys, BlockNumber number) {
  unpin(keys);
  CHECK_FOR_INTERRUPTS();
  keys.pinned = ReadBuffer(keys.index, number);
  LockBuffer(keys.pinned, BUFFER_LOCK_SHARE);
  _bt_checkpage(keys.index, keys.pinned);
  std::memcpy(keys.leaf, BufferGetPage(keys.pinned), BLCKSZ);
  LockBuffer(keys.pinned, BUFFER_LOCK_UNLOCK);
}

BlockNumber first_leaf(Keys& keys) {
  copy_page(keys, BTREE_METAPAGE);
  BlockNumber number = BTPageGetMeta(keys.leaf)->btm_root;
  while (number != P_NONE) {
    copy_page(keys, number);
    BTPageOpaque const opaque = opaque_of(keys.leaf);
    if (P_ISLEAF(opaque)) {
      return number;
    }
    // One that was emptied meanwhile has no entries, and what belongs there is further right.
    number = P_IGNORE(opaque) ? opaque->btpo_next
                              : BTreeTupleGetDownLink(reinterpret_cast<IndexTuple>(
                                    PageGetItem(keys.leaf, PageGetItemId(keys.leaf, P_FIRSTDATAKEY(opaque)))));
  }
  return P_NONE;
}

std::string_view key_of(const Keys& keys, IndexTuple entry) {
  bool is_null = false; // never: it is a primary key
  auto* const value =
      reinterpret_cast<text*>(DatumGetPointer(index_getattr(entry, 1, RelationGetDescr(keys.index), &is_null)));
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): see above
  if (likely(VARATT_IS_SHORT(value) || VARATT_IS_4B_U(value))) {
    return view(value);
  }
  MemoryContext const caller = MemoryContextSwitchTo(keys.context);
  const std::string_view plain = view(pg_detoast_datum_packed(value));
  MemoryContextSwitchTo(caller);
  return plain;
}

void advance(Keys& keys) {
  for (;;) {
    for (++keys.at; keys.at <= keys.last; ++keys.at) {
      ItemId const item = PageGetItemId(keys.leaf, keys.at);
      if (!ItemIdIsDead(item) || TransactionStartedDuringRecovery()) { // on a standby they may be seen still
        keys.entry = reinterpret_cast<IndexTuple>(PageGetItem(keys.leaf, item));
        keys.key = key_of(keys, keys.entry);
        return;
      }
    }
    if (keys.next_leaf == P_NONE) {
      keys.entry = nullptr;
      unpin(keys);
      return;
    }
    MemoryContextReset(keys.context);
    copy_page(keys, keys.next_leaf);
    BTPageOpaque const opaque = opaque_of(keys.leaf);
    keys.next_leaf = opaque->btpo_next;
    keys.at = P_FIRSTDATAKEY(opaque) - 1;
    keys.last = P_IGNORE(opaque) ? InvalidOffsetNumber : PageGetMaxOffsetNumber(keys.leaf);
  }
}

Relation open_table(Oid table) {
  Relation const relation = pg::open_table(table, AccessShareLock);
  if (const AclResult result = pg_class_aclcheck(table, GetUserId(), ACL_SELECT); result != ACLCHECK_OK) {
    aclcheck_error(result, get_relkind_objtype(relation->rd_rel->relkind), RelationGetRelationName(relation));
  }
  return relation;
}

Keys* open_keys(Relation table) {
  list_free(RelationGetIndexList(table)); // finds the primary key, too
  const Oid index = table->rd_pkindex;
  Relation const relation = OidIsValid(index) ? index_open(index, AccessShareLock) : nullptr;
  if (relation == nullptr || relation->rd_rel->relkind != RELKIND_INDEX || relation->rd_rel->relam != BTREE_AM_OID ||
      relation->rd_opcintype[0] != TEXTOID || relation->rd_indcollation[0] != C_COLLATION_OID) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("table \"%s\" has no primary key that begins with a text in byte order",
                           RelationGetRelationName(table))));
  }
  auto* const keys = static_cast<Keys*>(palloc0(sizeof(Keys)));
  keys->index = relation;
  keys->context = AllocSetContextCreate(CurrentMemoryContext, "keys of a leaf", ALLOCSET_SMALL_SIZES);
  keys->next_leaf = first_leaf(*keys);
  advance(*keys);
  return keys;
}

struct Rows {
  Relation table;
  IndexFetchTableData* fetch;
  TupleTableSlot* slot;
  Buffer visibility_map;
};

Rows open_rows(Relation table) {
  return {table, table_index_fetch_begin(table), table_slot_create(table, nullptr), InvalidBuffer};
}

void close_rows(Rows& rows) {
  table_index_fetch_end(rows.fetch);
  ExecDropSingleTupleTableSlot(rows.slot);
  if (BufferIsValid(rows.visibility_map)) {
    ReleaseBuffer(rows.visibility_map);
  }
}

bool is_visible(Rows& rows, ItemPointerData place) {
  if (VM_ALL_VISIBLE(rows.table, ItemPointerGetBlockNumber(&place), &rows.visibility_map)) {
    return true;
  }
  bool more = false;
  bool all_dead = false;
  return table_index_fetch_tuple(rows.fetch, &place, GetActiveSnapshot(), rows.slot, &more, &all_dead);
}

// Of the rows that an entry stands for: several where versions of a row share its key.
int64 count_visible(Rows& rows, IndexTuple entry) {
  if (!BTreeTupleIsPosting(entry)) {
    return is_visible(rows, entry->t_tid) ? 1 : 0;
  }
  int64 visible = 0;
  for (int i = 0; i < BTreeTupleGetNPosting(entry); ++i) {
    visible += is_visible(rows, *BTreeTupleGetPostingN(entry, i)) ? 1 : 0;
  }
  return visible;
}

} // namespace
} // namespace lifecycle::pg

LIFECYCLE_FUNCTION(lifecycle_count_gone) {
  using namespace lifecycle::pg;
  Relation const old_table = open_table(PG_GETARG_OID(0));
  Relation const new_table = open_table(PG_GETARG_OID(1));
  Keys* const old_keys = open_keys(old_table);
  Keys* const new_keys = open_keys(new_table);
  Rows old_rows = open_rows(old_table);
  Rows new_rows = open_rows(new_table);
  int64 gone = 0;
  for (; old_keys->entry != nullptr; advance(*old_keys)) {
    while (new_keys->entry != nullptr &&
           (new_keys->key < old_keys->key || count_visible(new_rows, new_keys->entry) == 0)) {
      advance(*new_keys);
    }
    if (new_keys->entry == nullptr || new_keys->key != old_keys->key) {
      gone += count_visible(old_rows, old_keys->entry);
    }
  }
  close_rows(old_rows);
  close_rows(new_rows);
  unpin(*old_keys);
  unpin(*new_keys);
  index_close(old_keys->index, AccessShareLock);
  index_close(new_keys->index, AccessShareLock);
  table_close(old_table, NoLock);
  table_close(new_table, NoLock);
  PG_RETURN_INT64(gone);
}
