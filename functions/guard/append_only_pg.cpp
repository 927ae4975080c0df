// The trigger function of append-only tables, for statements (UPDATE, DELETE, TRUNCATE; also such that touch no row)
// and for rows (which the server itself clones to every partition, however it was attached).
#include "functions/guard/door_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "commands/trigger.h"
#include "replication/logicalworker.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace {

const char* command_of(TriggerEvent event) {
  if (TRIGGER_FIRED_BY_UPDATE(event)) {
    return "UPDATE";
  }
  return TRIGGER_FIRED_BY_DELETE(event) ? "DELETE" : "TRUNCATE";
}

// Through the door goes what the lawful procedure itself does, not what triggers that it fires do. What a subscriber
// applies was lawful where it came from: the same guard stands there.
bool is_lawful() {
  return (lifecycle::guard::door_is_open() && lifecycle::guard::trigger_depth() <= 1) || IsLogicalWorker();
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_append_only) {
  if (!CALLED_AS_TRIGGER(fcinfo)) {
    ereport(ERROR,
            (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED), errmsg("_append_only() was not called by a trigger")));
  }
  const auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
  if (!is_lawful()) {
    Relation const table = trigger->tg_relation;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("table \"%s\" is append-only: %s is refused", RelationGetRelationName(table),
                    command_of(trigger->tg_event)),
             errdetail("Rows of %s.%s are never changed or removed, whoever asks.",
                       get_namespace_name(RelationGetNamespace(table)), RelationGetRelationName(table)),
             errhint("To correct a fact, insert a new one. Old rows leave by retention, after they were archived; a "
                     "person's by lifecycle.erase_user() or lifecycle.erase_contact()."),
             errtable(table)));
  }
  if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event)) {
    return PointerGetDatum(nullptr);
  }
  return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple);
}
