CREATE TABLE IF NOT EXISTS lifecycle.contact_events (
  contact_id text COLLATE "C",
  contact_email text,
  event_type text NOT NULL,
  event_name text,
  event_source text,
  event_timestamp timestamptz NOT NULL,
  source_system text COLLATE "C" NOT NULL,
  source_record_id text COLLATE "C" NOT NULL,
  payload jsonb,
  ingested_at timestamptz NOT NULL DEFAULT now(),
  event_fingerprint uuid NOT NULL,
  -- source_record_id first: it is the selective one, and the column to distribute by when scaling out.
  PRIMARY KEY (source_record_id, source_system)
) PARTITION BY LIST (source_system);

-- One contact's timeline, newest first. Hardly two rows have one key in either: looking for such would only make building them slower.
CREATE INDEX IF NOT EXISTS contact_events_timeline ON lifecycle.contact_events (contact_id, event_timestamp DESC) WITH (deduplicate_items = off);
CREATE INDEX IF NOT EXISTS contact_events_time ON lifecycle.contact_events (event_timestamp) WITH (deduplicate_items = off);
-- Finds the orphans that a new contact heals without reading the others. What is no address at all may be too long for an index.
CREATE INDEX IF NOT EXISTS contact_events_orphans ON lifecycle.contact_events ((left(lifecycle.normalize_email(contact_email), 320) COLLATE "C"))
  WHERE contact_id IS NULL;

COMMENT ON TABLE lifecycle.contact_events IS
  'The ledger: one row for each client-relevant event of every registered source. A projection: written only by rebuild_, sync_ and reconcile_contact_events(), replaceable at any time. One partition a source.';
COMMENT ON COLUMN lifecycle.contact_events.contact_id IS 'The contact, authoritative when present. Null for an orphan: no contact has the e-mail (an open warning in lifecycle.issues says so).';
COMMENT ON COLUMN lifecycle.contact_events.contact_email IS 'The e-mail address as the source gave it; filled from the contact where the source gave none. Null where neither has one.';
COMMENT ON COLUMN lifecycle.contact_events.event_type IS 'Coarse channel, one of lifecycle.event_types: form, session, email, message, system.';
COMMENT ON COLUMN lifecycle.contact_events.event_name IS 'Human-meaningful subtype, such as phq9 or Session Completed. Null where the source has none.';
COMMENT ON COLUMN lifecycle.contact_events.event_source IS 'Origin as people name it (google_form, dataverse, outlook). Null where the mapping gives none.';
COMMENT ON COLUMN lifecycle.contact_events.event_timestamp IS 'When the event occurred. Stored as an instant; read it with timezone = UTC.';
COMMENT ON COLUMN lifecycle.contact_events.source_system IS 'The registered source that produced the row; first half of the idempotency key, and the partition key.';
COMMENT ON COLUMN lifecycle.contact_events.source_record_id IS 'Stable id of the event within its source; second half of the idempotency key. Text of the source''s value.';
COMMENT ON COLUMN lifecycle.contact_events.payload IS 'Further source columns, as the mapping lists them. For debugging and forensics, not for automation. Null where the mapping lists none.';
COMMENT ON COLUMN lifecycle.contact_events.ingested_at IS 'When the pipeline wrote this version of the row.';
COMMENT ON COLUMN lifecycle.contact_events.event_fingerprint IS 'lifecycle.event_fingerprint() of e-mail, type, name, source, time and payload: equal content has equal fingerprints, whatever its source.';
