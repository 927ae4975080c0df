CREATE TABLE IF NOT EXISTS lifecycle.pipeline_runs (
  run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  procedure text NOT NULL,
  source_system text COLLATE "C",
  status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'succeeded', 'failed', 'interrupted')),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  rows_in bigint NOT NULL DEFAULT 0,
  written bigint NOT NULL DEFAULT 0,
  unchanged bigint NOT NULL DEFAULT 0,
  superseded bigint NOT NULL DEFAULT 0,
  dead bigint NOT NULL DEFAULT 0,
  held bigint NOT NULL DEFAULT 0,
  deleted bigint NOT NULL DEFAULT 0,
  chunks integer NOT NULL DEFAULT 0,
  seconds double precision,
  wal_bytes bigint,
  pid integer NOT NULL DEFAULT pg_backend_pid(),
  sqlstate text,
  message text,
  detail text,
  CONSTRAINT pipeline_runs_accounts CHECK (rows_in = written + unchanged + superseded + dead + held)
);
CREATE INDEX IF NOT EXISTS pipeline_runs_latest ON lifecycle.pipeline_runs (procedure, source_system, run_id DESC);

COMMENT ON TABLE lifecycle.pipeline_runs IS
  'The log of every run, one row for each source it worked on. rows_in = written + unchanged + superseded + dead + held is a constraint: a run that does not add up fails.';
COMMENT ON COLUMN lifecycle.pipeline_runs.run_id IS 'Number of the run.';
COMMENT ON COLUMN lifecycle.pipeline_runs.procedure IS 'The procedure that ran, such as sync_contact_events.';
COMMENT ON COLUMN lifecycle.pipeline_runs.source_system IS 'The source it worked on. Null for runs that are not about one source.';
COMMENT ON COLUMN lifecycle.pipeline_runs.status IS 'running, succeeded, failed (with sqlstate and message), or interrupted (cancelled or killed; the next run on the source notices).';
COMMENT ON COLUMN lifecycle.pipeline_runs.started_at IS 'When it began.';
COMMENT ON COLUMN lifecycle.pipeline_runs.finished_at IS 'When it ended. Null while it runs.';
COMMENT ON COLUMN lifecycle.pipeline_runs.rows_in IS 'Source rows examined.';
COMMENT ON COLUMN lifecycle.pipeline_runs.written IS 'Rows inserted into or overwritten in the target.';
COMMENT ON COLUMN lifecycle.pipeline_runs.unchanged IS 'Rows already there with the same content: not written.';
COMMENT ON COLUMN lifecycle.pipeline_runs.superseded IS 'Rows that share their record id with a later one, which won.';
COMMENT ON COLUMN lifecycle.pipeline_runs.dead IS 'Rows moved to dead_letters.';
COMMENT ON COLUMN lifecycle.pipeline_runs.held IS 'Rows that wait: in issues until they can be resolved; of export_history(), in the source until their type is listed.';
COMMENT ON COLUMN lifecycle.pipeline_runs.deleted IS 'Rows that left the target: gone upstream, or now held. Beside the sum.';
COMMENT ON COLUMN lifecycle.pipeline_runs.chunks IS 'Committed steps.';
COMMENT ON COLUMN lifecycle.pipeline_runs.seconds IS 'Wall-clock seconds.';
COMMENT ON COLUMN lifecycle.pipeline_runs.wal_bytes IS 'Bytes of WAL its session wrote during the run, this log included.';
COMMENT ON COLUMN lifecycle.pipeline_runs.pid IS 'Process id of its session.';
COMMENT ON COLUMN lifecycle.pipeline_runs.sqlstate IS 'SQLSTATE of the error that ended it. Null unless failed.';
COMMENT ON COLUMN lifecycle.pipeline_runs.message IS 'The error message. Null unless failed.';
COMMENT ON COLUMN lifecycle.pipeline_runs.detail IS 'The error''s DETAIL and HINT. Null unless failed.';
