CREATE TABLE IF NOT EXISTS lifecycle.contact_changes (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contact_id text COLLATE "C" NOT NULL,
  email_key text COLLATE "C",
  appeared boolean NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE lifecycle.contact_changes IS 'Changes of contacts that some source has not applied yet; pruned when all have.';
COMMENT ON COLUMN lifecycle.contact_changes.change_id IS 'Order of the change.';
COMMENT ON COLUMN lifecycle.contact_changes.contact_id IS 'The contact that changed.';
COMMENT ON COLUMN lifecycle.contact_changes.email_key IS 'The normalised e-mail address it gained or lost. Null if the entry had none.';
COMMENT ON COLUMN lifecycle.contact_changes.appeared IS 'True: this contact and address came. False: they went. A changed address is both.';
COMMENT ON COLUMN lifecycle.contact_changes.changed_at IS 'When a run noticed.';
