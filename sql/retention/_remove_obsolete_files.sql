CREATE FUNCTION lifecycle._remove_obsolete_files() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  a record;
BEGIN
  FOR a IN SELECT r.archive_id, r.obsolete FROM lifecycle.archives r WHERE r.obsolete <> '{}' FOR UPDATE LOOP
    PERFORM lifecycle._remove_file(o.path) FROM unnest(a.obsolete) AS o (path);
    UPDATE lifecycle.archives r SET obsolete = '{}' WHERE r.archive_id = a.archive_id;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._remove_obsolete_files() IS
  'Internal: removes earlier revisions of archives. In a transaction after the one that replaced them: until that has committed they are the archives.';
