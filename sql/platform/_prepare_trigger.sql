CREATE FUNCTION lifecycle._prepare_trigger() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  problem text;
BEGIN
  -- A row that brings its rule is one that was restored.
  IF (TG_OP = 'INSERT' AND NEW.rule IS NULL) OR (TG_OP = 'UPDATE' AND NEW.event_type <> OLD.event_type) THEN
    problem := lifecycle.event_name_problem(NEW.event_type);
    IF problem IS NOT NULL AND NOT EXISTS (SELECT FROM lifecycle.lifecycle_events l WHERE l.event_type = NEW.event_type)
        AND NOT EXISTS (SELECT FROM lifecycle.events e WHERE e.event_name = NEW.event_type) THEN
      RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
        MESSAGE = format('unknown event type "%s"', NEW.event_type),
        DETAIL = format('Neither lifecycle.events nor lifecycle.lifecycle_events has one, and none can come: %s', problem),
        HINT = 'event_type is an event_name, such as order_placed, or the event_type of a lifecycle event: stage_changed, segment_entered, segment_left.';
    END IF;
  END IF;
  IF TG_OP = 'INSERT' OR NEW.rule IS NULL OR (NEW.conditions, NEW.operator, NEW.rule) IS DISTINCT FROM (OLD.conditions, OLD.operator, OLD.rule) THEN
    NEW.rule := lifecycle._rule_of(NEW.conditions, NEW.operator, 'trigger');
  END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.enabled_at := CASE WHEN NEW.enabled THEN coalesce(NEW.enabled_at, now()) ELSE NEW.enabled_at END;
  ELSIF NEW.enabled AND NEW.enabled_at IS NOT DISTINCT FROM OLD.enabled_at
      AND (NEW.enabled_at IS NULL OR OLD.enabled IS NOT TRUE OR NEW.event_type <> OLD.event_type) THEN
    NEW.enabled_at := now();
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lifecycle._prepare_trigger() IS
'Internal: trigger on triggers: refuses event types that cannot occur and conditions that are none, keeps rule and enabled_at. Errors as of _rule_of(); 22023 for an unknown event type.';
