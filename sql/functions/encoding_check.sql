-- Folding, canonical JSON and fingerprints are defined on UTF-8; another encoding would give hashes nobody can recompute.
DO $$
BEGIN
  IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'feature_not_supported',
      MESSAGE = 'lifecycle_ledger needs a database with encoding UTF8',
      DETAIL = pg_catalog.format('Database "%s" has encoding %s.', pg_catalog.current_database(), pg_catalog.getdatabaseencoding()),
      HINT = 'Create a database with ENCODING ''UTF8'' TEMPLATE template0 and create the extension there.';
  END IF;
END
$$;
