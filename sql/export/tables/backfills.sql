CREATE TABLE IF NOT EXISTS lifecycle.backfills (
  backfill_id bigint NOT NULL,
  destination text COLLATE "C" NOT NULL REFERENCES lifecycle.destinations ON DELETE CASCADE,
  dataset text COLLATE "C" NOT NULL,
  from_time timestamptz NOT NULL,
  until_time timestamptz NOT NULL,
  step interval NOT NULL,
  done_until timestamptz NOT NULL,
  resumed_from timestamptz NOT NULL,
  rows_in bigint NOT NULL DEFAULT 0,
  run_id bigint,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (backfill_id, destination)
);
CREATE UNIQUE INDEX IF NOT EXISTS backfills_open ON lifecycle.backfills (dataset, from_time, until_time, step, destination) WHERE finished_at IS NULL;
CREATE INDEX IF NOT EXISTS backfills_run ON lifecycle.backfills (run_id);

COMMENT ON TABLE lifecycle.backfills IS
  'Every backfill and how far it has come at each destination: the same call of backfill() goes on where one that was cancelled, killed or failed has stopped. DELETE its rows to have it begin anew.';
COMMENT ON COLUMN lifecycle.backfills.backfill_id IS 'Number of the backfill.';
COMMENT ON COLUMN lifecycle.backfills.destination IS 'The destination.';
COMMENT ON COLUMN lifecycle.backfills.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.backfills.from_time IS 'Rows from this time on, by the contract''s timeColumn.';
COMMENT ON COLUMN lifecycle.backfills.until_time IS 'Rows before this time.';
COMMENT ON COLUMN lifecycle.backfills.step IS 'Length of a window.';
COMMENT ON COLUMN lifecycle.backfills.done_until IS 'The windows before this time have been sent.';
COMMENT ON COLUMN lifecycle.backfills.resumed_from IS 'Where its latest run began.';
COMMENT ON COLUMN lifecycle.backfills.rows_in IS 'Rows replayed so far.';
COMMENT ON COLUMN lifecycle.backfills.run_id IS 'Its latest run: pipeline_runs.';
COMMENT ON COLUMN lifecycle.backfills.started_at IS 'When it was first called.';
COMMENT ON COLUMN lifecycle.backfills.finished_at IS 'When its last window was sent. Null while there are more.';
