-- Dead letters: causes, mends, retries without doubles.
\ir ../lib/ingest_fixture.sql
SELECT plan(27);
INSERT INTO lifecycle.event_inbox (source, line, received_at) SELECT 'a', event_line(n, '{"event_name": "purchase"}'), '2025-01-01' FROM generate_series(1, 20) n;
INSERT INTO lifecycle.event_inbox (source, line) VALUES ('b', event_line(30, '{"event_name": "purchase"}')), ('b', '{"broken'), ('b', event_line(31, '{"user_id": null}'));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 23 in = 0 written + 0 repeats + 23 dead', 'dead letters');
SELECT code AS naming FROM lifecycle.dead_letters ORDER BY id LIMIT 1 \gset
SELECT results_eq('SELECT stage, source, code, dead_letters, attempts FROM lifecycle.dead_letter_causes ORDER BY dead_letters DESC, code, source', format(
  $$VALUES ('ingest', 'a', %1$L, 20::bigint, 1), ('ingest', 'b', %1$L, 1, 1), ('ingest', 'b', 'json.malformed', 1, 1), ('ingest', 'b', 'user_id.missing', 1, 1)$$, :'naming'), 'their causes');

CALL lifecycle.retry_dead_letters();
SELECT is(last_run(), 'succeeded: 23 in = 0 written + 0 repeats + 23 dead', 'nothing mended: all are dead again');
SELECT results_eq('SELECT DISTINCT attempts, resolved_at IS NULL FROM lifecycle.dead_letters', 'VALUES (2, true)', '... with one more attempt');
SELECT ok((SELECT bool_and(last_seen > first_seen) FROM lifecycle.dead_letters), '... and the time of it');

-- The contract is mended
INSERT INTO lifecycle.event_rules (applies_to, pattern, code, severity, reason) SELECT 'event_name', 'purchase', 'ours', 'allow', 'an action here';
SELECT results_eq('SELECT id, accepted FROM (SELECT 1 AS id, accepted FROM lifecycle.rehearse_contract(NULL) WHERE code IS NULL) r', 'VALUES (1, 21::bigint)', 'rehearse_contract() says how many would be taken');
CALL lifecycle.retry_dead_letters('ingest', 'a');
SELECT is(last_run(), 'succeeded: 20 in = 20 written + 0 repeats + 0 dead', 'those of one source');
SELECT is((SELECT count(*) FROM lifecycle.events WHERE received_at = '2025-01-01'), 20::bigint, 'events keep the time of their arrival');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NOT NULL), 20::bigint, 'the dead letters are resolved, and kept');
CALL lifecycle.retry_dead_letters('ingest', NULL, 'user_id.missing');
SELECT is(last_run(), 'succeeded: 1 in = 0 written + 0 repeats + 1 dead', 'those of one code');
CALL lifecycle.retry_dead_letters(code => :'naming');
SELECT is(last_run(), 'succeeded: 1 in = 1 written + 0 repeats + 0 dead', '... and another');
CALL lifecycle.retry_dead_letters();
SELECT is(last_run(), 'succeeded: 2 in = 0 written + 0 repeats + 2 dead', 'resolved ones are not tried again');

