CREATE TABLE IF NOT EXISTS lifecycle.mirrors (
  path text PRIMARY KEY,
  written_at timestamptz NOT NULL DEFAULT now(),
  written_by name NOT NULL DEFAULT current_user
);

COMMENT ON TABLE lifecycle.mirrors IS 'Where mirror_sqlite() has written to, so that an erasure can write it anew. Delete the row of a file that is gone.';
COMMENT ON COLUMN lifecycle.mirrors.path IS 'Path of the file on the server.';
COMMENT ON COLUMN lifecycle.mirrors.written_at IS 'When it was last written by a role that may note it here.';
COMMENT ON COLUMN lifecycle.mirrors.written_by IS 'By whom.';
