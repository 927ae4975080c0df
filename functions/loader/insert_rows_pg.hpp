// The rows of queries into tables in use, in batches, as _insert_rows() does. Server code, plain data only.
#pragma once

#include <initializer_list>

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

// Raises 42804 where the first table has not columns of these types.
void require_columns(const InsertReceiver* insert, std::initializer_list<Oid> types);

// Of one table: takes a row of no query, the values of the table's columns in their order. The last rows are written
// by the receiver's rShutdown.
void insert_row(InsertReceiver* insert, const Datum* values, const bool* nulls);

// Puts the number of rows that each table got at `written`; returns the rows of the query.
int64 end_insert(InsertReceiver* insert, int64* written);

} // namespace lifecycle::loader
