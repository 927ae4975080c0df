CREATE TABLE IF NOT EXISTS lifecycle.erasures (
  erasure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('user', 'contact')),
  subject bytea NOT NULL,
  pseudonym text NOT NULL,
  requested_by name NOT NULL DEFAULT session_user,
  requested_at timestamptz NOT NULL DEFAULT now(),
  redacted_at timestamptz,
  finished_at timestamptz,
  counts jsonb NOT NULL DEFAULT '{}',
  notes text[] NOT NULL DEFAULT '{}',
  changed_xid xid8,
  UNIQUE (kind, subject)
);
CREATE INDEX IF NOT EXISTS erasures_changed ON lifecycle.erasures (changed_xid);
CREATE OR REPLACE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON lifecycle.erasures
  FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
ALTER TABLE lifecycle.erasures ENABLE ALWAYS TRIGGER changed_xid;

COMMENT ON TABLE lifecycle.erasures IS 'That somebody was forgotten: when, by whom, and how much went where; not who. One row a user or contact, however often erase_user() or erase_contact() was called for them.';
COMMENT ON COLUMN lifecycle.erasures.erasure_id IS 'Number of the erasure.';
COMMENT ON COLUMN lifecycle.erasures.kind IS 'user: erase_user(). contact: erase_contact().';
COMMENT ON COLUMN lifecycle.erasures.subject IS 'The id it was called with, as a keyed hash: HMAC-SHA256 with the key in suppression_key of user_id or contact_id, a line feed, and the id.';
COMMENT ON COLUMN lifecycle.erasures.pseudonym IS 'What events say now in place of the user: users.id where there is such a user, which the row in users no longer tells anything about; else erased- and random digits.';
COMMENT ON COLUMN lifecycle.erasures.requested_by IS 'Who called.';
COMMENT ON COLUMN lifecycle.erasures.requested_at IS 'When it was called first.';
COMMENT ON COLUMN lifecycle.erasures.redacted_at IS 'When the tables here were last redacted.';
COMMENT ON COLUMN lifecycle.erasures.finished_at IS 'When the archives were through, too. Null: interrupted; call again.';
COMMENT ON COLUMN lifecycle.erasures.counts IS 'Rows redacted or deleted, by table, over all calls; archives: files rewritten.';
COMMENT ON COLUMN lifecycle.erasures.notes IS 'What could not be done here, such as contacts that are somebody else''s table.';
COMMENT ON COLUMN lifecycle.erasures.changed_xid IS 'The transaction that wrote this version of the row, for cuts. Set by a trigger.';
