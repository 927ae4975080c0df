-- lifecycle_event_history: nine columns out of insight; ids that hold from export to export; the dates that account data would hold.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(21);
SELECT throws_ok('SELECT * FROM lifecycle.lifecycle_event_history()', '55000', 'dataset "lifecycle_event_history" has no source', 'no source');
CALL lifecycle.install_operational_tables();
SELECT is_empty('SELECT * FROM lifecycle.lifecycle_event_history()', 'nothing there yet');
INSERT INTO lifecycle.insight (id, type, data_ref, customer_id, organization_id, created_at, details) VALUES
  (1, 'qbr', 10, NULL, 1, '2025-03-01 12:00+00', NULL), (2, 'renewal', NULL, 11, 1, '2025-03-02 23:30:00.123456+00', '{"channel": "Email", "context": "asked about terms"}'),
  (3, 'churn_risk', 10, NULL, 1, '2025-02-01 12:00+00', NULL), (4, 'low_usage', 10, NULL, 1, '2025-04-01 12:00+00', NULL), (5, 'qbr', 10, NULL, 1, '2025-01-01 12:00+00', '{"channel": "calendar"}'),
  (6, 'highly_positive', 20, NULL, 2, '2025-05-01 12:00+00', '{"channel": "carrier pigeon", "summary": "praise"}'), (7, 'onboarding', NULL, NULL, 2, '2025-06-01 12:00+00', NULL),
  (8, 'extremely_negative', 20, NULL, 2, '2025-04-01 12:00+00', '{"channel": "chat"}');
SELECT is((SELECT string_agg(h::text, E'\n') FROM lifecycle.lifecycle_event_history(extracted => '2025-07-01 00:00-04') h),
'(5,10,1,qbr,"2025-01-01 12:00:00",meeting,,"2025-07-01 04:00:00","2025-03-02 23:30:00.123456")
(3,10,1,churn_risk,"2025-02-01 12:00:00",,,"2025-07-01 04:00:00","2025-03-02 23:30:00.123456")
(1,10,1,qbr,"2025-03-01 12:00:00",meeting,,"2025-07-01 04:00:00","2025-03-02 23:30:00.123456")
(2,11,1,renewal,"2025-03-02 23:30:00.123456",email,"asked about terms","2025-07-01 04:00:00","2025-03-02 23:30:00.123456")
(8,20,2,extremely_negative,"2025-04-01 12:00:00",chat,,"2025-07-01 04:00:00","2025-05-01 12:00:00")
(6,20,2,highly_positive,"2025-05-01 12:00:00",email/chat,praise,"2025-07-01 04:00:00","2025-05-01 12:00:00")',
  'nine columns in UTC: events of the listed types, in order, with the channel they say or their type''s');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_event_history(2)), 2::bigint, 'of one organization');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_event_history(3)), 0::bigint, 'of one that has none');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_event_history() WHERE event_type = 'onboarding'), 0::bigint, 'an event of no account breaks the contract and stays out');
CREATE FUNCTION rejected() RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = pg_catalog, pg_temp AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT string_agg("reject code" || '' '' || "json pointer", '', '') FROM (%s) r WHERE "reject code" IS NOT NULL', lifecycle._dataset_query('lifecycle_event_history')) INTO result;
  RETURN result;
END $$;
SELECT is(rejected(), 'missing_required /account_id', '... and is told');
SELECT is((SELECT extracted_at FROM lifecycle.lifecycle_event_history(1) LIMIT 1), now() AT TIME ZONE 'UTC', 'extracted now');

-- The types are data
INSERT INTO lifecycle.history_event_types VALUES ('low_usage', 'Usage fell', 'Computed', NULL);
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_event_history(1)), 5::bigint, 'another type, once it is listed');
DELETE FROM lifecycle.history_event_types WHERE event_type = 'low_usage' OR event_type = 'churn_risk';
CALL lifecycle.install();
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_event_history(1)), 3::bigint, 'one that was taken out does not come back');

