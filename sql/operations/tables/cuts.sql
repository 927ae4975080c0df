CREATE TABLE IF NOT EXISTS lifecycle.cuts (
  name text COLLATE "C" PRIMARY KEY,
  system_identifier bigint NOT NULL,
  seen pg_snapshot NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON TABLE lifecycle.cuts IS
  'How far each reader of a table with a column changed_xid has come: a run takes the rows whose changing transaction is visible in the new snapshot and not in the one stored here. Transactions may commit in any order: none is missed, none is taken twice.';
COMMENT ON COLUMN lifecycle.cuts.name IS 'The reader, and the table where it reads several: process_triggers, roll_up_metrics.';
COMMENT ON COLUMN lifecycle.cuts.system_identifier IS 'The cluster that seen was taken on. Transaction numbers mean nothing on another one: there the next run is a full compare.';
COMMENT ON COLUMN lifecycle.cuts.seen IS 'Every row changed by a transaction that is visible in this snapshot has been dealt with.';
COMMENT ON COLUMN lifecycle.cuts.moved_at IS 'When it last moved. A run that found nothing does not move it.';
