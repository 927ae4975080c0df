CREATE FUNCTION lifecycle._session_table(purpose text, columns text) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
  -- Other columns, another table: a contract may grow while a session lasts. Another role, another one.
  name name := format('lifecycle_%s_%s', purpose, left(md5(current_user || ' ' || columns), 16));
  found regclass := to_regclass(format('pg_temp.%I', name));
  has_rows boolean;
BEGIN
  IF found IS NULL THEN
    EXECUTE format('CREATE TEMP TABLE %I (%s) ON COMMIT DELETE ROWS', name, columns);
    RETURN format('pg_temp.%I', name)::regclass;
  END IF;
  -- A caller with fewer rights than this function runs with must not put a table of his own making in its place.
  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = found AND c.relkind = 'r' AND c.relowner = current_user::regrole AND NOT c.relhasrules AND NOT c.relhastriggers) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s is not a table of role "%s"', found, current_user),
      DETAIL = 'Rows are kept in a temporary table of that name while a batch is applied.', HINT = 'Drop it, or send batches in another session.';
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', found) INTO has_rows;
  IF has_rows THEN -- of earlier in this transaction
    EXECUTE format('TRUNCATE %s', found);
  END IF;
  RETURN found;
END
$$;
COMMENT ON FUNCTION lifecycle._session_table(text, text) IS
  'Internal: an empty temporary table with these columns and nothing else, made once a session and role, and emptied by each commit. Error 42501 where another role''s table has its name.';
