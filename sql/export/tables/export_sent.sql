CREATE TABLE IF NOT EXISTS lifecycle.export_sent (
  position_id integer NOT NULL REFERENCES lifecycle.export_positions ON DELETE CASCADE,
  fingerprint uuid NOT NULL,
  change_time timestamptz,
  PRIMARY KEY (position_id, fingerprint)
);

COMMENT ON TABLE lifecycle.export_sent IS
  'What was sent from sources whose cut is not exact, so that it is not sent twice: with a change column, the rows that a later export reads again (look_back); without, all rows. Sources with changed_xid have nothing here.';
COMMENT ON COLUMN lifecycle.export_sent.position_id IS 'The source and destination: export_positions.';
COMMENT ON COLUMN lifecycle.export_sent.fingerprint IS 'MD5 of parity_text(row), the contract''s columns in order.';
COMMENT ON COLUMN lifecycle.export_sent.change_time IS 'The row''s change time. Null where it has none.';
