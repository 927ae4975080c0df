#include "functions/fingerprint/event_fingerprint.hpp"
#include "functions/fingerprint/uuid_datum.hpp"
#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/rows_ahead.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace json = lifecycle::json;
namespace pg = lifecycle::pg;

namespace {

// The arguments of event_fingerprint, in SQL order.
enum Argument { contact_email, event_type, event_name, event_source, event_timestamp, payload, argument_count };

std::string email_scratch;

pg::RowsAhead rows_ahead;

// Gives back what an unusually long e-mail has taken, however the call ends.
struct EmailLease {
  EmailLease() = default;
  EmailLease(const EmailLease&) = delete;
  EmailLease& operator=(const EmailLease&) = delete;
  ~EmailLease() {
    if (email_scratch.capacity() > json::OutputBuffer::kept_capacity) {
      std::string().swap(email_scratch);
    }
  }
};

std::optional<std::string_view> view_of(const varlena* value) {
  return value != nullptr ? std::optional(pg::bytes_of(value)) : std::nullopt;
}

// What a computation gives: plain data, so that it may leave a guard.
struct Outcome {
  lifecycle::Uuid fingerprint;
  bool over_limit;
};

// With `tolerant`, a document over a size or depth setting is an outcome instead of an error.
Outcome compute(FunctionCallInfo fcinfo, bool tolerant) {
  varlena* values[argument_count] = {};
  if (!PG_ARGISNULL(payload)) {
    rows_ahead.at_value(PG_GETARG_DATUM(payload));
  }
  for (int i = 0; i < argument_count; ++i) {
    if (i != event_timestamp && !PG_ARGISNULL(i)) {
      values[i] = pg::detoasted(PG_GETARG_DATUM(i));
    }
  }
  const bool timed = !PG_ARGISNULL(event_timestamp);
  const TimestampTz time = timed ? PG_GETARG_TIMESTAMPTZ(event_timestamp) : 0;
  const Outcome outcome = pg::guard([&]() -> Outcome {
    const json::WriterLease writer;
    const EmailLease email;
    lifecycle::EventContent event;
    event.contact_email = view_of(values[contact_email]);
    event.event_type = view_of(values[event_type]);
    event.event_name = view_of(values[event_name]);
    event.event_source = view_of(values[event_source]);
    event.payload = view_of(values[payload]);
    if (timed) {
      event.event_timestamp = time;
    }
    try {
      return {lifecycle::event_fingerprint(*writer, event, email_scratch), false};
    } catch (const lifecycle::Error& error) {
      if (!tolerant || std::string_view(error.sqlstate()) != lifecycle::sqlstate::program_limit_exceeded) {
        throw;
      }
      return {{}, true};
    }
  });
  for (int i = 0; i < argument_count; ++i) {
    if (values[i] != nullptr) {
      pg::free_if_copy(values[i], PG_GETARG_DATUM(i));
    }
  }
  return outcome;
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_event_fingerprint) { return pg::uuid_datum(compute(fcinfo, false).fingerprint); }

// One row with a huge payload must not end a run over all the others.
LIFECYCLE_FUNCTION(lifecycle_try_event_fingerprint) {
  const Outcome outcome = compute(fcinfo, true);
  if (outcome.over_limit) {
    PG_RETURN_NULL();
  }
  return pg::uuid_datum(outcome.fingerprint);
}
