CREATE FUNCTION lifecycle._require_partman() RETURNS name
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- What CREATE EXTENSION puts in place of the schema's name goes into strings, too.
SET quote_all_identifiers = off
AS $$
DECLARE
  found name;
  version text;
  mend text := format('As a superuser, in database "%s": CREATE SCHEMA IF NOT EXISTS partman; CREATE EXTENSION pg_partman SCHEMA partman; GRANT ALL ON SCHEMA partman TO %I; GRANT ALL ON ALL TABLES IN SCHEMA partman TO %I;',
    current_database(), current_user, current_user);
BEGIN
  SELECT n.nspname, e.extversion INTO found, version FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_partman';
  IF found IS NOT NULL THEN
    IF version LIKE '4.%' AND quote_ident(found) <> found THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('pg_partman %s does not work in schema %I', version, found),
        DETAIL = 'It looks its own schema up by the quoted name, and this name needs quotes.',
        HINT = format('As a superuser, in database "%s", where nothing else uses it: DROP EXTENSION pg_partman; CREATE SCHEMA IF NOT EXISTS partman; CREATE EXTENSION pg_partman SCHEMA partman;', current_database());
    END IF;
    IF NOT has_schema_privilege(found, 'USAGE, CREATE') OR NOT has_table_privilege(format('%I.part_config', found), 'SELECT, INSERT, UPDATE') THEN
      RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'permission denied for pg_partman',
        DETAIL = format('Role "%s" may not use schema "%s" and its tables; pg_partman makes the partitions.', current_user, found),
        HINT = format('As a superuser, in database "%s": GRANT ALL ON SCHEMA %I TO %I; GRANT ALL ON ALL TABLES IN SCHEMA %I TO %I;',
          current_database(), found, current_user, found, current_user);
    END IF;
    RETURN found;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_partman') THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_file', MESSAGE = 'pg_partman is not available on this server',
      DETAIL = 'It makes the monthly partitions of the event tables.',
      HINT = format('Install it for this server, on Debian the package postgresql-%s-partman, then call again.',
        current_setting('server_version_num')::integer / 10000);
  END IF;
  BEGIN
    CREATE SCHEMA IF NOT EXISTS partman;
    CREATE EXTENSION pg_partman SCHEMA partman;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'pg_partman is not installed in this database',
      DETAIL = format('Role "%s" may not create it: %s. It makes the monthly partitions of the event tables.', current_user, SQLERRM),
      HINT = mend;
  END;
  RETURN 'partman';
END
$$;
COMMENT ON FUNCTION lifecycle._require_partman() IS
  'Internal: the schema of pg_partman in this database, where it is created (schema partman) if absent. Errors: 58P01 where the server has none, 55000 where it is in a schema in which it does not work, 42501 where the role may not create or use it, each with the mend.';
