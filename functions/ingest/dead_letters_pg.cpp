#include "functions/ingest/dead_letters_pg.hpp"

#include "functions/ingest/place_pg.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/timestamp.h"
}

namespace lifecycle::ingest {
namespace {

// A statement's parameters of any type; nulls as SPI has them.
struct Parameters {
  Datum values[13];
  char nulls[13];
  int count;
};

void put(Parameters* parameters, Datum value, bool present = true) {
  parameters->values[parameters->count] = value;
  parameters->nulls[parameters->count++] = present ? ' ' : 'n';
}

Datum text_datum(std::string_view text) { return PointerGetDatum(pg::make_text(text)); }

void put_reasons(Parameters* parameters, const Reasons& reasons, Datum contract_version) {
  put(parameters, text_datum(reasons.key), !reasons.key.empty());
  put(parameters, text_datum(sqlstate_of(reasons.code)));
  put(parameters, text_datum(reasons.code));
  put(parameters, text_datum(reasons.pointer));
  put(parameters, text_datum(reasons.detail));
  put(parameters, text_datum(reasons.json));
  put(parameters, contract_version);
}

} // namespace

void insert_dead_letter(const Line& line, const Reasons& reasons, Datum contract_version, bool erased) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID,  TEXTOID,        TEXTOID,
                 TEXTOID, TEXTOID, TEXTOID, BYTEAOID, TIMESTAMPTZOID, BOOLOID};
  kept_plan(&plan,
            "INSERT INTO lifecycle.dead_letters (stage, key, sqlstate, code, json_pointer, detail, findings, "
            "contract_version, source, "
            "body, body_bytes, received_at, resolved_at) "
            "VALUES ('ingest', $1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, "
            "CASE WHEN $12 THEN now() END)",
            12, types);
  Parameters parameters = {};
  put_reasons(&parameters, reasons, contract_version);
  put(&parameters, line.source, line.has_source);
  put(&parameters, line.line, line.has_line && !erased);
  put(&parameters, line.bytes, line.has_bytes && !erased);
  put(&parameters, TimestampTzGetDatum(line.received_at));
  put(&parameters, BoolGetDatum(erased));
  run_plan(plan, parameters.values, parameters.nulls);
}

void resolve_dead_letter(Datum id) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {INT8OID};
  kept_plan(
      &plan,
      "UPDATE lifecycle.dead_letters SET resolved_at = now(), last_seen = now(), attempts = attempts + 1 WHERE id = $1",
      1, types);
  run_plan(plan, &id);
}

void refuse_dead_letter_again(Datum id, const Reasons& reasons, Datum contract_version) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID};
  kept_plan(&plan,
            "UPDATE lifecycle.dead_letters SET key = $1, sqlstate = $2, code = $3, json_pointer = $4, detail = $5, "
            "findings = $6::jsonb, "
            "contract_version = $7, last_seen = now(), attempts = attempts + 1 WHERE id = $8",
            8, types);
  Parameters parameters = {};
  put_reasons(&parameters, reasons, contract_version);
  put(&parameters, id);
  run_plan(plan, parameters.values, parameters.nulls);
}

} // namespace lifecycle::ingest
