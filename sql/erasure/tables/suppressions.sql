CREATE TABLE IF NOT EXISTS lifecycle.suppression_key (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  key bytea NOT NULL CHECK (octet_length(key) = 32)
);
REVOKE ALL ON lifecycle.suppression_key FROM PUBLIC;

CREATE TABLE IF NOT EXISTS lifecycle.suppressions (
  suppression_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash bytea NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('contact_id', 'user_id', 'email')),
  erasure_id bigint NOT NULL,
  suppressed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS suppressions_erasure ON lifecycle.suppressions (erasure_id);

COMMENT ON TABLE lifecycle.suppression_key IS
  'The key of the hashes in suppressions, made by the first erasure. Without it nobody can tell whom they mean; with it anybody can who guesses an address. Losing it loses the list: keep it in the backup, away from eyes.';
COMMENT ON COLUMN lifecycle.suppression_key.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN lifecycle.suppression_key.key IS 'The key of HMAC-SHA256.';
COMMENT ON TABLE lifecycle.suppressions IS
  'Who was erased and must not come back by a sync, a rebuild, an import or a restored archive: keyed hashes of their ids and addresses, nothing else. Written by erase_user() and erase_contact(). To let a person in again, delete the rows of their erasure.';
COMMENT ON COLUMN lifecycle.suppressions.suppression_id IS 'Number of the entry.';
COMMENT ON COLUMN lifecycle.suppressions.hash IS 'HMAC-SHA256 of kind, a line feed, and the id (as text) or the address in the form of normalize_email().';
COMMENT ON COLUMN lifecycle.suppressions.kind IS 'contact_id, user_id (any name an event gave the user) or email.';
COMMENT ON COLUMN lifecycle.suppressions.erasure_id IS 'lifecycle.erasures.erasure_id of the erasure that made it.';
COMMENT ON COLUMN lifecycle.suppressions.suppressed_at IS 'When.';
