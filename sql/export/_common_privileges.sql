CREATE FUNCTION lifecycle._common_privileges(duty text) RETURNS TABLE (object text, privileges text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT v.object, v.privileges FROM (VALUES
    ('SCHEMA lifecycle', 'USAGE', ARRAY['tenant', 'pooler', 'reader', 'receiver']),
    ('TABLE lifecycle.datasets', 'SELECT', ARRAY['tenant', 'pooler', 'reader', 'receiver']),
    ('TABLE lifecycle.warehouse_roles', 'SELECT', ARRAY['tenant', 'pooler', 'reader', 'receiver']),
    ('TABLE lifecycle.tenant_dead_letters', 'SELECT', ARRAY['tenant', 'pooler']),
    ('TABLE lifecycle.schema_version', 'SELECT', ARRAY['receiver']),
    ('TABLE lifecycle.warehouses', 'SELECT', ARRAY['receiver']),
    -- What it may delete and lock a policy says.
    ('TABLE lifecycle.received_batches', 'SELECT, INSERT, DELETE, UPDATE (received_at)', ARRAY['receiver']),
    ('TABLE lifecycle.retention_policies', 'SELECT', ARRAY['receiver']),
    ('TABLE lifecycle.warehouse_tables', 'SELECT', ARRAY['receiver']),
    ('TABLE lifecycle.dead_letters', 'SELECT, INSERT, UPDATE', ARRAY['receiver'])
  ) v(object, privileges, duties)
  WHERE duty = ANY (v.duties)
$$;
COMMENT ON FUNCTION lifecycle._common_privileges(text) IS
  'Internal: what a duty needs outside of the warehouse''s own tables.';
