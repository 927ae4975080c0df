CREATE FUNCTION lifecycle.versioned_upsert(target regclass, source regclass, OUT inserted bigint, OUT updated bigint, OUT stale bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shape record;
  batch_order text;
  key_match text;
  rows_in bigint;
  without_version bigint;
  applied bigint;
BEGIN
  SELECT * INTO shape FROM lifecycle._versioned_shape(target, source);
  -- On a plain table xmax tells the rows that were inserted from those that were locked, then updated.
  SELECT d.inserted, d.updated, d.stale INTO inserted, updated, stale
    FROM lifecycle._versioned_insert(target, source, shape.key_index,
      lifecycle._versioned_insert_query(target, shape.keys, shape.given, shape.settable, 'survivors', 'xmax = 0')) d;
  IF stale IS NOT NULL THEN
    RETURN;
  END IF;

  -- Views, partitioned and foreign tables, row-level security, tables on several nodes, other types of keys: the same in SQL. Texts in
  -- the order of their bytes, as above: writers who lock in one order do not deadlock.
  SELECT string_agg(format('b.%I%s', name, by), ', ' ORDER BY place),
      string_agg(format('o.%1$I = l.%1$I%2$s', name, nullif(by, ' COLLATE "C"')), ' AND ' ORDER BY place)
    INTO batch_order, key_match
    FROM unnest(shape.keys, shape.orders) WITH ORDINALITY AS k(name, by, place);
  EXECUTE format($sql$
    WITH batch AS MATERIALIZED (SELECT * FROM %1$s),
      latest AS (SELECT DISTINCT ON (%2$s) b.* FROM batch b ORDER BY %2$s, b.record_version DESC, ROW(b.*) USING OPERATOR(pg_catalog.*>)),
      fresh AS MATERIALIZED (
        SELECT l.*, o.%6$I IS NULL AS "is new"
        FROM latest l LEFT JOIN %3$s o ON %4$s
        WHERE o.record_version IS NULL OR l.record_version > o.record_version),
      applied AS (%5$s)
    SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM batch WHERE record_version IS NULL), (SELECT count(*) FROM applied),
      (SELECT count(*) FROM fresh WHERE "is new")
    $sql$, source, batch_order, lifecycle._rows_at_hand(target, source, shape.keys), key_match,
    lifecycle._versioned_insert_query(target, shape.keys, shape.given, shape.settable, format('(SELECT * FROM fresh b ORDER BY %s) f', batch_order), '1'),
    shape.keys[1])
    INTO rows_in, without_version, applied, inserted;
  IF without_version > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'not_null_violation', MESSAGE = 'a row to be upserted has no record_version',
      DETAIL = format('It is null in %s rows of %s.', without_version, source),
      HINT = 'Give every row a version: which of two is the newer cannot be told otherwise.';
  END IF;
  inserted := least(inserted, applied);
  updated := applied - inserted;
  stale := rows_in - applied;
END
$$;
COMMENT ON FUNCTION lifecycle.versioned_upsert(regclass, regclass) IS
'Brings the rows of source, a table or view, into target, a table with a primary key and record_version (bigint, integer or smallint): of each key the highest version, once, and only if it is higher than the one that is there. So duplicates, any order, and repeats of a batch end in the same state; where two rows have one key and version, the one with the larger binary image is taken, whatever their order. Columns are matched by name; one that source lacks is set to its default. inserted + updated + stale = rows of source; stale rows are older, equal, repeated, or passed by another row of the batch: they take no lock and write no WAL (but for up to a fifth of a large batch, where looking for them would cost more than it spares). Rows are written in the order of their keys, so that sessions with overlapping batches wait for each other and never deadlock. Fast where both are plain tables of this server and the key is of booleans, integers, dates, timestamps, UUIDs or texts: up to 130 bytes of memory a row; else the same by SQL. Errors: 55000 no primary key, 42804 key or record_version missing or of another type, 42703 columns the target lacks, 23502 null key or version.';
