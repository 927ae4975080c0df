CREATE OR REPLACE VIEW lifecycle.retention_due AS
  SELECT d.relation, d.partition, d.lower_bound, d.upper_bound, d.action, d.rows, pg_catalog.pg_size_pretty(d.bytes) AS size, d.reason, d.hint
  FROM lifecycle._retention_due() d;

COMMENT ON VIEW lifecycle.retention_due IS
  'What the next apply_retention() would do: archive and drop, drop (a partition), delete rows (up to upper_bound), drop archived (left by an interrupted run); held: restored lately, stays; refused: cannot go, with the reason and the mend. rows is the planner''s estimate for a partition (null: never analyzed), exact for delete rows. The same for any other moment: SELECT * FROM lifecycle._retention_due(now() + interval ''1 month'').';
