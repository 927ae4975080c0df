CREATE TABLE IF NOT EXISTS lifecycle.reconciliations (
  reconciliation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id bigint,
  check_name text COLLATE "C" NOT NULL CHECK (check_name IN ('parity', 'files', 'versions', 'lag', 'null_rate', 'status_distribution')),
  dataset text COLLATE "C" NOT NULL,
  destination text COLLATE "C",
  window_start date,
  window_end date,
  org text COLLATE "C",
  field text COLLATE "C",
  source_rows bigint,
  target_rows bigint,
  source_checksum text,
  target_checksum text,
  differing bigint,
  source_only bigint,
  target_only bigint,
  resent bigint,
  overwritten bigint,
  tombstones bigint,
  held bigint,
  bytes bigint,
  value double precision,
  expected double precision,
  threshold double precision,
  verdict text NOT NULL CHECK (verdict IN ('ok', 'mended', 'differs', 'target_only', 'breached', 'too_few', 'failed')),
  detail text,
  checked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
DO $former$
BEGIN
  IF EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = 'lifecycle.reconciliations'::regclass AND c.conname = 'reconciliations_check_name_check' AND pg_get_constraintdef(c.oid) NOT LIKE '%versions%') THEN
    ALTER TABLE lifecycle.reconciliations DROP CONSTRAINT reconciliations_check_name_check,
      ADD CONSTRAINT reconciliations_check_name_check CHECK (check_name IN ('parity', 'files', 'versions', 'lag', 'null_rate', 'status_distribution'));
  END IF;
END
$former$;
CREATE INDEX IF NOT EXISTS reconciliations_latest ON lifecycle.reconciliations (check_name, dataset, destination, reconciliation_id DESC) WHERE org IS NULL;
COMMENT ON TABLE lifecycle.reconciliations IS
  'What reconcile() found: a row for each check, dataset and destination; of parity one for all that was compared (org null), and one for each day and tenant that differed. Kept until you delete it; status looks at the latest.';
COMMENT ON COLUMN lifecycle.reconciliations.reconciliation_id IS 'Number of the finding.';
COMMENT ON COLUMN lifecycle.reconciliations.run_id IS 'The run that found it: pipeline_runs.';
COMMENT ON COLUMN lifecycle.reconciliations.check_name IS 'parity (both sides hold the same rows), files (a directory holds the files that were delivered), versions (a warehouse keeps none of entities that it does not have), lag, null_rate or status_distribution.';
COMMENT ON COLUMN lifecycle.reconciliations.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.reconciliations.destination IS 'The destination. Null for checks of the rows at the source.';
COMMENT ON COLUMN lifecycle.reconciliations.window_start IS 'First day (UTC, of the dataset''s time column) that was looked at. Null: all, or not by days.';
COMMENT ON COLUMN lifecycle.reconciliations.window_end IS 'The last such day, included.';
COMMENT ON COLUMN lifecycle.reconciliations.org IS 'The tenant. Null: all of them.';
COMMENT ON COLUMN lifecycle.reconciliations.field IS 'What a null rate is of: a column, or columns that stand for each other. Of lag: latest (now less the latest exported timestamp) or waiting (how long rows may have waited). Null elsewhere.';
COMMENT ON COLUMN lifecycle.reconciliations.source_rows IS 'Rows at the source: those that had to have been delivered.';
COMMENT ON COLUMN lifecycle.reconciliations.target_rows IS 'Rows at the destination, or files. Null for checks of the source alone.';
COMMENT ON COLUMN lifecycle.reconciliations.source_checksum IS 'parity_checksum(parity_text(row)) of the rows at the source.';
COMMENT ON COLUMN lifecycle.reconciliations.target_checksum IS 'The same of those at the destination.';
COMMENT ON COLUMN lifecycle.reconciliations.differing IS 'Rows that both sides have, with other content.';
COMMENT ON COLUMN lifecycle.reconciliations.source_only IS 'Rows that the destination lacked, or files.';
COMMENT ON COLUMN lifecycle.reconciliations.target_only IS 'Rows that no source has.';
COMMENT ON COLUMN lifecycle.reconciliations.resent IS 'Rows sent to the destination again.';
COMMENT ON COLUMN lifecycle.reconciliations.overwritten IS 'Rows among them that replaced another; where it is an append-only dataset, overwritten_rows has what was there.';
COMMENT ON COLUMN lifecycle.reconciliations.tombstones IS 'Entities marked as deleted there, because no source has them any more.';
COMMENT ON COLUMN lifecycle.reconciliations.held IS 'Rows that differ and were left: under way, refused (dead letters), or behind a batch that fails.';
COMMENT ON COLUMN lifecycle.reconciliations.bytes IS 'Bytes of what the destination was asked and answered, as text; without rows sent again.';
COMMENT ON COLUMN lifecycle.reconciliations.value IS 'What was measured: lag in seconds; share of nulls; of a distribution the share of rows that have moved to another value.';
COMMENT ON COLUMN lifecycle.reconciliations.expected IS 'What the trailing weeks had (null_rate: share of nulls). Null elsewhere.';
COMMENT ON COLUMN lifecycle.reconciliations.threshold IS 'From where on it is breached: lag in seconds, share.';
COMMENT ON COLUMN lifecycle.reconciliations.verdict IS
  'ok; mended: differences were found, sent and verified; differs: some are left; target_only: rows that only the destination has are left; breached: beyond what is allowed; too_few rows to judge (lag: none was ever delivered); failed: the check itself could not be done.';
COMMENT ON COLUMN lifecycle.reconciliations.detail IS 'More of it, in words. Null where there is nothing to say.';
COMMENT ON COLUMN lifecycle.reconciliations.checked_at IS 'When it was found.';
