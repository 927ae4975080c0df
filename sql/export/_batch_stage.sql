CREATE FUNCTION lifecycle._batch_stage(contract jsonb) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
  columns text := (SELECT string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place) FROM lifecycle._contract_columns(contract) c);
  -- Other columns, another table: a contract may grow while a session lasts. Another role, another one.
  name name := 'lifecycle_batch_' || left(md5(current_user || ' ' || columns), 16);
  stage regclass := to_regclass(format('pg_temp.%I', name));
  has_rows boolean;
BEGIN
  IF stage IS NULL THEN
    EXECUTE format('CREATE TEMP TABLE %I (%s) ON COMMIT DELETE ROWS', name, columns);
    RETURN format('pg_temp.%I', name)::regclass;
  END IF;
  -- A caller with fewer rights than this function runs with must not put a table of his own making in its place.
  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = stage AND c.relkind = 'r' AND c.relowner = current_user::regrole AND NOT c.relhasrules AND NOT c.relhastriggers) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s is not a table of role "%s"', stage, current_user),
      DETAIL = 'Batches are read into a temporary table of that name.', HINT = 'Drop it, or send batches in another session.';
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', stage) INTO has_rows;
  IF has_rows THEN -- of a batch earlier in this transaction
    EXECUTE format('TRUNCATE %s', stage);
  END IF;
  RETURN stage;
END
$$;
COMMENT ON FUNCTION lifecycle._batch_stage(jsonb) IS
  'Internal: an empty temporary table with a contract''s columns and nothing else, made once a session and role, and emptied by each commit. Error 42501 where another role''s table has its name.';
