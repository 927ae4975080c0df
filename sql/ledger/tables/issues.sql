CREATE TABLE IF NOT EXISTS lifecycle.issues (
  issue_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_system text COLLATE "C" NOT NULL,
  source_record_id text COLLATE "C",
  code text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('warning', 'error')),
  detail text NOT NULL,
  contact_id text COLLATE "C",
  contact_email text,
  body jsonb,
  row_hash uuid,
  first_seen timestamptz NOT NULL DEFAULT now(),
  last_seen timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolution text
);

-- One open finding of a kind for each row; rows without an id are told apart by their content.
CREATE UNIQUE INDEX IF NOT EXISTS issues_open ON lifecycle.issues
  (source_system, coalesce(source_record_id, row_hash::text) COLLATE "C", code) WHERE resolved_at IS NULL;
CREATE INDEX IF NOT EXISTS issues_record ON lifecycle.issues (source_record_id, source_system);
-- The held rows that a change of contacts may concern, found without reading the orphans.
CREATE INDEX IF NOT EXISTS issues_contacts ON lifecycle.issues (source_system)
  WHERE resolved_at IS NULL AND code IN ('ambiguous', 'unknown_contact', 'contact_id_too_long');
-- The few rows that wait for a rule to change, found without reading all that are open.
CREATE INDEX IF NOT EXISTS issues_rules ON lifecycle.issues (source_system)
  WHERE resolved_at IS NULL AND code IN ('unknown_event_type', 'payload_over_limit');

COMMENT ON TABLE lifecycle.issues IS
  'What the ledger found wrong with source rows. Errors keep the row out of the ledger (it is held here and tried again); warnings do not. A finding is open until resolved_at is set; a new occurrence is a new row.';
COMMENT ON COLUMN lifecycle.issues.issue_id IS 'Number of the finding.';
COMMENT ON COLUMN lifecycle.issues.source_system IS 'The source of the row.';
COMMENT ON COLUMN lifecycle.issues.source_record_id IS 'The row''s id in its source. Null for codes no_record_id and record_id_too_long.';
COMMENT ON COLUMN lifecycle.issues.code IS
  'Errors: ambiguous, unknown_contact, contact_id_too_long, no_record_id, record_id_too_long, no_time, invalid_time, no_event_type, unknown_event_type, email_too_long, unfit_json, payload_over_limit. Warnings: orphan, contact_mismatch, duplicate_record_id; and suppressed: held, as its person was erased, with nothing to mend.';
COMMENT ON COLUMN lifecycle.issues.severity IS 'error: the row is held. warning: the row is in the ledger, or of somebody who was erased.';
COMMENT ON COLUMN lifecycle.issues.detail IS 'What is wrong, with the values, and what mends it.';
COMMENT ON COLUMN lifecycle.issues.contact_id IS 'The contact id the source row gave. Null if it gave none.';
COMMENT ON COLUMN lifecycle.issues.contact_email IS 'The e-mail address the source row gave. Null if it gave none.';
COMMENT ON COLUMN lifecycle.issues.body IS 'The source row itself, for held rows. Null for warnings, whose row is in the ledger, and for payload_over_limit.';
COMMENT ON COLUMN lifecycle.issues.row_hash IS 'MD5 of the body''s text, which tells rows without an id apart. Null otherwise.';
COMMENT ON COLUMN lifecycle.issues.first_seen IS 'When the finding was first made.';
COMMENT ON COLUMN lifecycle.issues.last_seen IS 'When the finding was last made anew or changed; runs that find it unchanged write nothing.';
COMMENT ON COLUMN lifecycle.issues.resolved_at IS 'When a run found it gone. Null: open.';
COMMENT ON COLUMN lifecycle.issues.resolution IS 'What ended it, such as the contact an orphan was resolved to. Null while open.';
