// Reads the contacts into a directory, row by row: each row enters C++ through its own guard, so that the scan around
// it stays plain server code and can be interrupted anywhere.
#include "functions/contact/contact_source_pg.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/tableam.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/uuid.h"
}

namespace lifecycle::pg {
namespace {

constexpr unsigned batch_rows = 1000;
constexpr std::size_t scalar_text_size = 40; // a uuid or a bigint

std::string_view uuid_text(const unsigned char* bytes, char* to) {
  constexpr char digits[] = "0123456789abcdef";
  char* at = to;
  for (int i = 0; i < UUID_LEN; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      *at++ = '-';
    }
    *at++ = digits[bytes[i] >> 4U];
    *at++ = digits[bytes[i] & 15U];
  }
  return {to, static_cast<std::size_t>(at - to)};
}

// The value cast to text. May allocate in the current memory context; `scratch` has room for scalar_text_size.
NullableText column_text(const ContactColumn& column, TupleTableSlot* slot, char* scratch) {
  bool is_null = false;
  const Datum value = slot_getattr(slot, column.number, &is_null);
  if (is_null) {
    return {};
  }
  switch (column.form) {
    case TextForm::as_it_is:
      return view(DatumGetTextPP(value));
    case TextForm::without_padding: {
      const std::string_view padded = view(DatumGetTextPP(value));
      const std::size_t last = padded.find_last_not_of(' ');
      return padded.substr(0, last + 1);
    }
    case TextForm::uuid:
      return uuid_text(DatumGetUUIDP(value)->data, scratch);
    case TextForm::int2:
      return {scratch, static_cast<std::size_t>(pg_ltoa(DatumGetInt16(value), scratch))};
    case TextForm::int4:
      return {scratch, static_cast<std::size_t>(pg_ltoa(DatumGetInt32(value), scratch))};
    case TextForm::int8:
      return {scratch, static_cast<std::size_t>(pg_lltoa(DatumGetInt64(value), scratch))};
    default:
      return OidOutputFunctionCall(column.output_function, value);
  }
}

void scan_contacts(const ContactReader& reader, Relation relation, Snapshot snapshot, ContactDirectory* into) {
  if (!RelationIsPopulated(relation)) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("contacts relation \"%s\" has not been populated", RelationGetRelationName(relation)),
                    errhint("REFRESH MATERIALIZED VIEW %s;",
                            quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
                                                       RelationGetRelationName(relation)))));
  }
  TupleTableSlot* slot = table_slot_create(relation, nullptr);
  MemoryContext rows = AllocSetContextCreate(CurrentMemoryContext, "contact rows", ALLOCSET_DEFAULT_SIZES);
  MemoryContext around = MemoryContextSwitchTo(rows);
  TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
  const AttrNumber last = Max(reader.id.number, reader.email.number);
  char id_scratch[scalar_text_size];
  char email_scratch[scalar_text_size];
  MemoryContext values = AllocSetContextCreate(rows, "contact values", ALLOCSET_SMALL_SIZES);
  MemoryContextSwitchTo(values);
  for (unsigned count = 1; table_scan_getnextslot(scan, ForwardScanDirection, slot); ++count) {
    CHECK_FOR_INTERRUPTS();
    slot_getsomeattrs(slot, last);
    const NullableText id = column_text(reader.id, slot, id_scratch);
    const NullableText email = column_text(reader.email, slot, email_scratch);
    guard([&] { into->add(id, email); });
    if (count % batch_rows == 0) {
      MemoryContextReset(values);
    }
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  MemoryContextSwitchTo(around);
  MemoryContextDelete(rows);
}

NullableText result_text(HeapTuple row, int column) {
  bool is_null = false;
  const Datum value = heap_getattr(row, column, SPI_tuptable->tupdesc, &is_null);
  return is_null ? NullableText() : view(DatumGetTextPP(value));
}

// Reading with read_only makes the query use the active snapshot.
void query_contacts(const ContactSource& source, Relation relation, ContactDirectory* into) {
  StringInfoData query;
  initStringInfo(&query);
  appendStringInfo(&query, "SELECT %s::pg_catalog.text, %s::pg_catalog.text FROM %s",
                   quote_identifier(NameStr(source.id_column)), quote_identifier(NameStr(source.email_column)),
                   quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
                                              RelationGetRelationName(relation)));
  if (SPI_connect() != SPI_OK_CONNECT) {
    elog(ERROR, "SPI_connect failed");
  }
  SPIPlanPtr plan = SPI_prepare(query.data, 0, nullptr);
  if (plan == nullptr) {
    elog(ERROR, "SPI_prepare failed for \"%s\": %s", query.data, SPI_result_code_string(SPI_result));
  }
  Portal portal = SPI_cursor_open(nullptr, plan, nullptr, nullptr, true);
  MemoryContext values = AllocSetContextCreate(CurrentMemoryContext, "contact values", ALLOCSET_SMALL_SIZES);
  for (;;) {
    SPI_cursor_fetch(portal, true, batch_rows);
    if (SPI_processed == 0) {
      break;
    }
    MemoryContext around = MemoryContextSwitchTo(values);
    for (uint64 i = 0; i < SPI_processed; ++i) {
      CHECK_FOR_INTERRUPTS();
      const NullableText id = result_text(SPI_tuptable->vals[i], 1);
      const NullableText email = result_text(SPI_tuptable->vals[i], 2);
      guard([&] { into->add(id, email); });
    }
    MemoryContextSwitchTo(around);
    MemoryContextReset(values);
    SPI_freetuptable(SPI_tuptable);
  }
  SPI_cursor_close(portal);
  SPI_finish();
}

} // namespace

void read_contacts(const ContactSource& source, const ContactReader& reader, Relation relation, Snapshot snapshot,
                   ContactDirectory* into) {
  if (reader.direct) {
    scan_contacts(reader, relation, snapshot, into);
  } else {
    query_contacts(source, relation, into);
  }
  guard([&] { into->finish(); });
}

} // namespace lifecycle::pg
