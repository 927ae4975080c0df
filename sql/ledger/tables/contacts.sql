CREATE TABLE IF NOT EXISTS lifecycle.contacts (
  contact_id text COLLATE "C" PRIMARY KEY,
  email text,
  first_name text,
  last_name text,
  phone text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- No row of the ledger has room for a longer id, nor has an index, which would say so in its own words. Not where there are such: then their rows are held.
DO $long$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = 'lifecycle.contacts'::regclass AND c.conname = 'contact_id_has_at_most_1000_bytes')
    AND NOT EXISTS (SELECT FROM lifecycle.contacts c WHERE octet_length(c.contact_id) > 1000) THEN
    ALTER TABLE lifecycle.contacts ADD CONSTRAINT contact_id_has_at_most_1000_bytes CHECK (octet_length(contact_id) <= 1000);
  END IF;
END
$long$;
COMMENT ON TABLE lifecycle.contacts IS
'The people that events are about: one row a contact. Events are resolved against it unless use_contacts() points at another relation. Rows are the user''s: nothing in the extension changes them but erase_contact().';
COMMENT ON COLUMN lifecycle.contacts.contact_id IS 'Stable identifier of the contact, of at most 1000 bytes, compared byte by byte. Blank ones are never found.';
COMMENT ON COLUMN lifecycle.contacts.email IS 'E-mail address as entered, compared in the form of normalize_email(); null or blank: none. Several contacts with one address make events with it ambiguous.';
COMMENT ON COLUMN lifecycle.contacts.first_name IS 'Given name; not looked at by the extension.';
COMMENT ON COLUMN lifecycle.contacts.last_name IS 'Family name; not looked at by the extension.';
COMMENT ON COLUMN lifecycle.contacts.phone IS 'Telephone number; not looked at by the extension.';
COMMENT ON COLUMN lifecycle.contacts.created_at IS 'When the row was inserted.';
COMMENT ON COLUMN lifecycle.contacts.updated_at IS 'When the row was last changed, kept by whoever changes it.';
