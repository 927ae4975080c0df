CREATE FUNCTION lifecycle._guard_contract() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.dataset <> OLD.dataset THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" cannot be %s', OLD.dataset, CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'renamed' END),
      DETAIL = 'It was published.', HINT = lifecycle._next_major_hint(OLD.contract);
  ELSIF NEW.contract - 'status' <> OLD.contract - 'status' THEN
    -- A document with mistakes is the CHECK's matter.
    IF cardinality(lifecycle._contract_problems(NEW.contract)) = 0 AND NEW.version = NEW.contract ->> 'version' THEN
      PERFORM lifecycle._require_publishable(OLD.contract, NEW.contract);
      INSERT INTO lifecycle.contract_versions (dataset, version, contract) VALUES (NEW.dataset, NEW.version, NEW.contract) ON CONFLICT DO NOTHING;
    END IF;
    NEW.loaded_at := now();
  END IF;
  -- How far a dataset has come is told by its migration: whoever reads it is asked there.
  IF NEW.status <> OLD.status AND OLD.status IN ('active', 'deprecated', 'retired') AND NOT EXISTS (SELECT FROM lifecycle.contract_migrations m WHERE m.dataset = NEW.dataset
      AND (OLD.status, NEW.status) IN (('active', CASE WHEN m.retired_at IS NULL THEN 'deprecated' END), ('deprecated', CASE WHEN m.retired_at IS NOT NULL THEN 'retired' END))) THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" is %s and cannot be set to %s', OLD.dataset, OLD.status, NEW.status),
      DETAIL = 'It becomes deprecated when a successor is published, and retired by retire_dataset().', HINT = lifecycle._next_major_hint(OLD.contract);
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lifecycle._guard_contract() IS
  'Internal: trigger of datasets. Whoever changes a contract, publish_contract(), a new release or a hand, may only do what its major version allows, and every version is remembered.';
