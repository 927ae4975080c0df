CREATE FUNCTION lifecycle._file_rows_query(contract jsonb, path text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN path ~ '\.csv(\.gz|\.zst)?$' THEN
      format('WITH f AS MATERIALIZED (SELECT r.number, r.cells FROM lifecycle._csv_records(%L) r), h AS MATERIALIZED (SELECT %s FROM f WHERE f.number = 1) '
          'SELECT %s FROM f CROSS JOIN h WHERE f.number > 1 ORDER BY f.number', path,
        string_agg(format('array_position(f.cells, %L) AS c%s', c.name, c.place), ', ' ORDER BY c.place),
        string_agg(format('(f.cells[h.c%s])::%s AS %I', c.place, c.type, c.name), ', ' ORDER BY c.place))
    ELSE format('SELECT r.* FROM lifecycle._read_file(%L) l CROSS JOIN LATERAL jsonb_to_record(l::jsonb) AS r(%s)', path,
        string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place)) END
  FROM lifecycle._contract_columns(contract) c
$$;
COMMENT ON FUNCTION lifecycle._file_rows_query(jsonb, text) IS 'Internal: SQL for the rows of a file that was exported, in their order, as the contract''s columns; one that the file has not is null.';
