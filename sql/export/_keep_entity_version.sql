CREATE FUNCTION lifecycle._keep_entity_version() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
  -- The id follows from what the snapshot is of, as it does in a warehouse that makes one itself.
  INSERT INTO lifecycle.entity_snapshots (snapshot_id, org_id, entity_type, entity_id, record_version, canonical_payload_json, captured_at, source_run_id)
  VALUES (lifecycle.fingerprint(jsonb_build_array(NEW.org_id, TG_ARGV[0], NEW.entity_id, NEW.record_version)), NEW.org_id, TG_ARGV[0], NEW.entity_id, NEW.record_version, to_jsonb(NEW) - 'changed_xid', NEW.updated_at, NEW.last_run_id)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._keep_entity_version() IS 'Internal: trigger after an INSERT or UPDATE of an entity, whose kind is its argument: keeps the version in entity_snapshots, in the same transaction.';
