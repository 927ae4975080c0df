-- Who may read and add may do so by its privileges alone. Deleting is for the owner; and for a receiver only what is due by the policy, in a warehouse whose receiver
-- it is: that it can lock such a row (which takes UPDATE) lets it change none.
DO $policy$
DECLARE
  due CONSTANT text := '(received_at < clock_timestamp() - (SELECT p.keep FROM lifecycle.retention_policies p WHERE p.relation = ''lifecycle.received_batches''::regclass)
      AND EXISTS (SELECT FROM lifecycle.warehouse_roles w WHERE w.warehouse = received_batches.warehouse AND w.duty = ''receiver''))';
BEGIN
  IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = 'lifecycle.received_batches'::regclass AND polname = 'forget') THEN
    ALTER TABLE lifecycle.received_batches ENABLE ROW LEVEL SECURITY;
    CREATE POLICY read ON lifecycle.received_batches FOR SELECT USING (true);
    CREATE POLICY add ON lifecycle.received_batches FOR INSERT WITH CHECK (true);
    EXECUTE 'CREATE POLICY take ON lifecycle.received_batches FOR UPDATE USING ' || due || ' WITH CHECK (false)';
    EXECUTE 'CREATE POLICY forget ON lifecycle.received_batches FOR DELETE USING ' || due;
  END IF;
END
$policy$;
