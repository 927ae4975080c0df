CREATE TABLE IF NOT EXISTS lifecycle.retention_policies (
  relation regclass PRIMARY KEY,
  keep interval CHECK (keep > interval '0'),
  time_column name NOT NULL,
  end_column name,
  status_column name,
  finished text[],
  archive boolean NOT NULL DEFAULT false,
  directory text CHECK (directory ~ '^/'),
  compression text NOT NULL DEFAULT 'gzip' CHECK (compression IN ('none', 'gzip', 'zstd')),
  note text,
  CHECK ((status_column IS NULL) = (finished IS NULL))
);
-- Only while it is empty: a policy that was taken out on purpose does not come back.
INSERT INTO lifecycle.retention_policies (relation, keep, time_column, end_column, status_column, finished, archive, note)
SELECT p.relation::regclass, p.keep::interval, p.time_column, p.end_column, p.status_column, p.finished::text[], p.archive, p.note
FROM (VALUES
  ('lifecycle.lifecycle_events', '2 years', 'created_at', NULL, NULL, NULL, true, 'archived before they go; needs a directory'),
  ('lifecycle.trigger_executions', '90 days', 'executed_at', NULL, NULL, NULL, false, 'by whole months: 90 to 121 days'),
  ('lifecycle.workflow_executions', '1 year', 'started_at', 'completed_at', 'status', '{completed,failed,cancelled}', false, 'a year after they ended; unfinished ones stay'),
  ('lifecycle.user_lifecycle_history', NULL, 'transitioned_at', NULL, NULL, NULL, false, 'kept for ever'),
  ('lifecycle.metrics_daily', '3 years', 'metric_date', NULL, NULL, NULL, false, 'by whole years'),
  ('lifecycle.received_batches', '90 days', 'received_at', NULL, NULL, NULL, false, 'what a sender that repeats a batch is answered from')
) p (relation, keep, time_column, end_column, status_column, finished, archive, note)
WHERE NOT EXISTS (SELECT FROM lifecycle.retention_policies);

COMMENT ON TABLE lifecycle.retention_policies IS
  'How long rows are kept, and whether they are archived before they go; one row a table, yours to change and to add to. apply_retention() carries it out; retention_due shows what would go now. A table without a row here is kept for ever.';
COMMENT ON COLUMN lifecycle.retention_policies.relation IS 'The table. Partitioned by range of time_column: whole partitions go, once their last instant is older than keep. Any other table: rows go one by one.';
COMMENT ON COLUMN lifecycle.retention_policies.keep IS 'How long. Null: for ever.';
COMMENT ON COLUMN lifecycle.retention_policies.time_column IS 'The column that says how old a row is: timestamptz, timestamp or date, taken as UTC.';
COMMENT ON COLUMN lifecycle.retention_policies.end_column IS 'Of a table that is not partitioned: a later time of the same row that counts instead where it is not null.';
COMMENT ON COLUMN lifecycle.retention_policies.status_column IS 'Of a table that is not partitioned: the column whose value must be one of finished. Null: any row goes.';
COMMENT ON COLUMN lifecycle.retention_policies.finished IS 'The values of status_column with which a row may go.';
COMMENT ON COLUMN lifecycle.retention_policies.archive IS 'Whether partitions are written to directory before they are dropped. Partitioned tables only.';
COMMENT ON COLUMN lifecycle.retention_policies.directory IS 'Absolute path of a directory on the server for the archives. Null where archive is set: nothing of this table goes until there is one.';
COMMENT ON COLUMN lifecycle.retention_policies.compression IS 'none, gzip or zstd.';
COMMENT ON COLUMN lifecycle.retention_policies.note IS 'For whoever reads the table.';
