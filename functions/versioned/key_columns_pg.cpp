#include "functions/versioned/key_columns_pg.hpp"

#include <cstring>

#include "functions/pg/text.hpp"

// PostgreSQL 14 would have ICU's C++ classes as well.
#ifndef U_SHOW_CPLUSPLUS_API
#define U_SHOW_CPLUSPLUS_API 0
#endif

extern "C" {
#include "access/itup.h"
#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/pg_locale.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace lifecycle::versioned {
namespace {

bool orders_by_bytes(Oid collation) {
#if PG_VERSION_NUM >= 180000
  return pg_newlocale_from_collation(collation)->collate_is_c;
#else
  return lc_collate_is_c(collation);
#endif
}

bool find_form(Oid type, KeyForm& form) {
  switch (getBaseType(type)) {
    case BOOLOID:
      form = KeyForm::boolean;
      return true;
    case INT2OID:
      form = KeyForm::int2;
      return true;
    case INT4OID:
      form = KeyForm::int4;
      return true;
    case INT8OID:
      form = KeyForm::int8;
      return true;
    case DATEOID:
      form = KeyForm::date;
      return true;
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
      form = KeyForm::time;
      return true;
    case UUIDOID:
      form = KeyForm::uuid;
      return true;
    case TEXTOID:
    case VARCHAROID:
      form = KeyForm::text;
      return true;
    default:
      return false;
  }
}

[[noreturn]] void raise_null_key(const char* column) {
  ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION), errmsg("a row to be upserted has no key"),
                  errdetail("Column \"%s\" of the source is null.", column),
                  errhint("Leave such rows out: they cannot be told from one another.")));
  pg_unreachable();
}

Datum settled(KeyForm form, Datum value) {
  return form == KeyForm::text ? PointerGetDatum(PG_DETOAST_DATUM_PACKED(value)) : value;
}

// A number as put_integer() writes it.
std::uint64_t word_of(std::int64_t number) { return static_cast<std::uint64_t>(number) ^ 1ULL << 63U; }

template <typename Number>
Number load(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

std::uint64_t load_big_endian(const char* at) { return pg_ntoh64(load<std::uint64_t>(at)); }

int order_of(std::uint64_t left, std::uint64_t right) { return left == right ? 0 : left < right ? -1 : 1; }

std::uint64_t word_at(KeyForm form, const char* at) {
  switch (form) {
    case KeyForm::boolean:
      return word_of(static_cast<std::int64_t>(*at != 0));
    case KeyForm::int2:
      return word_of(load<std::int16_t>(at));
    case KeyForm::int4:
    case KeyForm::date:
      return word_of(load<std::int32_t>(at));
    default:
      return word_of(load<std::int64_t>(at));
  }
}

std::int64_t integer_value(KeyForm form, Datum value) {
  switch (form) {
    case KeyForm::boolean:
      return static_cast<std::int64_t>(DatumGetBool(value));
    case KeyForm::int2:
      return DatumGetInt16(value);
    case KeyForm::int4:
      return DatumGetInt32(value);
    case KeyForm::date:
      return DatumGetDateADT(value);
    case KeyForm::int8:
      return DatumGetInt64(value);
    default:
      return DatumGetTimestamp(value);
  }
}

// Where the columns lie in entries of the index, and how many numbers they are in all. A primary key has no nulls, and
// before a column of fixed width stand only such: so it lies at one place in all of them.
void lay_out(Relation index, KeyColumns& key) {
  Size end = 0;
  std::size_t words = 0;
  for (int i = 0; i < key.count; ++i) {
    const FormData_pg_attribute* const attribute = TupleDescAttr(RelationGetDescr(index), i);
    key.columns[i].in_index = att_align_nominal(end, attribute->attalign);
    end = key.columns[i].in_index + static_cast<Size>(attribute->attlen);
    words += key.columns[i].form == KeyForm::uuid ? 2 : 1;
  }
  key.words = key.has_texts || words > Batch::head_words ? 0 : words;
}

} // namespace

bool describe_key(Relation table, Relation index, Relation source, KeyColumns& key) {
  key.count = IndexRelationGetNumberOfKeyAttributes(index);
  key.in_index_order = true;
  for (int i = 0; i < key.count; ++i) {
    KeyColumn& column = key.columns[i];
    const FormData_pg_attribute* const attribute =
        TupleDescAttr(RelationGetDescr(table), index->rd_index->indkey.values[i] - 1);
    column.source = get_attnum(RelationGetRelid(source), NameStr(attribute->attname));
    if (column.source <= 0 || !attribute->attnotnull || !find_form(attribute->atttypid, column.form) ||
        getBaseType(TupleDescAttr(RelationGetDescr(source), column.source - 1)->atttypid) !=
            getBaseType(attribute->atttypid)) {
      return false;
    }
    const Oid collation = index->rd_indcollation[i];
    if (column.form == KeyForm::text) {
      if (!get_collation_isdeterministic(collation)) {
        return false;
      }
      key.has_texts = true;
      key.in_index_order = key.in_index_order && orders_by_bytes(collation);
    }
    const Oid equals = get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i], index->rd_opcintype[i],
                                           BTEqualStrategyNumber);
    ScanKeyEntryInitialize(&key.equal[i], 0, static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber, InvalidOid,
                           collation, get_opcode(equals), static_cast<Datum>(0));
  }
  lay_out(index, key);
  return true;
}

