CREATE TABLE IF NOT EXISTS lifecycle.overwritten_rows (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  warehouse name NOT NULL,
  dataset text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  org text COLLATE "C" NOT NULL,
  body jsonb NOT NULL,
  overwritten_by name NOT NULL DEFAULT current_user,
  overwritten_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE lifecycle.overwritten_rows IS
  'In a warehouse: rows that a reconciliation replaced because they differed from what the source has under their key, as they were. In an append-only dataset nothing else ever replaces a row.';
COMMENT ON COLUMN lifecycle.overwritten_rows.id IS 'Number of the entry.';
COMMENT ON COLUMN lifecycle.overwritten_rows.warehouse IS 'The schema of the warehouse.';
COMMENT ON COLUMN lifecycle.overwritten_rows.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.overwritten_rows.key IS 'The columns of the row''s key, as a JSON array.';
COMMENT ON COLUMN lifecycle.overwritten_rows.org IS 'The tenant it had.';
COMMENT ON COLUMN lifecycle.overwritten_rows.body IS 'The row as it was.';
COMMENT ON COLUMN lifecycle.overwritten_rows.overwritten_by IS 'The role that ran the reconciliation, or by which it came from the other server.';
COMMENT ON COLUMN lifecycle.overwritten_rows.overwritten_at IS 'When it was replaced.';
