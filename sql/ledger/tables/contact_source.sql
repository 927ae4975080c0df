-- The key is a constant, so there is at most one row.
CREATE TABLE IF NOT EXISTS lifecycle.contact_source (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  relation regclass NOT NULL,
  id_column name NOT NULL,
  email_column name NOT NULL
);
COMMENT ON TABLE lifecycle.contact_source IS
'Where the contacts are, as set by use_contacts(): at most one row. Without a row: lifecycle.contacts (contact_id, email). Read under the snapshot of the statement that resolves.';
COMMENT ON COLUMN lifecycle.contact_source.only_row IS 'Always true: keeps the table to one row.';
COMMENT ON COLUMN lifecycle.contact_source.relation IS 'Table, materialised view, view or foreign table with the contacts.';
COMMENT ON COLUMN lifecycle.contact_source.id_column IS 'Its column with the contact''s identifier, compared as text (use_contacts() says which types).';
COMMENT ON COLUMN lifecycle.contact_source.email_column IS 'Its column with the e-mail address, read as text.';
