CREATE TABLE IF NOT EXISTS lifecycle.quality_checks (
  check_name text COLLATE "C" NOT NULL CHECK (check_name IN ('parity', 'lag', 'null_rate', 'status_distribution', 'dead_letters')),
  dataset text COLLATE "C" NOT NULL DEFAULT '*',
  field text COLLATE "C" NOT NULL DEFAULT '',
  enabled boolean NOT NULL DEFAULT true,
  columns text[],
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
  PRIMARY KEY (check_name, dataset, field)
);
SELECT lifecycle._ensure_constraint('lifecycle.quality_checks', 'alert_on_is_waiting_latest_or_either', 'CHECK (coalesce(settings ->> ''alert_on'' IN (''waiting'', ''latest'', ''either''), true))');
-- Only while it is empty: a check that was taken out on purpose does not come back.
INSERT INTO lifecycle.quality_checks (check_name, dataset, field, columns, settings)
SELECT c.* FROM (VALUES
  ('parity', '*', '', NULL::text[], '{"leaf_rows": 300, "target_only": "mend", "tombstone_share": 0.1, "tombstone_rows": 100}'::jsonb),
  ('lag', '*', '', NULL, '{"factor": 1, "alert_on": "waiting"}'),
  ('null_rate', 'dx_company_entities_v1', 'canonical_domain', '{canonical_domain}', '{}'),
  ('null_rate', 'dx_company_entities_v1', 'canonical_name', '{canonical_name}', '{}'),
  ('null_rate', 'dx_person_entities_v1', 'name', '{full_name,first_name+last_name}', '{}'),
  ('null_rate', '*', '', NULL, '{"weeks": 4, "min_rows": 100, "alpha": 0.0001, "min_effect": 0.05}'),
  ('status_distribution', 'dx_operation_runs_v1', 'status', '{status}', '{}'),
  ('status_distribution', '*', '', NULL, '{"weeks": 4, "min_rows": 100, "alpha": 0.0001, "min_effect": 0.1}'),
  ('dead_letters', '*', '', NULL, '{"older_than": "24 hours"}')
) c (check_name, dataset, field, columns, settings)
WHERE NOT EXISTS (SELECT FROM lifecycle.quality_checks);
COMMENT ON TABLE lifecycle.quality_checks IS
  'What reconcile() checks, and from where on it complains: change a row to have it otherwise. A setting is looked up under the field, then the dataset, then *. docs/RECONCILIATION.md says what each does.';
COMMENT ON COLUMN lifecycle.quality_checks.check_name IS 'parity, lag, null_rate, status_distribution or dead_letters.';
COMMENT ON COLUMN lifecycle.quality_checks.dataset IS 'The dataset; * for what holds wherever a dataset has no row of its own.';
COMMENT ON COLUMN lifecycle.quality_checks.field IS 'What the check is about within the dataset: a name. Empty where it is about the whole of it.';
COMMENT ON COLUMN lifecycle.quality_checks.enabled IS 'False: this check is left out.';
COMMENT ON COLUMN lifecycle.quality_checks.columns IS
  'null_rate: the columns one of which has to have a value; a+b where both have to. status_distribution: the column whose values are counted. Null elsewhere.';
COMMENT ON COLUMN lifecycle.quality_checks.settings IS
  'parity: leaf_rows (as few rows are listed), target_only (mend, alert or ignore), tombstone_share and tombstone_rows (more than both are not marked as deleted), source_keeps (an interval: older days are not compared), compare (content or presence, of versions of entities). lag: factor (of the contract''s latency), alert_on (waiting, latest or either). null_rate and status_distribution: weeks, min_rows, alpha, min_effect. dead_letters: older_than.';
