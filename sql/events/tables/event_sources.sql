CREATE TABLE IF NOT EXISTS lifecycle.event_sources (
  source text COLLATE "C" PRIMARY KEY CHECK (source <> ''),
  enforcement text NOT NULL DEFAULT 'strict' CHECK (enforcement IN ('strict', 'warn')),
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO lifecycle.event_sources (source) VALUES ('direct') ON CONFLICT DO NOTHING;

COMMENT ON TABLE lifecycle.event_sources IS 'Where events come from, and how strictly the contract holds for each. A source without a row is strict.';
COMMENT ON COLUMN lifecycle.event_sources.source IS 'The source. "direct" is that of events inserted straight into lifecycle.events, unless lifecycle_ledger.event_source names another.';
COMMENT ON COLUMN lifecycle.event_sources.enforcement IS 'strict: naming problems refuse an event. warn: they are warnings; missing fields, wrong types and the like refuse it all the same.';
COMMENT ON COLUMN lifecycle.event_sources.created_at IS 'When the row was inserted.';
