CREATE FUNCTION lifecycle._prepare_segment() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  strange text;
BEGIN
  strange := (SELECT s FROM unnest(NEW.lifecycle_stages) s WHERE s IS NULL OR s <> ALL (lifecycle._lifecycle_stages()) LIMIT 1);
  IF strange IS NOT NULL OR array_position(NEW.lifecycle_stages, NULL) IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('"%s" is not a lifecycle stage', coalesce(strange, 'null')),
      DETAIL = format('The stages are %s.', array_to_string(lifecycle._lifecycle_stages(), ', ')),
      HINT = 'List the stages whose users may be in the segment, or none for all.';
  END IF;
  IF TG_OP = 'INSERT' OR (NEW.conditions, NEW.operator, NEW.rule, NEW.time_use) IS DISTINCT FROM (OLD.conditions, OLD.operator, OLD.rule, OLD.time_use) THEN
    NEW.rule := lifecycle._rule_of(NEW.conditions, NEW.operator, 'segment');
    NEW.time_use := lifecycle._time_use(NEW.rule);
    IF NEW.time_use = 'unforeseen' AND NEW.valid_for IS NULL THEN
      RAISE WARNING USING MESSAGE = format('each refresh will judge every user by the conditions of segment "%s"', NEW.name),
        DETAIL = 'They use time.now outside a comparison, or not in proportion to it: when they change by time alone cannot be foreseen.',
        HINT = 'Compare with time.now directly, as in {"<": [{"time.ms": {"var": "user.attributes.seen_at"}}, {"time.now": "-7d"}]}, or set valid_for.';
    END IF;
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lifecycle._prepare_segment() IS
'Internal: trigger on user_segments: refuses unknown stages and conditions that are none, keeps rule and time_use. Errors as of _rule_of(); 22023 for an unknown stage.';
