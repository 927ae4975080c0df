CREATE OR REPLACE VIEW lifecycle.deprecations AS
SELECT m.dataset, m.successor, m.opened_at AS since,
  ARRAY(SELECT c.consumer FROM lifecycle.contract_consumers c WHERE c.dataset = m.dataset AND c.migrated_to IS NOT NULL ORDER BY 1) AS acknowledged,
  ARRAY(SELECT c.consumer FROM lifecycle.contract_consumers c WHERE c.dataset = m.dataset AND c.migrated_to IS NULL ORDER BY 1) AS outstanding,
  m.opened_at + m.cycles * m.release_cycle AS earliest_retirement,
  m.retired_at,
  CASE WHEN m.retired_at IS NOT NULL THEN 'retired' ELSE coalesce((SELECT string_agg(o.obstacle, '; ') FROM lifecycle._retirement_obstacles(m.dataset) o), 'can be retired') END AS verdict
FROM lifecycle.contract_migrations m;

COMMENT ON VIEW lifecycle.deprecations IS
  'Datasets that are, or were, exported beside a successor: since when, which consumers have acknowledged that they read the successor and which are outstanding, when it can be retired at the earliest, and what it waits for.';
