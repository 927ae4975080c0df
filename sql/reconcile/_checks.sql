CREATE FUNCTION lifecycle._checks(check_name text, dataset text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce((SELECT c.enabled FROM lifecycle.quality_checks c WHERE c.check_name = _checks.check_name AND c.field = '' AND c.dataset IN (_checks.dataset, '*')
    ORDER BY c.dataset = '*' LIMIT 1), true)
$$;
COMMENT ON FUNCTION lifecycle._checks(text, text) IS 'Internal: whether a check is made of a dataset as a whole.';
