// The columns of a primary key, and their values as key bytes. Server code, outside guard, but for put_key().
#pragma once

#include "functions/pg/boundary.hpp"
#include "functions/versioned/batch.hpp"
#include "functions/versioned/key_bytes.hpp"

extern "C" {
#include "access/itup.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "utils/rel.h"
}

namespace lifecycle::versioned {

enum class KeyForm : unsigned char { boolean, int2, int4, int8, date, time, uuid, text };

struct KeyColumn {
  KeyForm form;
  AttrNumber source; // the column of this name in the source
  Size in_index;     // where it lies in an index entry's data, of keys of fixed width
};

// Plain data.
struct KeyColumns {
  int count;
  KeyColumn columns[INDEX_MAX_KEYS];
  ScanKeyData equal[INDEX_MAX_KEYS]; // for a search of the index; aim_at_key() fills the arguments
  bool in_index_order;               // comparing key bytes orders keys as the index does
  bool has_texts;
  std::size_t words; // of a key of fixed width that a batch's head holds whole; else 0
};

// False where a column may be null, or its equality is not equality of bytes (numeric, citext, nondeterministic …), or
// where the source has a column of this name of another type or not at all.
bool describe_key(Relation table, Relation index, Relation source, KeyColumns& key);

// Texts come detoasted, allocated in the current memory context. Raises 23502 where a column is null.
void fetch_source_key(const KeyColumns& key, TupleTableSlot* row, Datum* values);

// The first columns of an index entry. Without texts nothing of it can raise: then it may be used inside guard.
void fetch_index_key(const KeyColumns& key, int count, IndexTuple entry, TupleDesc descriptor, Datum* values);

// Calls nothing of the server: for use inside guard.
void put_key(const KeyColumns& key, int count, const Datum* values, KeyBytes& bytes);

// What put_key() puts, as the numbers that a batch's head makes of it: for keys with `words`.
Batch::Head key_head(const KeyColumns& key, const Datum* values);

// How a key with `words` stands to an index entry's first columns: below 0, 0, or above 0. What a pivot lacks counts as
// zeros. Reads the entry where it lies, column by column, as far as it must.
int compare_with_index(const KeyColumns& key, const Batch::Head& head, int count, IndexTuple entry);

// The arguments may point into `bytes`. Texts are allocated in the current memory context.
void aim_at_key(KeyColumns& key, std::string_view bytes);

} // namespace lifecycle::versioned
