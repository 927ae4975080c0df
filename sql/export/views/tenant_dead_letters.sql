-- A security barrier: what a query asks of the rows is asked of the tenant's own alone.
CREATE OR REPLACE VIEW lifecycle.tenant_dead_letters WITH (security_barrier) AS
  SELECT d.id, d.org_id, d.stage, d.source AS dataset, d.key, d.sqlstate, d.code, d.json_pointer,
    -- What stands in the way may be somebody else's.
    CASE WHEN d.code = 'key_reused' THEN 'The key was taken by another row.' WHEN d.code LIKE 'write.%' THEN 'The destination refused it.' ELSE d.detail END AS detail,
    -- Before the export a row has more than the contract's columns.
    CASE WHEN d.stage = 'apply' THEN d.body END AS body, d.contract_version, d.attempts, d.first_seen, d.last_seen, d.resolved_at
  FROM lifecycle.dead_letters d
  WHERE d.org_id = ANY ((SELECT lifecycle.tenants())::text[]) AND d.stage IN ('export', 'apply');

COMMENT ON VIEW lifecycle.tenant_dead_letters IS
  'A tenant''s own rows that could not be exported or applied: dead_letters with an org_id that the current role stands for, by grant_tenant(). Empty for everybody else.';
