// The triggers that keep event_keys: BEFORE INSERT on events takes the event's key, and sets changed_xid; BEFORE INSERT
// on event_keys lets a dump's keys come after the events they belong to.
#include "functions/ingest/event_content.hpp"
#include "functions/ingest/placing_pg.hpp"
#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "utils/xid8.h"
}

#include <cstring>

namespace lifecycle::ingest {
namespace {

enum EventColumn : int { event_id, event_name, event_time, user_id, properties, changed_xid, event_columns };
constexpr const char* event_column_names[event_columns] = {"event_id", "event_name", "event_time",
                                                           "user_id",  "properties", "changed_xid"};
constexpr Oid event_column_types[event_columns] = {UUIDOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, JSONBOID, XID8OID};

struct Key {
  Datum id;
  Datum time;
  Datum content;
};

TriggerData* trigger_of(FunctionCallInfo fcinfo) {
  auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
  if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
      !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event)) {
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("it is a trigger BEFORE INSERT, FOR EACH ROW")));
  }
  return trigger;
}

int attribute_number(Relation relation, const char* name, Oid type) {
  const int number = SPI_fnumber(RelationGetDescr(relation), name);
  if (number <= 0 || SPI_gettypeid(RelationGetDescr(relation), number) != type) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("table \"%s\" has no column %s as events has it", RelationGetRelationName(relation), name)));
  }
  return number;
}

// A plan made once and kept for the session; the server makes it anew when the tables change.
SPIPlanPtr plan_for(SPIPlanPtr* kept, const char* query, int count, Oid* types) {
  if (*kept == nullptr) {
    SPIPlanPtr const plan = SPI_prepare(query, count, types);
    if (plan == nullptr) {
      elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
    }
    SPI_keepplan(plan);
    *kept = plan;
  }
  return *kept;
}

uint64 execute(SPIPlanPtr plan, Datum* values, bool read_only) {
  const int code = SPI_execute_plan(plan, values, nullptr, read_only, 0);
  if (code < 0) {
    elog(ERROR, "SPI_execute_plan: %s", SPI_result_code_string(code));
  }
  return SPI_processed;
}

bool same_uuid(Datum left, Datum right) {
  return std::memcmp(DatumGetUUIDP(left)->data, DatumGetUUIDP(right)->data, UUID_LEN) == 0;
}

// The key under this id; false where there is none.
bool find_key(const Key& key, Datum* time, Datum* content) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {UUIDOID};
  Datum values[] = {key.id};
  // The operator by its schema: this runs as the owner of events, under whatever search_path the caller has.
  plan_for(&plan, "SELECT event_time, content FROM lifecycle.event_keys WHERE event_id OPERATOR(pg_catalog.=) $1", 1,
           types);
  if (execute(plan, values, false) == 0) {
    return false;
  }
  bool null = false;
  *time = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null);
  *content = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &null);
  return true;
}

bool insert_key(const Key& key) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {UUIDOID, TIMESTAMPTZOID, UUIDOID};
  Datum values[] = {key.id, key.time, key.content};
  plan_for(
      &plan,
      "INSERT INTO lifecycle.event_keys (event_id, event_time, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", 3,
      types);
  uint64 inserted = 0;
  while_placing([&] { inserted = execute(plan, values, false); });
  return inserted == 1;
}

[[noreturn]] void fail_used_id(const Key& key, Datum used_time, bool same_content, Relation events) {
  const char* const id = DatumGetCString(DirectFunctionCall1(uuid_out, key.id));
  ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION), errmsg("event_id %s was used before", id),
                  errdetail("The event stored under it has the time %s and %s content.",
                            DatumGetCString(DirectFunctionCall1(timestamptz_out, used_time)),
                            same_content ? "the same" : "other"),
                  errhint("An event_id is accepted once, whatever the time. Give another event an id of its own; "
                          "lifecycle.ingest_events() drops repeats by itself."),
                  errtable(events)));
  pg_unreachable();
}

// Takes the event's id. A key that is there already with the very same time and content, but without its event, is the
// key of a dump or of an archived month: the event is put back under it. Where the event is there, too, the primary key
// of events refuses the row.
void take_key(const Key& key, Relation events) {
  for (;;) {
    if (insert_key(key)) {
      return;
    }
    Datum time = 0;
    Datum content = 0;
    if (!find_key(key, &time, &content)) {
      continue; // gone since: its transaction was undone, or retention took it
    }
    const bool same = same_uuid(content, key.content);
    if (same && DatumGetTimestampTz(time) == DatumGetTimestampTz(key.time)) {
      return;
    }
    fail_used_id(key, time, same, events);
  }
}

} // namespace
} // namespace lifecycle::ingest

