CREATE TABLE IF NOT EXISTS lifecycle.contacts (
  contact_id text COLLATE "C" PRIMARY KEY,
  email text,
  first_name text,
  last_name text,
  phone text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE lifecycle.contacts IS
'The people that events are about: one row a contact. Events are resolved against it unless use_contacts() points at another relation. Rows are the user''s: nothing in the extension changes them but erase_contact().';
COMMENT ON COLUMN lifecycle.contacts.contact_id IS 'Stable identifier of the contact, compared byte by byte. Blank ones are never found.';
COMMENT ON COLUMN lifecycle.contacts.email IS 'E-mail address as entered, compared in the form of normalize_email(); null or blank: none. Several contacts with one address make events with it ambiguous.';
COMMENT ON COLUMN lifecycle.contacts.first_name IS 'Given name; not looked at by the extension.';
COMMENT ON COLUMN lifecycle.contacts.last_name IS 'Family name; not looked at by the extension.';
COMMENT ON COLUMN lifecycle.contacts.phone IS 'Telephone number; not looked at by the extension.';
COMMENT ON COLUMN lifecycle.contacts.created_at IS 'When the row was inserted.';
COMMENT ON COLUMN lifecycle.contacts.updated_at IS 'When the row was last changed, kept by whoever changes it.';
