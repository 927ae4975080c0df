CREATE FUNCTION lifecycle._next_entity_version() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- It fires before changed_xid is set: triggers go by their names.
  IF NEW IS NOT DISTINCT FROM OLD THEN
    RETURN NEW;
  ELSIF NEW.record_version = OLD.record_version THEN
    NEW.record_version := OLD.record_version + 1;
  ELSIF NEW.record_version < OLD.record_version THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = format('record_version of %I.%I cannot go back', TG_TABLE_SCHEMA, TG_TABLE_NAME),
      DETAIL = format('Entity %s has version %s, the update sets %s.', OLD.entity_id, OLD.record_version, NEW.record_version),
      HINT = 'Leave record_version out: it grows by itself.';
  END IF;
  IF NEW.updated_at = OLD.updated_at THEN
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lifecycle._next_entity_version() IS 'Internal: trigger before an UPDATE of an entity: a change is a new version with a time of its own; a lower version is an error (23514).';