// Keys are kept for whoever may insert events: the statements run as the owner of events, as foreign keys' do.
LIFECYCLE_FUNCTION(lifecycle_take_event_key) {
  namespace ingest = lifecycle::ingest;
  namespace pg = lifecycle::pg;
  TriggerData* const trigger = ingest::trigger_of(fcinfo);
  HeapTuple tuple = trigger->tg_trigtuple;
  if (ingest::placing) {
    return PointerGetDatum(tuple);
  }
  Relation const events = trigger->tg_relation;
  int numbers[ingest::event_columns];
  Datum values[ingest::event_columns];
  bool nulls[ingest::event_columns];
  bool incomplete = false;
  for (int i = 0; i < ingest::event_columns; ++i) {
    numbers[i] = ingest::attribute_number(events, ingest::event_column_names[i], ingest::event_column_types[i]);
    values[i] = heap_getattr(tuple, numbers[i], RelationGetDescr(events), &nulls[i]);
    incomplete = incomplete || (i != ingest::changed_xid && nulls[i]);
  }
  if (incomplete) {
    return PointerGetDatum(tuple); // NOT NULL refuses it
  }
  varlena* const name = pg::detoasted(values[ingest::event_name]);
  varlena* const user = pg::detoasted(values[ingest::user_id]);
  varlena* const properties = pg::detoasted(values[ingest::properties]);
  const TimestampTz time = DatumGetTimestampTz(values[ingest::event_time]);
  const lifecycle::Uuid content = pg::guard([&] {
    const lifecycle::json::WriterLease writer;
    // As in an event line, no number may be beyond the range of a double.
    writer->write(pg::bytes_of(properties), lifecycle::json::NumberForm::strict);
    return ingest::event_content(*writer, {pg::bytes_of(name), time, pg::bytes_of(user), pg::bytes_of(properties)});
  });
  pg_uuid_t content_uuid;
  std::memcpy(content_uuid.data, content.data(), sizeof content_uuid.data);
  const ingest::Key key = {values[ingest::event_id], values[ingest::event_time], UUIDPGetDatum(&content_uuid)};

  Oid caller = InvalidOid;
  int security = 0;
  GetUserIdAndSecContext(&caller, &security);
  SetUserIdAndSecContext(events->rd_rel->relowner, security | SECURITY_LOCAL_USERID_CHANGE);
  SPI_connect();
  ingest::take_key(key, events);
  SPI_finish();
  SetUserIdAndSecContext(caller, security);

  const FullTransactionId current = GetTopFullTransactionId();
  if (nulls[ingest::changed_xid] ||
      !FullTransactionIdEquals(DatumGetFullTransactionId(values[ingest::changed_xid]), current)) {
    Datum xid = FullTransactionIdGetDatum(current);
    bool null = false;
    tuple = heap_modify_tuple_by_cols(tuple, RelationGetDescr(events), 1, &numbers[ingest::changed_xid], &xid, &null);
  }
  return PointerGetDatum(tuple);
}

// A key that is there with the same time and content is left as it is: in a dump without schema, events may be loaded
// before their keys, and have brought them.
LIFECYCLE_FUNCTION(lifecycle_keep_event_key) {
  namespace ingest = lifecycle::ingest;
  TriggerData* const trigger = ingest::trigger_of(fcinfo);
  HeapTuple const tuple = trigger->tg_trigtuple;
  if (ingest::placing) {
    return PointerGetDatum(tuple);
  }
  Relation const keys = trigger->tg_relation;
  bool nulls[3];
  const ingest::Key key = {
      heap_getattr(tuple, ingest::attribute_number(keys, "event_id", UUIDOID), RelationGetDescr(keys), &nulls[0]),
      heap_getattr(tuple, ingest::attribute_number(keys, "event_time", TIMESTAMPTZOID), RelationGetDescr(keys),
                   &nulls[1]),
      heap_getattr(tuple, ingest::attribute_number(keys, "content", UUIDOID), RelationGetDescr(keys), &nulls[2])};
  if (nulls[0] || nulls[1] || nulls[2]) {
    return PointerGetDatum(tuple);
  }
  Datum time = 0;
  Datum content = 0;
  SPI_connect();
  const bool same = ingest::find_key(key, &time, &content) && ingest::same_uuid(content, key.content) &&
                    DatumGetTimestampTz(time) == DatumGetTimestampTz(key.time);
  SPI_finish();
  return PointerGetDatum(same ? nullptr : tuple);
}