void fetch_source_key(const KeyColumns& key, TupleTableSlot* row, Datum* values) {
  for (int i = 0; i < key.count; ++i) {
    const AttrNumber number = key.columns[i].source;
    bool is_null = false;
    values[i] = slot_getattr(row, number, &is_null);
    if (is_null) {
      raise_null_key(NameStr(TupleDescAttr(row->tts_tupleDescriptor, number - 1)->attname));
    }
    values[i] = settled(key.columns[i].form, values[i]);
  }
}

void fetch_index_key(const KeyColumns& key, int count, IndexTuple entry, TupleDesc descriptor, Datum* values) {
  for (int i = 0; i < count; ++i) {
    bool is_null = false; // never: it is a primary key
    values[i] = settled(key.columns[i].form, index_getattr(entry, i + 1, descriptor, &is_null));
  }
}

void put_key(const KeyColumns& key, int count, const Datum* values, KeyBytes& bytes) {
  bytes.clear();
  for (int i = 0; i < count; ++i) {
    switch (const KeyForm form = key.columns[i].form; form) {
      case KeyForm::uuid:
        bytes.put_bytes(DatumGetPointer(values[i]), UUID_LEN);
        break;
      case KeyForm::text:
        bytes.put_text(pg::view(reinterpret_cast<const text*>(DatumGetPointer(values[i]))));
        break;
      default:
        bytes.put_integer(integer_value(form, values[i]));
        break;
    }
  }
}

Batch::Head key_head(const KeyColumns& key, const Datum* values) {
  Batch::Head head{};
  std::size_t word = 0;
  for (int i = 0; i < key.count; ++i) {
    if (const KeyForm form = key.columns[i].form; form == KeyForm::uuid) {
      const char* const uuid = DatumGetPointer(values[i]);
      head[word++] = load_big_endian(uuid);
      head[word++] = load_big_endian(uuid + sizeof(std::uint64_t));
    } else {
      head[word++] = word_of(integer_value(form, values[i]));
    }
  }
  return head;
}

int compare_with_index(const KeyColumns& key, const Batch::Head& head, int count, IndexTuple entry) {
  const char* const data = reinterpret_cast<const char*>(entry) + IndexInfoFindDataOffset(entry->t_info);
  std::size_t word = 0;
  for (int i = 0; i < count; ++i) {
    const char* const at = data + key.columns[i].in_index;
    if (const KeyForm form = key.columns[i].form; form == KeyForm::uuid) {
      if (const int order = order_of(head[word++], load_big_endian(at)); order != 0) {
        return order;
      }
      if (const int order = order_of(head[word++], load_big_endian(at + sizeof(std::uint64_t))); order != 0) {
        return order;
      }
    } else if (const int order = order_of(head[word++], word_at(form, at)); order != 0) {
      return order;
    }
  }
  for (; word < key.words; ++word) {
    if (head[word] != 0) {
      return 1;
    }
  }
  return 0;
}

void aim_at_key(KeyColumns& key, std::string_view bytes) {
  KeyReader reader(bytes);
  for (int i = 0; i < key.count; ++i) {
    Datum& argument = key.equal[i].sk_argument;
    switch (key.columns[i].form) {
      case KeyForm::boolean:
        argument = BoolGetDatum(reader.integer() != 0);
        break;
      case KeyForm::int2:
        argument = Int16GetDatum(static_cast<int16>(reader.integer()));
        break;
      case KeyForm::int4:
        argument = Int32GetDatum(static_cast<int32>(reader.integer()));
        break;
      case KeyForm::int8:
        argument = Int64GetDatum(reader.integer());
        break;
      case KeyForm::date:
        argument = DateADTGetDatum(static_cast<DateADT>(reader.integer()));
        break;
      case KeyForm::time:
        argument = TimestampGetDatum(reader.integer());
        break;
      case KeyForm::uuid:
        argument = PointerGetDatum(reader.bytes(UUID_LEN).data());
        break;
      case KeyForm::text:
        argument = PointerGetDatum(pg::make_text(reader.text()));
        break;
    }
  }
}

} // namespace lifecycle::versioned
