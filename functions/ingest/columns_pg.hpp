// Columns of values on their way into a query as arrays. Server code, plain data only.
#pragma once

#include "functions/fingerprint/fingerprint.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace lifecycle::ingest {

struct Column {
  Datum* values;
  int count;
};

inline Column make_column(std::size_t most) { return {static_cast<Datum*>(palloc(sizeof(Datum) * (most + 1))), 0}; }

inline void put(Column* column, Datum value) { column->values[column->count++] = value; }

inline Datum uuid_datum(const Uuid& uuid) { return PointerGetDatum(uuid.data()); }

inline Datum uuids(const Column& column) {
  return PointerGetDatum(construct_array(column.values, column.count, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

inline Datum times(const Column& column) {
  return PointerGetDatum(construct_array(column.values, column.count, TIMESTAMPTZOID, sizeof(TimestampTz),
                                         FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

inline Datum varlenas(const Column& column, Oid type) {
  return PointerGetDatum(construct_array(column.values, column.count, type, -1, false, TYPALIGN_INT));
}

inline int compare_uuids(const void* left, const void* right) { return std::memcmp(left, right, UUID_LEN); }

} // namespace lifecycle::ingest
