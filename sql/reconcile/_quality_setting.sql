CREATE FUNCTION lifecycle._quality_setting(check_name text, dataset text, setting text, field text DEFAULT '') RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(
    (SELECT c.settings ->> setting FROM lifecycle.quality_checks c
      WHERE c.check_name = _quality_setting.check_name AND c.dataset IN (_quality_setting.dataset, '*') AND c.field IN (_quality_setting.field, '') AND c.settings ? setting
      ORDER BY c.dataset = '*', c.field = '' LIMIT 1),
    -- As they come; rows may have been deleted.
    '{"leaf_rows": "300", "target_only": "mend", "tombstone_share": "0.1", "tombstone_rows": "100", "factor": "1", "alert_on": "waiting", "weeks": "4", "min_rows": "100", "alpha": "0.0001", "min_effect": "0.1",
      "older_than": "24 hours"}'::jsonb ->> setting)
$$;
COMMENT ON FUNCTION lifecycle._quality_setting(text, text, text, text) IS 'Internal: a setting of a check: of the field, else of the dataset, else of all, else as it comes. Null where it has no default.';
