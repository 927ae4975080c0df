#include "functions/loader/indexed_writer_pg.hpp"

#include "functions/loader/sort_keys_pg.hpp"
#include "functions/loader/start_flush_pg.hpp"
#include "functions/pg/elsewhere.hpp"

extern "C" {
#include "access/genam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_trigger.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "utils/rls.h"
}

namespace lifecycle::loader {
namespace {

// One row's entry of an index, before it is inserted.
struct Entry {
  Datum* values;
  bool* nulls;
  ItemPointer row;
  Datum lead; // the first value, abbreviated where its type can be: what decides most comparisons, in one word
};

struct Order {
  SortSupport keys;
  int count;
  bool is_abbreviated;
};

int compare_entries(const void* left, const void* right, void* argument) {
  const auto* const a = static_cast<const Entry*>(left);
  const auto* const b = static_cast<const Entry*>(right);
  const auto* const order = static_cast<const Order*>(argument);
  int first = 0;
  if (order->is_abbreviated) {
    int result = ApplySortComparator(a->lead, a->nulls[0], b->lead, b->nulls[0], order->keys);
    if (result == 0) {
      result = ApplySortAbbrevFullComparator(a->values[0], a->nulls[0], b->values[0], b->nulls[0], order->keys);
    }
    if (result != 0) {
      return result;
    }
    first = 1;
  }
  for (int i = first; i < order->count; ++i) {
    const int result = ApplySortComparator(a->values[i], a->nulls[i], b->values[i], b->nulls[i], &order->keys[i]);
    if (result != 0) {
      return result;
    }
  }
  return ItemPointerCompare(a->row, b->row);
}

// The order of a B-tree's entries. Other kinds of index take them as they come.
Order order_of(Relation index) {
  if (index->rd_rel->relam != BTREE_AM_OID) {
    return {nullptr, 0, false};
  }
  const int count = IndexRelationGetNumberOfKeyAttributes(index);
  const SortSupport keys = sort_keys_of(index, true);
  return {keys, count, count > 0 && keys[0].abbrev_converter != nullptr};
}

void insert_entries(Relation table, Relation index, IndexInfo* info, TupleTableSlot** slots, int count,
                    EState* executor) {
  const int width = info->ii_NumIndexAttrs;
  auto* const entries = static_cast<Entry*>(palloc(sizeof(Entry) * static_cast<Size>(count)));
  auto* const values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(count) * static_cast<Size>(width)));
  auto* const nulls = static_cast<bool*>(palloc(static_cast<Size>(count) * static_cast<Size>(width)));
  ExprContext* const context = GetPerTupleExprContext(executor);
  ExprState* const predicate = info->ii_Predicate == NIL ? nullptr : ExecPrepareQual(info->ii_Predicate, executor);
  int kept = 0;
  for (int i = 0; i < count; ++i) {
    context->ecxt_scantuple = slots[i];
    if (predicate != nullptr && !ExecQual(predicate, context)) {
      continue;
    }
    Entry* const entry = &entries[kept];
    entry->values = values + static_cast<Size>(kept) * static_cast<Size>(width);
    entry->nulls = nulls + static_cast<Size>(kept) * static_cast<Size>(width);
    entry->row = &slots[i]->tts_tid;
    FormIndexDatum(info, slots[i], executor, entry->values, entry->nulls);
    ++kept;
  }
  Order order = order_of(index);
  for (int i = 0; order.is_abbreviated && i < kept; ++i) {
    entries[i].lead = entries[i].nulls[0] ? 0 : order.keys[0].abbrev_converter(entries[i].values[0], &order.keys[0]);
  }
  if (order.count > 0) {
    qsort_arg(entries, static_cast<size_t>(kept), sizeof(Entry), compare_entries, &order);
  }
  const IndexUniqueCheck check = index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO;
  for (int i = 0; i < kept; ++i) {
    CHECK_FOR_INTERRUPTS();
    index_insert(index, entries[i].values, entries[i].nulls, entries[i].row, table, check, false, info);
  }
  ResetPerTupleExprContext(executor);
  pfree(nulls);
  pfree(values);
  pfree(entries);
}

void insert_rows(Relation table, TupleTableSlot** slots, int count) {
  constexpr int most = 1000;
  const CommandId command = GetCurrentCommandId(true);
  for (int first = 0; first < count; first += most) {
    CHECK_FOR_INTERRUPTS();
    table_multi_insert(table, slots + first, Min(most, count - first), command, 0, nullptr);
  }
}

bool is_deferred(Relation index) { return index->rd_index->indisexclusion || !index->rd_index->indimmediate; }

} // namespace

bool can_write_indexed(Relation table, TriggerIsOurs is_ours) {
  if (table->rd_rel->relkind != RELKIND_RELATION ||
      check_enable_rls(RelationGetRelid(table), InvalidOid, true) == RLS_ENABLED ||
      pg::lies_elsewhere(RelationGetRelid(table))) {
    return false;
  }
  TupleDesc const shape = RelationGetDescr(table);
  if (shape->constr != nullptr && shape->constr->has_generated_stored) {
    return false;
  }
  for (int i = 0; table->trigdesc != nullptr && i < table->trigdesc->numtriggers; ++i) {
    const Trigger* const trigger = &table->trigdesc->triggers[i];
    if (TRIGGER_FOR_INSERT(trigger->tgtype) && !is_ours(trigger->tgfoid)) {
      return false;
    }
  }
  bool immediate = true;
  List* const indexes = RelationGetIndexList(table);
  ListCell* cell = nullptr;
  foreach (cell, indexes) {
    Relation const index = index_open(lfirst_oid(cell), AccessShareLock);
    immediate = immediate && !is_deferred(index);
    index_close(index, AccessShareLock);
  }
  list_free(indexes);
  return immediate;
}

void write_indexed(Relation table, HeapTuple* rows, int count) {
  EState* const executor = CreateExecutorState();
  ResultRelInfo* const target = makeNode(ResultRelInfo);
  InitResultRelInfo(target, table, 0, nullptr, 0);
  ExecOpenIndices(target, false);
  auto** const slots = static_cast<TupleTableSlot**>(palloc(sizeof(TupleTableSlot*) * static_cast<Size>(count)));
  const bool constrained = RelationGetDescr(table)->constr != nullptr;
  // A copy: each slot would count a reference to the relation's own, and thousands of those to one thing are slow.
  TupleDesc const shape = CreateTupleDescCopy(RelationGetDescr(table));
  for (int i = 0; i < count; ++i) {
    slots[i] = MakeSingleTupleTableSlot(shape, &TTSOpsHeapTuple);
    ExecStoreHeapTuple(rows[i], slots[i], true); // else the table would copy it
    slots[i]->tts_tableOid = RelationGetRelid(table);
    if (constrained) {
      ExecConstraints(target, slots[i], executor);
      ResetPerTupleExprContext(executor);
    }
  }
  insert_rows(table, slots, count);
  start_flush();
  for (int i = 0; i < target->ri_NumIndices; ++i) {
    Relation const index = target->ri_IndexRelationDescs[i];
    if (index->rd_index->indisready) {
      insert_entries(table, index, target->ri_IndexRelationInfo[i], slots, count, executor);
      start_flush();
    }
  }
  for (int i = 0; i < count; ++i) {
    ExecDropSingleTupleTableSlot(slots[i]);
  }
  pfree(slots);
  ExecCloseIndices(target);
  FreeExecutorState(executor);
}

} // namespace lifecycle::loader
