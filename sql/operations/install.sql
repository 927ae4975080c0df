CREATE PROCEDURE lifecycle.install()
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET standard_conforming_strings = on
AS $$
DECLARE
  installed text;
  available text := (SELECT extversion FROM pg_extension WHERE extname = 'lifecycle_ledger');
BEGIN
  PERFORM lifecycle._require_writable('install');
  IF NOT has_schema_privilege('lifecycle', 'CREATE') THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = 'permission denied for install()',
      DETAIL = format('Role "%s" may not create tables in schema lifecycle.', current_user),
      HINT = format('GRANT USAGE, CREATE ON SCHEMA lifecycle TO %I;', current_user);
  END IF;
  IF to_regclass('lifecycle.schema_version') IS NOT NULL THEN
    PERFORM lifecycle._require_owner('install()');
  END IF;
  -- Two sessions installing at once would race on CREATE ... IF NOT EXISTS.
  PERFORM lifecycle._lock_installation();
  PERFORM lifecycle._require_no_restore();
  IF to_regclass('lifecycle.schema_version') IS NOT NULL THEN
    PERFORM lifecycle._require_owner('install()');
    SELECT version INTO installed FROM lifecycle.schema_version;
  END IF;
  PERFORM lifecycle._require_partman();
  PERFORM lifecycle._install_objects();
  INSERT INTO lifecycle.schema_version (version) VALUES (available)
  ON CONFLICT (only_row) DO UPDATE SET version = excluded.version, installed_at = excluded.installed_at
    WHERE lifecycle.schema_version.version <> excluded.version;
  IF installed IS NULL THEN
    RAISE NOTICE 'lifecycle_ledger %: tables created in schema lifecycle', available;
  ELSIF installed <> available THEN
    RAISE NOTICE 'lifecycle_ledger: tables brought from % to %', installed, available;
  ELSE
    RAISE NOTICE 'lifecycle_ledger %: tables are complete', available;
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.install() IS
  'Creates every table, index and view of lifecycle_ledger in schema lifecycle as ordinary objects of the caller, or completes them after an update. Idempotent; never drops or changes what is there.';
