#include "functions/remote/memory_pg.hpp"

#include <cstring>

#include "functions/loader/insert_rows_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"
#include "utils/uuid.h"
}

namespace lifecycle::remote {

struct Memory {
  loader::InsertReceiver* insert;
  Tuplesortstate* sort;
  int32 position;
};

namespace {

#if PG_VERSION_NUM >= 150000
constexpr int read_once = TUPLESORT_NONE;
#else
constexpr bool read_once = false;
#endif

bool next_fingerprint(Tuplesortstate* sort, Datum* value) {
  bool is_null = false;
#if PG_VERSION_NUM >= 160000
  return tuplesort_getdatum(sort, true, false, value, &is_null, nullptr);
#else
  return tuplesort_getdatum(sort, true, value, &is_null, nullptr); // a copy, in the current context
#endif
}

} // namespace

Memory* begin_memory(Oid table, int32 position) {
  auto* const memory = static_cast<Memory*>(palloc0(sizeof(Memory)));
  const Datum tables[] = {ObjectIdGetDatum(table)};
  memory->insert = loader::begin_insert(tables, 1);
  loader::require_columns(memory->insert, {INT4OID, UUIDOID, TIMESTAMPTZOID});
  memory->sort = tuplesort_begin_datum(UUIDOID, lookup_type_cache(UUIDOID, TYPECACHE_LT_OPR)->lt_opr, InvalidOid, false,
                                       work_mem, nullptr, read_once);
  memory->position = position;
  return memory;
}

void remember(Memory& memory, std::span<const parity::Md5State> fingerprints) {
  for (const parity::Md5State& fingerprint : fingerprints) {
    pg_uuid_t value;
    parity::store_md5(fingerprint, value.data);
    tuplesort_putdatum(memory.sort, UUIDPGetDatum(&value), false);
  }
}

void write_memory(Memory& memory) {
  constexpr int between_resets = 1000;
  constexpr bool nulls[] = {false, false, true};
  MemoryContext const context =
      AllocSetContextCreate(CurrentMemoryContext, "lifecycle memory of rows", ALLOCSET_DEFAULT_SIZES);
  tuplesort_performsort(memory.sort);
  pg_uuid_t last = {};
  bool has_last = false;
  Datum value = 0;
  MemoryContext const caller = MemoryContextSwitchTo(context);
  for (int64 i = 1; next_fingerprint(memory.sort, &value); ++i) {
    CHECK_FOR_INTERRUPTS();
    if (!has_last || std::memcmp(&last, DatumGetUUIDP(value), sizeof last) != 0) {
      last = *DatumGetUUIDP(value);
      has_last = true;
      const Datum values[] = {Int32GetDatum(memory.position), UUIDPGetDatum(&last), Datum{0}};
      MemoryContextSwitchTo(caller);
      loader::insert_row(memory.insert, values, nulls);
      MemoryContextSwitchTo(context);
    }
    if (i % between_resets == 0) {
      MemoryContextReset(context);
    }
  }
  MemoryContextSwitchTo(caller);
  MemoryContextDelete(context);
  tuplesort_end(memory.sort);
  DestReceiver* const receiver = loader::receiver_of(memory.insert);
  receiver->rShutdown(receiver);
  int64 written = 0;
  loader::end_insert(memory.insert, &written);
}

} // namespace lifecycle::remote
