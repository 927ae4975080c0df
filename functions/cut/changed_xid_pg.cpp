// The trigger behind changed_xid: writes the number of the top-level transaction, which snapshots know, into the row.
// Nothing here holds a C++ object, so server functions are called directly.
#include "functions/pg/function.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/rel.h"
#include "utils/xid8.h"
}

namespace lifecycle::cut {
namespace {

constexpr const char* column_name = "changed_xid";

Datum set_changed_xid(FunctionCallInfo fcinfo) {
  auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
  if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
      !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event)) {
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("lifecycle._set_changed_xid() is a trigger function"),
                    errdetail("It was not called by a BEFORE INSERT OR UPDATE trigger FOR EACH ROW."),
                    errhint("CREATE TRIGGER ... BEFORE INSERT OR UPDATE ON ... FOR EACH ROW EXECUTE FUNCTION"
                            " lifecycle._set_changed_xid();")));
  }
  const TupleDesc columns = RelationGetDescr(trigger->tg_relation);
  int column = SPI_fnumber(columns, column_name);
  if (column <= 0 || TupleDescAttr(columns, column - 1)->atttypid != XID8OID) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("table \"%s\" has no column changed_xid of type xid8",
                           RelationGetRelationName(trigger->tg_relation)),
                    errdetail("The trigger \"%s\" fills it.", trigger->tg_trigger->tgname),
                    errhint("ALTER TABLE ... ADD COLUMN changed_xid xid8;")));
  }
  Datum value = FullTransactionIdGetDatum(GetTopFullTransactionId());
  bool is_null = false;
  HeapTuple const row = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? trigger->tg_trigtuple : trigger->tg_newtuple;
  return PointerGetDatum(heap_modify_tuple_by_cols(row, columns, 1, &column, &value, &is_null));
}

} // namespace
} // namespace lifecycle::cut

LIFECYCLE_FUNCTION(lifecycle_set_changed_xid) { return lifecycle::cut::set_changed_xid(fcinfo); }
