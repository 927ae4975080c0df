CREATE TABLE IF NOT EXISTS lifecycle.contact_directory (
  contact_id text COLLATE "C" NOT NULL,
  contact_email text,
  email_key text COLLATE "C"
);
CREATE INDEX IF NOT EXISTS contact_directory_contact ON lifecycle.contact_directory (contact_id);
-- What is no address at all may be too long for an index.
CREATE INDEX IF NOT EXISTS contact_directory_email ON lifecycle.contact_directory (left(email_key, 320));

CREATE TABLE IF NOT EXISTS lifecycle.contact_directory_state (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  digest uuid NOT NULL,
  refreshed_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE lifecycle.contact_directory IS 'The contacts as the last run saw them; compared with the contacts relation to find what changed. Never used to resolve.';
COMMENT ON COLUMN lifecycle.contact_directory.contact_id IS 'The contact''s id, as text.';
COMMENT ON COLUMN lifecycle.contact_directory.contact_email IS 'Its e-mail address as stored. Null if it has none.';
COMMENT ON COLUMN lifecycle.contact_directory.email_key IS 'normalize_email(contact_email).';
COMMENT ON TABLE lifecycle.contact_directory_state IS 'The digest of the contacts that contact_directory holds: equal digests mean nothing to compare.';
COMMENT ON COLUMN lifecycle.contact_directory_state.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN lifecycle.contact_directory_state.digest IS 'lifecycle._contacts_digest() taken before the comparison.';
COMMENT ON COLUMN lifecycle.contact_directory_state.refreshed_at IS 'When the directory last changed.';
