-- What the ledger's pgTAP files share. Include it first: \ir ../lib/ledger_test.sql
-- Procedures that commit are called at the top level of the file; what must fail is tried in a session of its own (dblink).
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CREATE EXTENSION IF NOT EXISTS dblink;
CALL lifecycle.install();
CREATE SCHEMA up;

-- The accounting of the latest run on a source.
CREATE FUNCTION last_run(source text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s in = %s written + %s unchanged + %s superseded + %s held; %s deleted', rows_in, written, unchanged, superseded, held, deleted)
    || CASE WHEN status <> 'succeeded' THEN '; ' || status ELSE '' END
  FROM lifecycle.pipeline_runs WHERE source_system = source ORDER BY run_id DESC LIMIT 1
$$;

-- Where a source row is: its contact, (nobody) for an orphan, (held) or (absent) outside the ledger; then its open findings.
CREATE FUNCTION fate(source text, record text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws(' ', coalesce(
      (SELECT coalesce(contact_id, '(nobody)') FROM lifecycle.contact_events WHERE source_system = source AND source_record_id = record),
      CASE WHEN EXISTS (SELECT FROM lifecycle.issues WHERE source_system = source AND source_record_id = record AND resolved_at IS NULL
        AND severity = 'error' AND body IS NOT NULL) THEN '(held)' ELSE '(absent)' END),
    (SELECT string_agg(code, ' ' ORDER BY code) FROM lifecycle.issues
     WHERE source_system = source AND source_record_id = record AND resolved_at IS NULL))
$$;

-- The ledger row of a record as one text, null where there is none.
CREATE FUNCTION ledger_row(source text, record text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws(' | ', coalesce(contact_id, '-'), coalesce(contact_email, '-'), event_type, coalesce(event_name, '-'), coalesce(event_source, '-'),
    event_timestamp AT TIME ZONE 'UTC', coalesce(payload::text, '-'))
  FROM lifecycle.contact_events WHERE source_system = source AND source_record_id = record
$$;

-- Identity and age of the stored rows: what a run that touches nothing leaves as it was.
CREATE FUNCTION untouched(source text) RETURNS TABLE (record text, place tid, version xid, ingested timestamptz) LANGUAGE sql STABLE AS $$
  SELECT source_record_id, ctid, xmin, ingested_at FROM lifecycle.contact_events WHERE source_system = source
$$;

-- All four fields of the error that a command ends in, as psql prints them; the command runs alone in a new session, as a role if one
-- is named. Empty where there is none.
CREATE FUNCTION error_in(connection text, command text, role text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text; message text; detail text; hint text;
BEGIN
  PERFORM dblink_connect('error_in', connection || ' options=''-c client_min_messages=error -c timezone=UTC''');
  IF role IS NOT NULL THEN
    PERFORM dblink_exec('error_in', format('SET ROLE %I', role));
  END IF;
  BEGIN
    IF command ~* '^\s*select' THEN
      PERFORM * FROM dblink('error_in', format('SELECT ''''::text FROM (%s) q', command)) AS t (answer text);
    ELSE
      PERFORM dblink_exec('error_in', command);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  END;
  PERFORM dblink_disconnect('error_in');
  RETURN concat_ws(E'\n', state || ': ' || message, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END
$$;
CREATE FUNCTION connection_to(database text) RETURNS text LANGUAGE sql AS $$
  SELECT format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), database, current_user)
$$;
CREATE FUNCTION error_of(command text, role text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT error_in(connection_to(current_database()), command, role)
$$;

-- A test: the error of a command, all four fields, is as a pattern of LIKE says.
CREATE FUNCTION fails_with(command text, wanted text, name text, role text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT alike(error_of(command, role), wanted, name)
$$;
