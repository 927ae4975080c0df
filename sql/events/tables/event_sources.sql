CREATE TABLE IF NOT EXISTS lifecycle.event_sources (
  source text COLLATE "C" PRIMARY KEY CHECK (source <> ''),
  enforcement text NOT NULL DEFAULT 'strict' CHECK (enforcement IN ('strict', 'warn')),
  created_at timestamptz NOT NULL DEFAULT now(),
  cloudevents_name text CHECK (cloudevents_name LIKE '/%'),
  cloudevents_user text CHECK (cloudevents_user LIKE '/%'),
  cloudevents_time text CHECK (cloudevents_time LIKE '/%'),
  cloudevents_attributes text CHECK (cloudevents_attributes <> '')
);
INSERT INTO lifecycle.event_sources (source) VALUES ('direct') ON CONFLICT DO NOTHING;

COMMENT ON TABLE lifecycle.event_sources IS 'Where events come from, and how strictly the contract holds for each. A source without a row is strict.';
COMMENT ON COLUMN lifecycle.event_sources.source IS 'The source. "direct" is that of events inserted straight into lifecycle.events, unless lifecycle_ledger.event_source names another.';
COMMENT ON COLUMN lifecycle.event_sources.enforcement IS 'strict: naming problems refuse an event. warn: they are warnings; missing fields, wrong types and the like refuse it all the same.';
COMMENT ON COLUMN lifecycle.event_sources.created_at IS 'When the row was inserted.';
COMMENT ON COLUMN lifecycle.event_sources.cloudevents_name IS 'Of CloudEvents envelopes: JSON pointer to the event_name, such as /data/action. Null: the last dotted part of type.';
COMMENT ON COLUMN lifecycle.event_sources.cloudevents_user IS 'Of CloudEvents envelopes: JSON pointer to the user_id, such as /data/user/id; a number is taken as its text. Null: /subject.';
COMMENT ON COLUMN lifecycle.event_sources.cloudevents_time IS 'Of CloudEvents envelopes: JSON pointer to the event_time. Null: /time.';
COMMENT ON COLUMN lifecycle.event_sources.cloudevents_attributes IS 'Of CloudEvents envelopes: the property in which the envelope''s attributes (id, source, type, subject, time and extensions) are kept beside the data. Null: they are not kept.';
