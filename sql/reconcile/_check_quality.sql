CREATE FUNCTION lifecycle._check_quality(run bigint, check_name text, dataset text, field text, columns text[], checked date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  subject text := dataset || '.' || field;
  alpha double precision := lifecycle._quality_setting(check_name, dataset, 'alpha', field);
  min_effect double precision := lifecycle._quality_setting(check_name, dataset, 'min_effect', field);
  min_rows bigint := lifecycle._quality_setting(check_name, dataset, 'min_rows', field);
  weeks integer := lifecycle._quality_setting(check_name, dataset, 'weeks', field);
  unknown text;
  category text;
  counted record;
  shift record;
  share double precision;
  share_before double precision;
  allowed double precision;
  conclusion text;
  told text;
BEGIN
  SELECT string_agg(quote_ident(n), ', ') INTO unknown FROM unnest(columns) c CROSS JOIN LATERAL unnest(string_to_array(c, '+')) n
    WHERE NOT EXISTS (SELECT FROM lifecycle._contract_columns(contract) k WHERE k.name = n);
  IF unknown IS NOT NULL OR coalesce(cardinality(columns), 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('check %s of dataset "%s": the contract has no column %s', check_name, dataset, coalesce(unknown, '(none given)')),
      HINT = format('UPDATE lifecycle.quality_checks SET columns = … WHERE check_name = %L AND dataset = %L AND field = %L;', check_name, dataset, field);
  END IF;
  category := CASE check_name WHEN 'status_distribution' THEN format('r.%I::text', columns[1])
    ELSE format('CASE WHEN %s THEN ''present'' ELSE ''null'' END', (SELECT string_agg('(' || (SELECT string_agg(format('r.%I IS NOT NULL', n), ' AND ') FROM unnest(string_to_array(c, '+')) n) || ')', ' OR ') FROM unnest(columns) c)) END;
  SELECT * INTO counted FROM lifecycle._count_categories(dataset, category, checked - 7 * weeks, checked);
  SELECT * INTO shift FROM lifecycle._distribution_shift(counted.days, counted.categories, counted.counts, checked);
  SELECT sum(u.n) FILTER (WHERE u.day = checked AND u.category = 'null') / nullif(shift.rows_now, 0)::double precision, sum(u.n) FILTER (WHERE u.day < checked AND u.category = 'null') / nullif(shift.rows_before, 0)::double precision
    INTO share, share_before FROM unnest(counted.days, counted.categories, counted.counts) u (day, category, n);
  share := coalesce(share, 0);
  share_before := coalesce(share_before, 0);
  conclusion := CASE WHEN shift.rows_now < min_rows THEN 'too_few' WHEN shift.rows_before < min_rows OR shift.days_before < 7 THEN 'too_few' ELSE 'ok' END;
  IF conclusion = 'ok' AND shift.probability < alpha AND shift.moved >= min_effect AND (check_name <> 'null_rate' OR share > share_before) THEN
    conclusion := 'breached';
  END IF;
  IF check_name = 'null_rate' THEN
    -- What the contract itself allows, in percent, needs no past.
    SELECT min((q ->> 'mustBeLessOrEqualTo')::double precision) / 100 INTO allowed
      FROM jsonb_array_elements(contract -> 'schema' -> 0 -> 'properties') p CROSS JOIN LATERAL jsonb_array_elements(p -> 'quality') q
      WHERE columns = ARRAY[p ->> 'name'] AND q ->> 'metric' = 'nullValues' AND q ->> 'unit' = 'percent';
    IF shift.rows_now >= min_rows AND share > allowed THEN
      conclusion := 'breached';
    END IF;
    told := format('%s %% of %s rows have no %s; before: %s %% of %s', round((100 * share)::numeric, 2), shift.rows_now, array_to_string(columns, ' or '), round((100 * share_before)::numeric, 2), shift.rows_before)
      || coalesce('; the contract allows ' || round((100 * allowed)::numeric, 2) || ' %', '');
  ELSE
    told := (SELECT format('%s rows; ', shift.rows_now) || string_agg(format('%s %s %% (before %s %%)', coalesce(u.category, '(null)'), round(coalesce(100 * u.now / nullif(shift.rows_now, 0), 0), 1), round(coalesce(100 * u.before / nullif(shift.rows_before, 0), 0), 1)), ', ' ORDER BY u.category)
      FROM (SELECT u.category, sum(u.n) FILTER (WHERE u.day = checked) AS now, sum(u.n) FILTER (WHERE u.day < checked) AS before FROM unnest(counted.days, counted.categories, counted.counts) u (day, category, n) GROUP BY 1) u);
  END IF;
  told := concat_ws('; ', told, CASE WHEN shift.degrees > 0 THEN format('G %s on %s degrees, dispersion %s, p %s', round(shift.statistic::numeric, 2), shift.degrees, round(shift.dispersion::numeric, 2), to_char(shift.probability, '9.9EEEE')) END);
  INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, window_start, window_end, field, source_rows, value, expected, threshold, verdict, detail)
    VALUES (run, _check_quality.check_name, _check_quality.dataset, checked, checked, _check_quality.field, shift.rows_now, CASE _check_quality.check_name WHEN 'null_rate' THEN share ELSE shift.moved END,
      CASE _check_quality.check_name WHEN 'null_rate' THEN share_before END, CASE _check_quality.check_name WHEN 'null_rate' THEN least(allowed, share_before + min_effect) ELSE min_effect END, conclusion, told);
  IF conclusion = 'breached' THEN
    PERFORM lifecycle._raise_alert(check_name, subject, 'warning', CASE check_name
        WHEN 'null_rate' THEN format('dataset "%s": %s is missing more often than it should be on %s', dataset, field, checked)
        ELSE format('dataset "%s": the values of %s are distributed otherwise on %s than in the weeks before', dataset, field, checked) END,
      told, 'Look at the source. If it is right as it is: the settings are in lifecycle.quality_checks.');
  ELSIF conclusion = 'ok' THEN
    PERFORM lifecycle._resolve_alert(check_name, subject);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_quality(bigint, text, text, text, text[], date) IS
  'Internal: null rate or distribution of values of one field on one day, against the trailing weeks and, of null rates, against what the contract allows; recorded, and an alert raised or resolved. Too few rows settle nothing. docs/RECONCILIATION.md states the test.';
