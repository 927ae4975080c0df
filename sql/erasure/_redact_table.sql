CREATE FUNCTION lifecycle._redact_table(target regclass, relation text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r record;
  rows bigint := 0;
BEGIN
  SELECT * INTO r FROM lifecycle._archive_redaction(relation);
  IF r.person IS NOT NULL AND lifecycle._any_suppressed() THEN
    EXECUTE format('UPDATE %1$s t SET %2$s FROM (SELECT a.ctid AS place, a.*, lifecycle._pseudonym(%3$s) AS pseudonym FROM %1$s a OFFSET 0) a,
        LATERAL (SELECT a.pseudonym) p WHERE t.ctid = a.place AND a.pseudonym IS NOT NULL AND (%4$s) IS DISTINCT FROM (%5$s)', target,
      (SELECT string_agg(format('%I = %s', key, value), ', ') FROM jsonb_each_text(r.redactions)), r.person,
      (SELECT string_agg(format('t.%I', key), ', ' ORDER BY key) FROM jsonb_each_text(r.redactions)),
      (SELECT string_agg(value, ', ' ORDER BY key) FROM jsonb_each_text(r.redactions)));
    GET DIAGNOSTICS rows = ROW_COUNT;
  END IF;
  RETURN rows;
END
$$;
COMMENT ON FUNCTION lifecycle._redact_table(regclass, text) IS
  'Internal: redacts the rows of erased people in a table that has the columns of an archived one: a partition that is detached, or not attached yet.';
