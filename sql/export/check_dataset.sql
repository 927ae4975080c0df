CREATE FUNCTION lifecycle.check_dataset(dataset text) RETURNS TABLE (source regclass, reject_code text, json_pointer text, "rows" bigint, example text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  RETURN QUERY EXECUTE format('SELECT q."source relation", q."reject code", q."json pointer", count(*), min(q."reject detail" COLLATE "C") FROM (%s) q GROUP BY 1, 2, 3 ORDER BY 1, 2 NULLS FIRST, 4 DESC, 3',
    lifecycle._dataset_query(dataset));
END
$$;
COMMENT ON FUNCTION lifecycle.check_dataset(text) IS
'Rehearses the export of a dataset: reads all rows of its sources, maps them, holds them against the contract, and changes nothing. One row for those that keep it (reject_code null), and one for each way in which others break it: missing_required, wrong_type, unknown_value, out_of_range or too_long, with the JSON pointer to the source''s column, how many rows, and what one of them is told. Errors: 42704 unknown dataset, 55000 no source.';