-- Sources without an id
CREATE TABLE bare (account bigint, organization bigint, type text, at timestamp, note text);
INSERT INTO bare VALUES (10, 5, 'qbr', '2025-03-01 12:00', 'b'), (10, 5, 'qbr', '2025-03-01 12:00', 'a'), (10, 5, 'renewal', '2025-03-01 12:00', NULL), (11, 5, 'qbr', '2025-03-01 12:00', NULL);
SELECT lives_ok($$SELECT lifecycle.register_dataset_source('lifecycle_event_history', 'bare', '{"account_id": "account", "organization_id": "organization", "event_type": "type", "event_date": "at", "time_zone": "UTC", "event_context": "note"}')$$, 'a source without an id');
SELECT is((SELECT array_agg(event_id ORDER BY account_id, event_type) FROM lifecycle.lifecycle_event_history(5)),
  ARRAY(SELECT ('x' || left(md5(k || '2025-03-01T12:00:00.000000Z'), 16))::bit(64)::bigint & 9223372036854775807 FROM unnest(ARRAY['10|qbr|', '10|renewal|', '11|qbr|']) WITH ORDINALITY AS x(k, n) ORDER BY n),
  'has ids that anyone can recompute, one an event');
SELECT is((SELECT string_agg(event_context, ',') FROM lifecycle.lifecycle_event_history(5)), 'a', 'of two that cannot be told apart always the same goes out');
SELECT is((SELECT array_agg(event_id ORDER BY event_id) FROM lifecycle.lifecycle_event_history(5)), (SELECT array_agg(event_id ORDER BY event_id) FROM lifecycle.lifecycle_event_history(5, '2030-01-01')), 'the same from export to export');
SELECT cmp_ok((SELECT min(lifecycle._history_event_id(n, 'qbr', '2025-01-01')) FROM generate_series(1, 1000) n), '>=', 0::bigint, 'never negative');
SELECT is((SELECT count(DISTINCT lifecycle._history_event_id(n, 'qbr', '2025-01-01')) FROM generate_series(1, 1000) n), 1000::bigint, '... and different');

-- max(event_date) per account and type is what the account's lifecycle_event_<type> columns hold: the last date of each.
TRUNCATE lifecycle.insight, bare;
INSERT INTO lifecycle.insight (type, data_ref, organization_id, created_at)
  SELECT (ARRAY['qbr', 'renewal', 'expansion_opp', 'low_usage'])[1 + n % 4], n % 50, 1 + n % 3, timestamptz '2025-01-01 00:00+00' + (n * 7919 % 500) * interval '1 hour' FROM generate_series(1, 3000) n;
CREATE TABLE account_core AS
  SELECT data_ref AS id, max(created_at) FILTER (WHERE type = 'qbr') AT TIME ZONE 'UTC' AS lifecycle_event_qbr, max(created_at) FILTER (WHERE type = 'renewal') AT TIME ZONE 'UTC' AS lifecycle_event_renewal,
    max(created_at) FILTER (WHERE type = 'expansion_opp') AT TIME ZONE 'UTC' AS lifecycle_event_expansion_opp FROM lifecycle.insight GROUP BY 1;
SELECT is_empty($$SELECT * FROM (SELECT account_id, event_type::text, max(event_date) FROM lifecycle.lifecycle_event_history() GROUP BY 1, 2) h (id, type, at)
  FULL JOIN (SELECT id, c.type, c.at FROM account_core, LATERAL (VALUES ('qbr', lifecycle_event_qbr), ('renewal', lifecycle_event_renewal), ('expansion_opp', lifecycle_event_expansion_opp)) c(type, at) WHERE c.at IS NOT NULL) a
  USING (id, type) WHERE h.at IS DISTINCT FROM a.at$$, 'the last date of each type and account is that of account data');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_event_history()), (SELECT count(*) FROM lifecycle.insight WHERE type <> 'low_usage'), 'every event, once');
SELECT is((SELECT count(DISTINCT event_id) FROM lifecycle.lifecycle_event_history()), (SELECT count(*) FROM lifecycle.lifecycle_event_history()), 'each with an id of its own');
SELECT is_empty('SELECT organization_id FROM lifecycle.lifecycle_event_history() GROUP BY 1 HAVING max(event_date) <> min(data_as_of) OR min(data_as_of) <> max(data_as_of)', 'data_as_of is the latest event of the organization');
CREATE VIEW typed AS SELECT * FROM lifecycle.lifecycle_event_history();
SELECT is((SELECT string_agg(attname::text, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'typed'::regclass), (SELECT string_agg(name::text, ' ' ORDER BY place) FROM lifecycle._contract_columns(lifecycle._dataset_contract('lifecycle_event_history'))), 'the columns of the contract, in its order');
SELECT * FROM finish();
