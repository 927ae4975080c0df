CREATE FUNCTION lifecycle._restore_step(run bigint, step integer, manifest text, hold interval, INOUT staging regclass, INOUT line text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  loaded record;
  attached record;
  fk record;
BEGIN
  IF step = 1 THEN
    SELECT * INTO loaded FROM lifecycle._load_archive(manifest);
    staging := loaded.staging;
    line := format('%s rows', loaded.rows) || coalesce(' (' || loaded.cleared || ' set to null, as what they pointed to is gone)', '')
      || CASE WHEN loaded.redacted > 0 THEN format(', %s of them of people erased since, redacted', loaded.redacted) ELSE '' END;
  ELSIF step = 2 THEN
    -- Foreign keys that are there and proved already make attaching a matter of the catalog.
    PERFORM lifecycle._lock_shortly(lifecycle._referenced_tables((lifecycle._read_manifest(manifest)).relation), 'SHARE ROW EXCLUSIVE', 'restore an archive');
    FOR fk IN SELECT * FROM lifecycle._foreign_keys((lifecycle._read_manifest(manifest)).relation) LOOP
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', staging, fk.name, fk.definition);
    END LOOP;
  ELSIF step = 3 THEN
    FOR fk IN SELECT * FROM lifecycle._foreign_keys(staging) LOOP
      EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', staging, fk.name);
    END LOOP;
    EXECUTE format('ANALYZE %s', staging);
  ELSE
    SELECT * INTO attached FROM lifecycle._attach_restored(manifest, staging, hold);
    PERFORM lifecycle._count_rows(run, attached.rows, attached.rows, 0, 0, 0, 0, 0);
    line := format('%s are back in %s', line, attached.target) || CASE WHEN attached.merged > 0 THEN format(', beside %s that came since', attached.merged) ELSE '' END;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._restore_step(bigint, integer, text, interval, regclass, text) IS
  'Internal: one transaction of restore_archive(): 1 load beside the table and check, 2 foreign keys, 3 their proof, 4 attach.';
