#include "functions/event/contract_tables_pg.hpp"

#include "functions/pg/elsewhere.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace lifecycle::pg {
namespace {

constexpr int most_columns = 5;

struct TableShape {
  ContractTable table;
  const char* name;
  const char* columns[most_columns]; // texts
  const char* flag;                  // a boolean, or null
  const char* enabled;               // likewise: rows where it is false are left out
};

constexpr TableShape shapes[] = {
    {ContractTable::verbs, "event_verbs", {"past", "base", "kind"}, "proposed", "enabled"},
    {ContractTable::words, "event_words", {"class", "word", "becomes"}, nullptr, "enabled"},
    {ContractTable::rules, "event_rules", {"applies_to", "pattern", "code", "severity", "reason"}, nullptr, "enabled"},
    {ContractTable::sources, "event_sources", {"source", "enforcement"}, nullptr, nullptr},
};

Relation open_installed(const char* name) {
  const Oid schema = get_namespace_oid("lifecycle", true);
  const Oid relation = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
  if (!OidIsValid(relation)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the tables of lifecycle_ledger are not installed"),
                    errdetail("Table lifecycle.%s does not exist.", name), errhint("CALL lifecycle.install();")));
  }
  Relation opened = table_open(relation, AccessShareLock);
  if (opened->rd_rel->relkind != RELKIND_RELATION) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("lifecycle.%s is not a table", name),
                    errdetail("The event contract is read from the tables that install() makes."),
                    errhint("Rename what has its name, then CALL lifecycle.install();")));
  }
  pg::require_here(relation);
  return opened;
}

AttrNumber column_number(Relation relation, const char* name, Oid type) {
  const AttrNumber number = get_attnum(RelationGetRelid(relation), name);
  if (number == InvalidAttrNumber || TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid != type) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("table lifecycle.%s has no column %s of type %s", RelationGetRelationName(relation), name,
                           format_type_be(type)),
                    errhint("CALL lifecycle.install();")));
  }
  return number;
}

std::string_view copied_text(Datum value) {
  const std::string_view stored = view(DatumGetTextPP(value));
  auto* const copy = static_cast<char*>(palloc(stored.size() + 1));
  std::memcpy(copy, stored.data(), stored.size());
  return {copy, stored.size()};
}

void append(ContractRows* rows, const ContractRow& row, int* capacity) {
  if (rows->count == *capacity) {
    *capacity *= 2;
    rows->rows = static_cast<ContractRow*>(repalloc(rows->rows, sizeof(ContractRow) * static_cast<Size>(*capacity)));
  }
  rows->rows[rows->count++] = row;
}

void read_table(const TableShape& shape, Snapshot snapshot, ContractRows* rows, int* capacity) {
  Relation relation = open_installed(shape.name);
  AttrNumber numbers[most_columns] = {};
  for (int i = 0; i < most_columns && shape.columns[i] != nullptr; ++i) {
    numbers[i] = column_number(relation, shape.columns[i], TEXTOID);
  }
  AttrNumber flag = InvalidAttrNumber;
  if (shape.flag != nullptr) {
    flag = column_number(relation, shape.flag, BOOLOID);
  }
  AttrNumber enabled = InvalidAttrNumber;
  if (shape.enabled != nullptr) {
    enabled = column_number(relation, shape.enabled, BOOLOID);
  }
  TupleTableSlot* slot = table_slot_create(relation, nullptr);
  TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
  while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    bool is_null = false;
    if (enabled != InvalidAttrNumber && !DatumGetBool(slot_getattr(slot, enabled, &is_null))) {
      continue;
    }
    ContractRow row = {};
    row.table = shape.table;
    for (int i = 0; i < most_columns && numbers[i] != InvalidAttrNumber; ++i) {
      const Datum value = slot_getattr(slot, numbers[i], &is_null);
      if (!is_null) {
        row.columns[i] = copied_text(value);
      }
    }
    row.flag = flag != InvalidAttrNumber && DatumGetBool(slot_getattr(slot, flag, &is_null));
    append(rows, row, capacity);
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  table_close(relation, NoLock);
}

} // namespace

ContractVersion read_contract_version(Snapshot snapshot) {
  Relation relation = open_installed("event_contract_version");
  const AttrNumber number = column_number(relation, "version", UUIDOID);
  TupleTableSlot* slot = table_slot_create(relation, nullptr);
  TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
  ContractVersion version = {};
  if (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    bool is_null = false;
    version.value = *DatumGetUUIDP(slot_getattr(slot, number, &is_null));
  } else {
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the event contract has no version"),
             errdetail("Table lifecycle.event_contract_version is empty."), errhint("CALL lifecycle.install();")));
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  table_close(relation, NoLock);
  return version;
}

ContractRows read_contract_rows(Snapshot snapshot) {
  int capacity = 1024;
  ContractRows rows = {static_cast<ContractRow*>(palloc(sizeof(ContractRow) * static_cast<Size>(capacity))), 0};
  for (const TableShape& shape : shapes) {
    read_table(shape, snapshot, &rows, &capacity);
  }
  return rows;
}

void add_contract_row(const ContractRow& row, event::RuleSet& rules, std::vector<std::string>& warning_sources) {
  const auto text = [&row](int column) { return std::string(row.columns[column]); };
  switch (row.table) {
    case ContractTable::verbs:
      rules.verbs.push_back({text(0), text(1), event::verb_kind(row.columns[2]), row.flag});
      break;
    case ContractTable::words:
      rules.words.push_back({text(0), text(1), text(2)});
      break;
    case ContractTable::rules:
      rules.rules.push_back(
          {event::subject(row.columns[0]), text(1), text(2), event::severity(row.columns[3]), text(4)});
      break;
    case ContractTable::sources:
      if (row.columns[1] == "warn") {
        warning_sources.push_back(text(0));
      }
  }
}

} // namespace lifecycle::pg