-- The line is mended, in place or by sending it again
UPDATE lifecycle.dead_letters SET body = event_line(31) WHERE code = 'user_id.missing';
INSERT INTO lifecycle.event_inbox (source, line) VALUES ('b', event_line(31));
CALL lifecycle.ingest_events();
CALL lifecycle.retry_dead_letters();
SELECT is(last_run(), 'succeeded: 2 in = 0 written + 1 repeats + 1 dead', 'what was sent again meanwhile is there already');
SELECT is((SELECT count(*) FROM lifecycle.events WHERE event_id = event_id(31)), 1::bigint, '... once');
SELECT is((SELECT code || ' ' || attempts FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 'json.malformed 4', 'one is left');
UPDATE lifecycle.dead_letters SET body = event_line(31, '{"user_id": "other"}') WHERE resolved_at IS NULL;
CALL lifecycle.retry_dead_letters();
SELECT is((SELECT code || ' ' || attempts FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 'event_id.reused 5', 'a retry tells the present reason');
SELECT is((SELECT key FROM lifecycle.dead_letters WHERE resolved_at IS NULL), event_id(31)::text, '... and the key, now that it can be read');

-- Steps; the user's own constraints
INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n, '{"event_name": "refund"}') FROM generate_series(100, 149) n;
CALL lifecycle.ingest_events();
INSERT INTO lifecycle.event_rules (applies_to, pattern, code, severity, reason) SELECT 'event_name', 'refund', 'ours', 'allow', 'an action here';
ALTER TABLE lifecycle.events ADD CONSTRAINT not_this_one CHECK (user_id <> 'u123');
SET lifecycle_ledger.chunk_rows = 7;
CALL lifecycle.retry_dead_letters('ingest');
RESET lifecycle_ledger.chunk_rows;
SELECT is(last_run(), 'succeeded: 51 in = 49 written + 0 repeats + 2 dead', 'a retry goes in steps, past what the tables refuse');
SELECT is((SELECT code FROM lifecycle.dead_letters WHERE body = event_line(123, '{"event_name": "refund"}')), 'write.23514', '... which it tells');
ALTER TABLE lifecycle.events DROP CONSTRAINT not_this_one;
CALL lifecycle.retry_dead_letters('ingest', code => 'write.23514');
SELECT is(last_run(), 'succeeded: 1 in = 1 written + 0 repeats + 0 dead', '... and takes once that is mended');

-- Another stage is one more function
CREATE FUNCTION lifecycle._retry_test(run bigint, source text, code text, INOUT after_id bigint, INOUT lines bigint) LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
BEGIN
  UPDATE lifecycle.dead_letters d SET resolved_at = now() WHERE d.id = (SELECT min(o.id) FROM lifecycle.dead_letters o WHERE o.stage = 'test' AND o.id > after_id) RETURNING d.id INTO after_id;
  GET DIAGNOSTICS found = ROW_COUNT;
  PERFORM lifecycle._count_rows(run, found, found, 0, 0, 0, 0, 0);
END $$;
INSERT INTO lifecycle.dead_letters (stage, sqlstate, code, body) SELECT 'test', '22000', 'x', n::text FROM generate_series(1, 3) n;
CALL lifecycle.retry_dead_letters();
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE stage = 'test' AND resolved_at IS NULL), 0::bigint, 'a stage that has a _retry_ function is retried with the others');
SELECT is(last_run(), 'succeeded: 3 in = 3 written + 0 repeats + 0 dead', '... in a run of its own');
DROP FUNCTION lifecycle._retry_test;
SELECT throws_ok('CALL lifecycle.retry_dead_letters()', '25001', NULL, 'inside a function it says that it commits in steps');
\set ON_ERROR_STOP 0
CALL lifecycle.retry_dead_letters('no such stage');
\set ON_ERROR_STOP 1
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22023', 'an unknown stage is an error');

-- A rehearsal of stricter rules
SELECT results_eq($$SELECT code, refused, refused_now, accepted, jsonb_array_length(samples) FROM lifecycle.rehearse_contract('{"add": [{"applies_to": "event_name", "pattern": "refund", "code": "event_name.ours", "severity": "error", "reason": "is no word of ours"}], "disable": ["purchase"]}')$$,
  format($$VALUES (NULL, 71::bigint, 0::bigint, 0::bigint, 0), ('event_name.ours', 50, 0, 0, 5), (%L, 21, 0, 0, 5)$$, :'naming'), 'rehearse_contract() counts what stricter rules would have refused, with samples');
SELECT is((SELECT count(*) FROM lifecycle.rehearse_contract('{"disable": ["purchase"]}', '2026-01-01')), 1::bigint, '... since a time, if wanted');
SELECT is((SELECT count(*) FROM lifecycle.events), 72::bigint, '... and changes nothing');
SELECT * FROM finish();
