CREATE FUNCTION lifecycle._file_rows_query(contract jsonb, path text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN path ~ '\.csv(\.gz|\.zst)?$' THEN
      format('SELECT %s FROM (SELECT r.number, r.cells, (SELECT h.cells FROM lifecycle._csv_records(%L) h WHERE h.number = 1) AS header FROM lifecycle._csv_records(%2$L) r OFFSET 0) f '
          'WHERE f.number > 1 ORDER BY f.number',
        string_agg(format('(f.cells[array_position(f.header, %L)])::%s AS %I', c.name, c.type, c.name), ', ' ORDER BY c.place), path)
    ELSE format('SELECT r.* FROM lifecycle._read_file(%L) l CROSS JOIN LATERAL jsonb_to_record(l::jsonb) AS r(%s)', path,
        string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place)) END
  FROM lifecycle._contract_columns(contract) c
$$;
COMMENT ON FUNCTION lifecycle._file_rows_query(jsonb, text) IS 'Internal: SQL for the rows of a file that was exported, in their order, as the contract''s columns; one that the file has not is null.';
