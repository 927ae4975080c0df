#include "functions/secret/secret_rules_pg.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "functions/contact/snapshot_key_pg.hpp"
#include "functions/pg/elsewhere.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::secret {
namespace {

struct Held {
  explicit Held(Snapshot snapshot) : key(snapshot) {}

  pg::SnapshotKey key;
  std::vector<RuleRow> rows;
  std::unique_ptr<RuleSet> rules;
};

// Of one function's call state, in fn_extra.
struct Attachment {
  MemoryContextCallback callback;
  Held* held; // null: none yet
  char argument_kinds[FUNC_MAX_ARGS];
};

void drop(void* argument) { delete std::exchange(static_cast<Attachment*>(argument)->held, nullptr); }

Relation open_rules() {
  const Oid schema = get_namespace_oid("lifecycle", true);
  const Oid relation = OidIsValid(schema) ? get_relname_relid("secret_rules", schema) : InvalidOid;
  if (!OidIsValid(relation)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the tables of lifecycle_ledger are not installed"),
                    errdetail("Table lifecycle.secret_rules does not exist."), errhint("CALL lifecycle.install();")));
  }
  pg::require_here(relation);
  return table_open(relation, AccessShareLock);
}

AttrNumber column_number(Relation relation, const char* name, Oid type) {
  const AttrNumber number = get_attnum(RelationGetRelid(relation), name);
  if (number == InvalidAttrNumber || TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid != type) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("table lifecycle.secret_rules has no column %s of type %s", name, format_type_be(type)),
                    errhint("CALL lifecycle.install();")));
  }
  return number;
}

std::string_view text_of(TupleTableSlot* slot, AttrNumber number) {
  bool is_null = false;
  const Datum value = slot_getattr(slot, number, &is_null);
  return is_null ? std::string_view() : pg::view(DatumGetTextPP(value));
}

// Server code that fills `held` by plain data.
void read_rules(Held* held, Snapshot snapshot) {
  Relation relation = open_rules();
  const AttrNumber name = column_number(relation, "name", TEXTOID);
  const AttrNumber subject = column_number(relation, "applies_to", TEXTOID);
  const AttrNumber pattern = column_number(relation, "pattern", TEXTOID);
  const AttrNumber literals = column_number(relation, "literals", TEXTARRAYOID);
  const AttrNumber numbers = column_number(relation, "numbers", BOOLOID);
  const AttrNumber enabled = column_number(relation, "enabled", BOOLOID);
  TupleTableSlot* slot = table_slot_create(relation, nullptr);
  TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
  while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    bool is_null = false;
    if (!DatumGetBool(slot_getattr(slot, enabled, &is_null))) {
      continue;
    }
    const bool with_numbers = DatumGetBool(slot_getattr(slot, numbers, &is_null));
    const std::string_view texts[] = {text_of(slot, name), text_of(slot, subject), text_of(slot, pattern)};
    const Datum list = slot_getattr(slot, literals, &is_null);
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    if (!is_null) {
      deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
    }
    pg::guard([&] {
      RuleRow& row = held->rows.emplace_back();
      row = {std::string(texts[0]), applies_to(texts[1]), std::string(texts[2]), {}, with_numbers};
      for (int i = 0; i < count; ++i) {
        if (!nulls[i]) {
          row.literals.emplace_back(pg::call([&] { return pg::view(DatumGetTextPP(values[i])); }));
        }
      }
    });
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  table_close(relation, NoLock);
}

Attachment* attachment_of(FmgrInfo* function) {
  if (function->fn_extra == nullptr) {
    auto* const attachment = static_cast<Attachment*>(MemoryContextAllocZero(function->fn_mcxt, sizeof(Attachment)));
    attachment->callback.func = drop;
    attachment->callback.arg = attachment;
    MemoryContextRegisterResetCallback(function->fn_mcxt, &attachment->callback);
    function->fn_extra = attachment;
  }
  return static_cast<Attachment*>(function->fn_extra);
}

[[gnu::noinline]] const RuleSet* rules_the_long_way(FmgrInfo* function, Snapshot snapshot) {
  if (snapshot == nullptr || snapshot->snapshot_type != SNAPSHOT_MVCC) {
    elog(ERROR, "secret rules are read only inside a statement");
  }
  Attachment* const attachment = attachment_of(function);
  drop(attachment);
  pg::guard([&] { attachment->held = new Held(snapshot); });
  Held* const held = attachment->held; // half read, it has no rules
  read_rules(held, snapshot);
  pg::guard([held] {
    // One order, whatever that of the table: of two rules the first by name is told.
    std::sort(held->rows.begin(), held->rows.end(), [](const RuleRow& a, const RuleRow& b) { return a.name < b.name; });
    held->rules = std::make_unique<RuleSet>(std::move(held->rows));
  });
  return held->rules.get();
}

} // namespace

const RuleSet* rules_for_call(FunctionCallInfo fcinfo) {
  Snapshot snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : nullptr;
  const auto* const attachment = static_cast<Attachment*>(fcinfo->flinfo->fn_extra);
  if (likely(attachment != nullptr && attachment->held != nullptr && snapshot != nullptr)) {
    const Held& held = *attachment->held;
    if (likely(held.rules != nullptr && held.key.command() == snapshot->curcid && held.key.matches(snapshot))) {
      return held.rules.get();
    }
  }
  return rules_the_long_way(fcinfo->flinfo, snapshot);
}

char* argument_kinds(const FmgrInfo* function) { return static_cast<Attachment*>(function->fn_extra)->argument_kinds; }

} // namespace lifecycle::secret
