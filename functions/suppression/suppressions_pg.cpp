#include "functions/suppression/suppressions_pg.hpp"

#include <memory>

#include "functions/contact/snapshot_key_pg.hpp"
#include "functions/json/jsonb_argument.hpp"

extern "C" {
#include "access/table.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::suppression {
namespace {

// One list serves the backend: the last one read, with the snapshot and the role that it was read by.
struct Known {
  Known(Snapshot snapshot, Oid role, std::string_view key) : snapshot_key(snapshot), reader(role), list(key) {}

  pg::SnapshotKey snapshot_key;
  Oid reader;
  SuppressionList list;
};

constinit std::unique_ptr<Known> known;

bool is_known(Snapshot snapshot) {
  return known && known->reader == GetUserId() && known->snapshot_key.command() == snapshot->curcid &&
         known->snapshot_key.matches(snapshot);
}

uint64 select(SPIPlanPtr* plan, const char* query) {
  if (*plan == nullptr) {
    SPIPlanPtr const made = SPI_prepare(query, 0, nullptr);
    if (made == nullptr) {
      elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
    }
    SPI_keepplan(made);
    *plan = made;
  }
  // read_only: by the snapshot of the statement that asks.
  if (const int code = SPI_execute_plan(*plan, nullptr, nullptr, true, 0); code < 0) {
    elog(ERROR, "SPI_execute_plan: %s", SPI_result_code_string(code));
  }
  return SPI_processed;
}

std::string_view column(uint64 row, int number) {
  bool null = false;
  const Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &null);
  return null ? std::string_view() : pg::bytes_of(pg::detoasted(value));
}

[[noreturn]] void fail_without_key() {
  ereport(ERROR,
          (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the key of lifecycle.suppressions is missing"),
           errdetail("Table lifecycle.suppression_key has no row; without the key nobody can tell who was erased."),
           errhint("Bring the row back from a backup.")));
  pg_unreachable();
}

// Server code that fills `known` by plain data.
void read_list(Snapshot snapshot) {
  static SPIPlanPtr key_plan = nullptr;
  static SPIPlanPtr list_plan = nullptr;
  SPI_connect();
  const bool has_key = select(&key_plan, "SELECT k.key FROM lifecycle.suppression_key k") == 1;
  const std::string_view key = has_key ? column(0, 1) : std::string_view();
  pg::guard([&] { known = std::make_unique<Known>(snapshot, GetUserId(), key); });
  const uint64 entries = select(&list_plan,
                                // The operator by its schema: this may run as the owner, under any search_path.
                                "SELECT s.hash, e.pseudonym FROM lifecycle.suppressions s JOIN lifecycle.erasures e "
                                "ON e.erasure_id OPERATOR(pg_catalog.=) s.erasure_id");
  if (entries > 0 && !has_key) {
    fail_without_key();
  }
  for (uint64 row = 0; row < entries; ++row) {
    const std::string_view hash = column(row, 1);
    const std::string_view pseudonym = column(row, 2);
    pg::guard([&] { known->list.add(hash, std::string(pseudonym)); });
  }
  SPI_finish();
}

} // namespace

SuppressionList* suppressions() {
  Snapshot const snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : nullptr;
  if (snapshot == nullptr || snapshot->snapshot_type != SNAPSHOT_MVCC) {
    elog(ERROR, "suppressions are read only inside a statement");
  }
  if (!is_known(snapshot)) {
    PG_TRY();
    { read_list(snapshot); }
    PG_CATCH();
    {
      known.reset(); // half read
      PG_RE_THROW();
    }
    PG_END_TRY();
  }
  return &known->list;
}

SuppressionList* suppressions_for_anyone() {
  Relation const table = table_openrv(makeRangeVar(pstrdup("lifecycle"), pstrdup("suppressions"), -1), AccessShareLock);
  const Oid owner = table->rd_rel->relowner;
  table_close(table, AccessShareLock);
  Oid caller = InvalidOid;
  int security = 0;
  GetUserIdAndSecContext(&caller, &security);
  SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE);
  SuppressionList* const list = suppressions();
  SetUserIdAndSecContext(caller, security);
  return list;
}

} // namespace lifecycle::suppression
