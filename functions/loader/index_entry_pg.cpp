#include "functions/loader/index_entry_pg.hpp"

#include <utility>

#include "functions/loader/sort_keys_pg.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
}

namespace lifecycle::loader {
namespace {

constexpr unsigned digit_bits = 8;
constexpr Size digits = 1U << digit_bits;
constexpr Size interrupt_rows = 16384;

struct Order {
  SortSupport keys;
  int count;
  TupleDesc descriptor;
};

bool is_number(Oid type) { return type == INT8OID || type == TIMESTAMPOID || type == TIMESTAMPTZOID; }

uint64 lead_of(Relation index, Datum value, bool is_null) {
  const int16 option = index->rd_indoption[0];
  if (is_null) {
    return (option & INDOPTION_NULLS_FIRST) != 0 ? 0 : UINT64_MAX;
  }
  uint64 lead = 0;
  if (is_number(index->rd_opcintype[0])) {
    lead = static_cast<uint64>(DatumGetInt64(value)) ^ (uint64{1} << 63U);
  } else {
    const text* const plain = DatumGetTextPP(value); // a copy where it is compressed
    std::memcpy(&lead, VARDATA_ANY(plain), Min(VARSIZE_ANY_EXHDR(plain), sizeof lead));
    lead = pg_ntoh64(lead);
    if (PointerGetDatum(plain) != value) {
      pfree(const_cast<text*>(plain)); // NOLINT(cppcoreguidelines-pro-type-const-cast)
    }
  }
  return (option & INDOPTION_DESC) != 0 ? ~lead : lead;
}

int compare_keys(const IndexEntry* a, const IndexEntry* b, const Order* order) {
  Datum a_values[INDEX_MAX_KEYS];
  Datum b_values[INDEX_MAX_KEYS];
  bool a_nulls[INDEX_MAX_KEYS];
  bool b_nulls[INDEX_MAX_KEYS];
  read_entry(a, order->descriptor, a_values, a_nulls);
  read_entry(b, order->descriptor, b_values, b_nulls);
  for (int i = 0; i < order->count; ++i) {
    // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): read, as many as the index has
    const int result = ApplySortComparator(a_values[i], a_nulls[i], b_values[i], b_nulls[i], &order->keys[i]);
    if (result != 0) {
      return result;
    }
  }
  return 0;
}

int compare_whole(const void* left, const void* right, void* argument) {
  CHECK_FOR_INTERRUPTS();
  const IndexEntry* const a = static_cast<const PlacedEntry*>(left)->entry;
  const IndexEntry* const b = static_cast<const PlacedEntry*>(right)->entry;
  if (const int result = compare_keys(a, b, static_cast<const Order*>(argument)); result != 0) {
    return result;
  }
  ItemPointerData a_row = a->row; // not const for the server
  ItemPointerData b_row = b->row;
  return ItemPointerCompare(&a_row, &b_row);
}

bool is_sorted(const PlacedEntry* entries, Size count) {
  for (Size i = 1; i < count; ++i) {
    if (entries[i].lead < entries[i - 1].lead) {
      return false;
    }
  }
  return true;
}

// By one digit, keeping the order of those that have the same; returns false where all have.
bool sort_by_digit(const PlacedEntry* from, PlacedEntry* to, Size count, unsigned shift) {
  Size places[digits] = {};
  for (Size i = 0; i < count; ++i) {
    ++places[from[i].lead >> shift & (digits - 1)];
  }
  Size sum = 0;
  for (Size& place : places) {
    if (place == count) {
      return false;
    }
    sum += std::exchange(place, sum);
  }
  for (Size first = 0; first < count; first += interrupt_rows) {
    CHECK_FOR_INTERRUPTS();
    for (Size i = first; i < Min(first + interrupt_rows, count); ++i) {
      to[places[from[i].lead >> shift & (digits - 1)]++] = from[i];
    }
  }
  return true;
}

} // namespace

// Byte order is that of text in C alone, whatever the operator class says of it.
bool can_sort_entries(Relation index) {
  const Oid type = index->rd_opcintype[0];
  return index->rd_rel->relam == BTREE_AM_OID &&
         (is_number(type) || (type == TEXTOID && index->rd_indcollation[0] == C_COLLATION_OID));
}

PlacedEntry* sort_entries(Relation index, PlacedEntry* entries, PlacedEntry* spare, Size count) {
  TupleDesc const descriptor = RelationGetDescr(index);
  Datum values[INDEX_MAX_KEYS] = {};
  bool nulls[INDEX_MAX_KEYS] = {};
  for (Size i = 0; i < count; ++i) {
    CHECK_FOR_INTERRUPTS();
    read_entry(entries[i].entry, descriptor, values, nulls);
    entries[i].lead = lead_of(index, values[0], nulls[0]);
  }
  if (!is_sorted(entries, count)) {
    for (unsigned shift = 0; shift < 64; shift += digit_bits) {
      if (sort_by_digit(entries, spare, count, shift)) {
        std::swap(entries, spare);
      }
    }
  }
  Order order = {sort_keys_of(index, false), IndexRelationGetNumberOfKeyAttributes(index), descriptor};
  for (Size first = 0; first < count;) {
    Size last = first + 1;
    while (last < count && entries[last].lead == entries[first].lead) {
      ++last;
    }
    if (last - first > 1) {
      qsort_arg(entries + first, last - first, sizeof(PlacedEntry), compare_whole, &order);
    }
    first = last;
  }
  return entries;
}

bool has_equal_keys(Relation index, const PlacedEntry* entries, Size count) {
  const Order order = {sort_keys_of(index, false), IndexRelationGetNumberOfKeyAttributes(index),
                       RelationGetDescr(index)};
  for (Size i = 1; i < count; ++i) {
    CHECK_FOR_INTERRUPTS();
    if (entries[i].lead == entries[i - 1].lead && compare_keys(entries[i - 1].entry, entries[i].entry, &order) == 0) {
      return true;
    }
  }
  return false;
}

} // namespace lifecycle::loader
