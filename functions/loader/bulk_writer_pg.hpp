// Writes rows into one table by table_multi_insert, in batches, as COPY FROM does: fewer WAL records and buffer locks
// than a row at a time. Server code, plain data only: everything here may ereport, and an error leaves all clean-up to
// the transaction's abort.
#pragma once

#include "functions/loader/index_feed_pg.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/heapam.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"
}

namespace lifecycle::loader {

// COPY's bounds of a batch: enough rows for a few pages, little enough memory.
inline constexpr int max_batch_rows = 1000;
inline constexpr Size max_batch_bytes = 65535;
// Of the log, as wal_writer_flush_after has it by default.
inline constexpr XLogRecPtr flush_bytes = 1024UL * 1024;

struct BulkWriter {
  Relation relation;
  TupleTableSlot* row;    // the caller fills tts_values and tts_isnull, then calls put_row
  TupleTableSlot** batch; // max_batch_rows slots, made as they are first needed
  int batch_rows;
  Size batch_bytes;
  MemoryContext context;       // the slots and the tuples in them
  MemoryContext flush_context; // what table_multi_insert leaves behind
  EState* executor;            // for CHECK expressions
  ResultRelInfo* result_relation;
  BulkInsertState bulk_insert;
  IndexFeed* indexes; // nullptr: the table has none
  CommandId command;  // set by the caller before the first row
  int options;
  XLogRecPtr flushed; // the log before it is on its way to disk
  bool has_constraints;
  bool is_partition;
};

// Opens a table for writing and refuses what rows written this way would bypass: triggers, generated columns, row-level
// security, and indexes; but those of a table made in this transaction, which is empty, are filled by fill_indexes().
// `frozen` asks for COPY FREEZE, under COPY's conditions.
BulkWriter open_writer(Oid table, bool frozen);

// Clears the row to be filled: every column null, dropped ones stay so.
void clear_row(BulkWriter& writer);

// Checks constraints and takes the row's values over; they may go away after.
void put_row(BulkWriter& writer);

void flush(BulkWriter& writer);

// After the last row, and outside any query.
void fill_indexes(BulkWriter& writer);

// The table stays locked until the transaction ends.
void close_writer(BulkWriter& writer);

} // namespace lifecycle::loader
