// The trigger that keeps erased people out of events, whoever inserts. Ingestion does the same itself, before it takes
// the event's key.
#include "functions/ingest/placing_pg.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/suppression/suppressions_pg.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/rel.h"
}

namespace lifecycle::suppression {
namespace {

int attribute_number(Relation relation, const char* name, Oid type) {
  const int number = SPI_fnumber(RelationGetDescr(relation), name);
  if (number <= 0 || SPI_gettypeid(RelationGetDescr(relation), number) != type) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("table \"%s\" has no column %s as events has it", RelationGetRelationName(relation), name)));
  }
  return number;
}

// Kept in fn_extra, which a trigger has for the length of its statement: nobody was erased, no row need be looked at.
char nobody;

HeapTuple redacted(TriggerData* trigger, FmgrInfo* function) {
  Relation const events = trigger->tg_relation;
  SuppressionList* const list = suppressions_for_anyone();
  if (list->empty()) {
    function->fn_extra = &nobody;
    return trigger->tg_trigtuple;
  }
  int columns[] = {attribute_number(events, "user_id", TEXTOID), attribute_number(events, "properties", JSONBOID)};
  bool null = false;
  const Datum user = heap_getattr(trigger->tg_trigtuple, columns[0], RelationGetDescr(events), &null);
  if (null) {
    return trigger->tg_trigtuple; // NOT NULL refuses it
  }
  const std::string_view name = pg::bytes_of(pg::detoasted(user));
  const std::string* const pseudonym = pg::guard([&] { return list->pseudonym(name); });
  if (pseudonym == nullptr) {
    return trigger->tg_trigtuple;
  }
  Datum values[] = {PointerGetDatum(pg::make_text(*pseudonym)), DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"))};
  bool nulls[] = {false, false};
  return heap_modify_tuple_by_cols(trigger->tg_trigtuple, RelationGetDescr(events), 2, columns, values, nulls);
}

} // namespace
} // namespace lifecycle::suppression

LIFECYCLE_FUNCTION(lifecycle_redact_event) {
  auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
  if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
      !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event)) {
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("_redact_event() is a trigger BEFORE INSERT, FOR EACH ROW")));
  }
  const bool nothing_to_do = lifecycle::ingest::placing || fcinfo->flinfo->fn_extra == &lifecycle::suppression::nobody;
  return PointerGetDatum(nothing_to_do ? trigger->tg_trigtuple
                                       : lifecycle::suppression::redacted(trigger, fcinfo->flinfo));
}
