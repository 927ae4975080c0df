-- Nothing that looks like a credential leaves in a dataset, nor lies about in dead letters: columns, documents, values that are refused for
-- something else. Payloads leave as references.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE TABLE steps (id text PRIMARY KEY, org text, run uuid, number text, at timestamptz DEFAULT '2025-07-01+00', kind text DEFAULT 'error', request text, error text, "meta/data" jsonb, internal jsonb, first text, second text);
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'steps', '{"event_id": "id", "run_id": "run", "event_type": "kind", "event_sequence": "number", "occurred_at": "at", "org_id": "org",
  "entity_type": {"constant": "company"}, "entity_id": "run", "raw_request_ref": "request", "error_message": "error", "metadata_json": "meta/data", "error_code": ["first", "second"]}') \g /dev/null
CREATE FUNCTION told(n bigint) RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = pg_catalog, pg_temp AS $$
DECLARE r record; rest text;
BEGIN
  EXECUTE format('SELECT * FROM (%s) q WHERE q.event_sequence = $1 OR q."reject body" ->> ''run'' = public.id($1)::text', lifecycle._dataset_query('dx_operation_events_v1')) INTO r USING n;
  RETURN concat_ws(' | ', r."reject code", r."json pointer", r."reject detail", r."reject body" - '{id,org,run,number,at,kind}'::text[]);
END $$;
INSERT INTO steps (id, org, run, number, error, "meta/data", request) VALUES
  (id(1), id(100), id(1), 1, 'timed out after 30 s', '{"token_count": 512, "headers": {"content-type": "application/json"}}', 's3://raw/2025/07/01/1.json'),
  (id(2), id(100), id(2), 2, 'login failed: pass' || 'word=hunter2 for ada', NULL, NULL),
  (id(3), id(100), id(3), 3, NULL, '{"tries": [{"headers": {"Authorization": "abc"}}]}', NULL),
  (id(4), id(100), id(4), 4, NULL, NULL, '{"query": "acme"}'),
  (id(5), id(100), id(5), 5, NULL, NULL, repeat('x', 1025)),
  (id(6), id(100), id(6), 'xox' || 'b-17653672481-x', NULL, NULL, NULL),
  (id(8), 'xox' || 'b-17653672481-x', id(8), 8, NULL, NULL, NULL);
INSERT INTO steps (id, org, run, number, first) VALUES (id(7), id(100), id(7), 7, 'xox' || 'b-17653672481-x');
UPDATE steps SET internal = '{"api_key": "k1", "note": "ok"}' WHERE number IN ('4', '1');
SELECT is(told(1), '', 'a row without secrets; what is not exported is nobody''s business');
SELECT is(told(2), 'secret | /error | error_message (column error): a password, secret or token that is assigned in a text (rule assigned_password). It is cut out of this letter. | '
  '{"error": "login failed: [removed: assigned_password] for ada", "first": null, "second": null, "request": null, "internal": null, "meta/data": null}', 'a text: where, why, and the row without it');
SELECT is(told(3), 'secret | /meta~1data/tries/0/headers/Authorization | metadata_json (column "meta/data"): credentials by their key (rule key_credentials). It is cut out of this letter. | '
  '{"error": null, "first": null, "second": null, "request": null, "internal": null, "meta/data": {"tries": [{"headers": {"Authorization": "[removed: key_credentials]"}}]}}', 'a document: the pointer goes on within it');
SELECT is(told(4), 'raw_payload | /request | raw_request_ref (column request): it is not a reference of at most 1024 bytes, but the payload itself. | '
  '{"error": null, "first": null, "second": null, "request": "{\"query\": \"acme\"}", "internal": {"note": "ok", "api_key": "[removed: key_api_key]"}, "meta/data": null}', 'a payload in place of a reference; the rest of the row without its secrets');
SELECT alike(told(5), 'raw_payload | /request | %', 'one that is too long');
SELECT is(told(6), 'wrong_type | /number | event_sequence (column number): "[removed: slack_token]" is not of type integer. | '
  '{"error": null, "first": null, "second": null, "request": null, "internal": null, "meta/data": null}', 'what is refused for its type is not quoted with a secret in it');
SELECT alike(told(7), 'secret |  | error_code: a token of Slack (rule slack_token)%', 'of several columns: no place');
SELECT is((SELECT string_agg(concat_ws(' ', reject_code, json_pointer, "rows"), ', ' ORDER BY reject_code, json_pointer) FROM lifecycle.check_dataset('dx_operation_events_v1')),
  'raw_payload /request 2, secret  1, secret /error 1, secret /meta~1data/tries/0/headers/Authorization 1, wrong_type /number 1, wrong_type /org 1, 1', 'a rehearsal tells them');
SELECT unalike((SELECT string_agg(c::text, '') FROM lifecycle.check_dataset('dx_operation_events_v1') c), '%xoxb%', '... without the secrets');

-- The export itself
CALL lifecycle.install_warehouse('hq');
SELECT lifecycle.register_destination('hq', 'schema', 'hq') \g /dev/null
CALL lifecycle.export();
SELECT is((SELECT array_agg(event_sequence) FROM hq.dx_operation_events_v1), '{1}', 'an export sends the row without');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE stage = 'export'), 7::bigint, '... and the others are dead letters');
SELECT is((SELECT string_agg(DISTINCT coalesce(org_id = id(100)::text, false)::text || ' ' || code, ', ') FROM lifecycle.dead_letters), 'false wrong_type, true raw_payload, true secret, true wrong_type', '... of the tenant, where the row says whose it is');
SELECT is_empty($$SELECT l.* FROM lifecycle.dead_letters l WHERE l::text ~ 'hunter2|xoxb|"abc"|k1'$$, 'which hold none of it');
UPDATE steps SET error = 'login failed' WHERE number = '2';
CALL lifecycle.export();
SELECT is((SELECT array_agg(event_sequence ORDER BY event_sequence) FROM hq.dx_operation_events_v1), '{1,2}', 'mended at the source, the row is sent');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 6::bigint, '... and its letter resolved');
UPDATE lifecycle.secret_rules SET enabled = false WHERE name = 'key_credentials';
CALL lifecycle.export();
SELECT is((SELECT array_agg(event_sequence ORDER BY event_sequence) FROM hq.dx_operation_events_v1), '{1,2,3}', 'a rule that is switched off refuses nothing');
SELECT * FROM finish();
