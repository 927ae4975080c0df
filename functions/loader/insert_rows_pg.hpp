// The rows of queries into tables in use, in batches, as _insert_rows() does. Server code, plain data only.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "tcop/dest.h"
}

namespace lifecycle::loader {

struct InsertReceiver;

// Before SPI_connect(): what it takes outlives the query. Raises 55000 for a table that cannot be written so. first:
// how many columns of the query stand before those of the first table.
InsertReceiver* begin_insert(const Datum* tables, int count, int first = 0);

// Takes the rows of one query, which gives the columns of each table in their order.
DestReceiver* receiver_of(InsertReceiver* insert);

// Puts the number of rows that each table got at `written`; returns the rows of the query.
int64 end_insert(InsertReceiver* insert, int64* written);

} // namespace lifecycle::loader
