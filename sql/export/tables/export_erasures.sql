CREATE TABLE IF NOT EXISTS lifecycle.export_erasures (
  erasure_id bigint NOT NULL,
  destination text COLLATE "C" NOT NULL REFERENCES lifecycle.destinations ON DELETE CASCADE,
  dataset text COLLATE "C" NOT NULL,
  entities uuid[] NOT NULL,
  salt bytea NOT NULL,
  addresses bytea[] NOT NULL,
  rows bigint,
  obsolete text[] NOT NULL DEFAULT '{}',
  delivered_at timestamptz,
  PRIMARY KEY (destination, dataset, erasure_id)
);

COMMENT ON TABLE lifecycle.export_erasures IS
  'Erasures on their way to the destinations of datasets: erase_user() and erase_contact() send them at once, and each export() what could not be delivered, before anything else. Written in the transaction that puts the person on the suppression list.';
COMMENT ON COLUMN lifecycle.export_erasures.erasure_id IS 'lifecycle.erasures.erasure_id.';
COMMENT ON COLUMN lifecycle.export_erasures.destination IS 'The destination.';
COMMENT ON COLUMN lifecycle.export_erasures.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.export_erasures.entities IS 'The entity_id that the person has in datasets. They stay at the destination, and tell nothing there.';
COMMENT ON COLUMN lifecycle.export_erasures.salt IS 'Random, for this erasure and destination alone.';
COMMENT ON COLUMN lifecycle.export_erasures.addresses IS 'SHA-256 of salt and address, of each e-mail address of the person. Emptied with salt and entities once it is delivered.';
COMMENT ON COLUMN lifecycle.export_erasures.rows IS 'Rows that were redacted there. Null before it is delivered.';
COMMENT ON COLUMN lifecycle.export_erasures.obsolete IS 'Of a directory: files that were written anew under another name, and are removed once the manifest no longer lists them.';
COMMENT ON COLUMN lifecycle.export_erasures.delivered_at IS 'When it was delivered. Null: not yet; it goes with the next export().';
