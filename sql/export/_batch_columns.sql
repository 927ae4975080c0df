CREATE FUNCTION lifecycle._batch_columns(target regclass, source regclass) RETURNS name[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  unknown text;
BEGIN
  SELECT string_agg(quote_ident(s.attname), ', ' ORDER BY s.attnum) INTO unknown
    FROM pg_attribute s WHERE s.attrelid = source AND s.attnum > 0 AND NOT s.attisdropped
      AND NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = target AND t.attname = s.attname AND t.attnum > 0 AND NOT t.attisdropped);
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('%s has columns that %s cannot take', source, target),
      DETAIL = format('Missing there: %s.', unknown), HINT = 'Where a later version of the contract brings them: CALL lifecycle.install_warehouse(); adds them.';
  END IF;
  RETURN ARRAY(SELECT t.attname FROM pg_attribute t JOIN pg_attribute s ON s.attrelid = source AND s.attname = t.attname AND s.attnum > 0 AND NOT s.attisdropped
    WHERE t.attrelid = target AND t.attnum > 0 AND NOT t.attisdropped ORDER BY t.attnum);
END
$$;
COMMENT ON FUNCTION lifecycle._batch_columns(regclass, regclass) IS 'Internal: the columns of target that a batch gives, in the target''s order; raises 42703 for any that target has not.';
