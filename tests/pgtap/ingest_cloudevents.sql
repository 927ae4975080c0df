-- CloudEvents 1.0 in JSON as an envelope around events.
\ir ../lib/ingest_fixture.sql
SELECT plan(33);
CREATE FUNCTION envelope(members jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('specversion', '1.0', 'id', 'A-1', 'source', '/shop/eu', 'type', 'com.example.order_placed', 'subject', 'user-7',
    'time', '2025-03-04T05:06:07.5Z', 'datacontenttype', 'application/json', 'data', '{"total": 12.5, "items": [1, 2]}'::jsonb) || members)::text $$;
CREATE FUNCTION fate(line text, source text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer record;
BEGIN
  INSERT INTO lifecycle.event_inbox (line, source) VALUES (line, source);
  SELECT * INTO answer FROM lifecycle._ingest_chunk(-1, 10);
  RETURN CASE WHEN answer.dead = 1 THEN last_letter() WHEN answer.repeats = 1 THEN 'repeat' ELSE 'written' END;
END $$;
CREATE FUNCTION latest() RETURNS SETOF stored LANGUAGE sql AS $$ SELECT s.* FROM stored s JOIN lifecycle.events e USING (event_id) ORDER BY e.received_at DESC, e.changed_xid DESC LIMIT 1 $$;

SELECT is(fate(envelope()), 'written', 'an envelope is taken');
SELECT results_eq('SELECT * FROM latest()', $$SELECT lifecycle.fingerprint('{"id": "A-1", "source": "/shop/eu"}'), 'order_placed', timestamptz '2025-03-04 05:06:07.5+00', 'user-7', '{"total": 12.5, "items": [1, 2]}'::jsonb$$,
  'id and source become a UUIDv8, the last part of type the name, subject the user, data the properties');
SELECT is(substr((SELECT event_id::text FROM latest()), 15, 1), '8', '... of version 8');
SELECT is(fate(envelope()), 'repeat', 'the same envelope again is a repeat');
SELECT is(fate(envelope('{"traceparent": "00-4bf9-00", "dataschema": "https://example.com/x"}')), 'repeat', '... with whatever attributes of transport');
SELECT is(fate(envelope('{"data": {"total": 13}}')), '23505 event_id.reused at "/event_id" ' || lifecycle.fingerprint('{"id": "A-1", "source": "/shop/eu"}'), 'other data under the same source and id are dead');
SELECT is(fate(envelope('{"source": "/shop/us"}')), 'written', 'the same id of another source is another event');
SELECT is(fate(envelope('{"id": "0192E4A0-0000-7000-8000-00000000ABCD"}')), 'written', 'an id that is a UUID');
SELECT is((SELECT event_id::text FROM latest()), '0192e4a0-0000-7000-8000-00000000abcd', '... is the event_id');
SELECT is(fate(envelope('{"id": "B-1", "type": "order_placed"}')), 'written', 'a type without dots');

-- Data
SELECT is(fate(envelope('{"id": "C-1", "data": null}')), 'written', 'no data');
SELECT is((SELECT properties FROM latest()), '{}', '... is no property');
SELECT is(fate(envelope('{"id": "C-2", "data": [1, "a"]}')), 'written', 'data that are no object');
SELECT is((SELECT properties FROM latest()), '{"data": [1, "a"]}', '... are one property');
SELECT is(fate(envelope(jsonb_build_object('id', 'C-3', 'data', NULL, 'data_base64', encode('{"plan": "pro"}', 'base64')))), 'written', 'JSON in base64');
SELECT is((SELECT properties FROM latest()), '{"plan": "pro"}', '... is read');
SELECT is(fate(envelope(jsonb_build_object('id', 'C-4', 'data', NULL, 'datacontenttype', 'image/png', 'data_base64', encode('\x8950', 'base64')))), 'written', 'other bytes in base64');
SELECT is((SELECT properties FROM latest()), '{"data_base64": "iVA="}', '... are kept as they came');
SELECT is(fate(envelope('{"id": "C-5", "data_base64": "eyJ9"}')), '23514 cloudevents.data_base64 at "/data_base64"', 'both kinds of data');
SELECT is(fate(envelope('{"id": "C-6", "data": null, "data_base64": "ey?"}')), '23514 cloudevents.data_base64 at "/data_base64"', 'what is no base64');
SELECT is(fate(envelope(jsonb_build_object('id', 'C-7', 'data', NULL, 'data_base64', encode('{"a": 1, "a": 2}', 'base64')))), '23514 cloudevents.data_base64 at "/data_base64"', 'bytes that say they are JSON and are not good');

-- What is wrong is told by its place in the envelope
SELECT is(fate(envelope('{"specversion": "0.3"}')), '23514 cloudevents.specversion at "/specversion"', 'another version');
SELECT is(fate(envelope('{"id": ""}')), '23514 cloudevents.id at "/id"', 'an empty id');
SELECT is(fate(envelope('{"source": null}')), '23514 cloudevents.source at "/source"', 'no source');
SELECT is(fate(envelope('{"type": 5}')), '23514 cloudevents.type at "/type"', 'a type that is no text');
SELECT alike(fate(envelope('{"id": "D-1", "subject": null}')), '23514 user_id.missing at "/subject"%', 'no subject, and so no user');
SELECT alike(fate(envelope('{"id": "D-2", "time": "2025-03-04T05:06:07"}')), '23514 event_time.no_zone at "/time"%', 'a time without zone');
SELECT alike(fate(envelope('{"id": "D-3", "type": "com.example.is_vip"}')), '23514 event_name.flag at "/type"%', 'a name the contract refuses');
SELECT alike(fate(envelope('{"id": "D-4", "data": {"a": {"churn_risk": 1}}}')), '23514 property.derived at "/data/a/churn_risk"%', 'a derived property');

-- A source's own mapping
INSERT INTO lifecycle.event_sources (source, cloudevents_name, cloudevents_user, cloudevents_time, cloudevents_attributes) VALUES ('erp', '/data/action', '/data/by/0/id', '/data/at', 'envelope'),
  ('/shop/warn', NULL, NULL, NULL, NULL);
UPDATE lifecycle.event_sources SET enforcement = 'warn' WHERE source = '/shop/warn';
SELECT is(fate(envelope('{"id": "E-1", "data": {"action": "invoice_paid", "by": [{"id": 4711}], "at": "2024-01-02T03:04:05Z"}}'), 'erp'), 'written', 'a mapping by the inbox''s source');
SELECT results_eq('SELECT event_name, event_time, user_id, properties FROM latest()', $$VALUES ('invoice_paid', timestamptz '2024-01-02 03:04:05+00', '4711',
  '{"action": "invoice_paid", "by": [{"id": 4711}], "at": "2024-01-02T03:04:05Z", "envelope": {"id": "E-1", "source": "/shop/eu", "type": "com.example.order_placed", "subject": "user-7",
    "time": "2025-03-04T05:06:07.5Z", "datacontenttype": "application/json"}}'::jsonb)$$, '... says where name, user and time stand, and keeps the attributes');
SELECT alike(fate(envelope('{"id": "E-2"}'), 'erp'), '23514 event_name.missing at "/data/action"%', '... what is not there is missing there');
SELECT is(fate(envelope('{"id": "E-3", "source": "/shop/warn", "type": "com.example.purchase"}')), 'written', 'where the inbox names no source, the envelope''s counts');
SELECT * FROM finish();
