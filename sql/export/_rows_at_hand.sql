CREATE FUNCTION lifecycle._rows_at_hand(target regclass, source regclass, key name[]) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  columns text;
BEGIN
  IF NOT lifecycle._lies_elsewhere(target) THEN
    RETURN target;
  END IF;
  IF to_regclass('pg_temp.lifecycle_at_hand') IS NOT NULL THEN
    DROP TABLE pg_temp.lifecycle_at_hand;
  END IF;
  columns := (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM unnest(key) WITH ORDINALITY AS k(name, place));
  -- The batch goes to the rows, not the table to the batch: an inner join with what is read beforehand is done by each node over its part.
  EXECUTE format('CREATE TEMP TABLE lifecycle_at_hand ON COMMIT DROP AS WITH wanted AS MATERIALIZED (SELECT DISTINCT %1$s FROM %2$s) SELECT t.* FROM %3$s t JOIN wanted w USING (%1$s)', columns, source, target);
  RETURN 'pg_temp.lifecycle_at_hand'::regclass;
END
$$;
COMMENT ON FUNCTION lifecycle._rows_at_hand(regclass, regclass, name[]) IS
  'Internal: a relation that any query may join, and that holds at least those rows of target whose key is in source: the target itself or, where its rows lie elsewhere (_lies_elsewhere()), a temporary copy of just these as they are now, which the next call replaces.';
