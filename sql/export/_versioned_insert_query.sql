CREATE FUNCTION lifecycle._versioned_insert_query(target regclass, keys name[], given name[], settable name[], rows_from text, returned text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A column that the batch lacks is set to its default, as in a row that is inserted: what a version holds does not depend on
  -- what was there before it.
  SELECT format('INSERT INTO %1$s AS t (%2$s) SELECT %2$s FROM %3$s ON CONFLICT (%4$s) DO UPDATE SET %5$s '
      || 'WHERE excluded.record_version > t.record_version OR t.record_version IS NULL RETURNING %6$s',
    target, (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM unnest(given) WITH ORDINALITY AS g(name, place)), rows_from,
    (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM unnest(keys) WITH ORDINALITY AS k(name, place)),
    (SELECT string_agg(format('%1$I = excluded.%1$I', name), ', ' ORDER BY place) FROM unnest(settable) WITH ORDINALITY AS s(name, place)), returned)
$$;
COMMENT ON FUNCTION lifecycle._versioned_insert_query(regclass, name[], name[], name[], text, text) IS
  'Internal: the INSERT … ON CONFLICT of a versioned upsert: a row with a higher record_version takes the place of the one that is there, any other does nothing.';
