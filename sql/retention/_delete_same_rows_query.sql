CREATE FUNCTION lifecycle._delete_same_rows_query(staging regclass, present regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Without a key nothing says which rows are the same: then none are.
  SELECT coalesce((
    SELECT format('DELETE FROM %s s USING %s p WHERE %s', staging, present, string_agg(format('s.%1$I = p.%1$I', a.attname), ' AND '))
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = present AND i.indisprimary), format('DELETE FROM %s s WHERE false', staging))
$$;
COMMENT ON FUNCTION lifecycle._delete_same_rows_query(regclass, regclass) IS 'Internal: SQL that takes out of one table the rows that another one has under the same primary key.';
