CREATE FUNCTION lifecycle._trigger_memory() RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN interval '35 days';
COMMENT ON FUNCTION lifecycle._trigger_memory() IS
  'Internal: how long before the latest run an event may have been received to be judged at all, and so how long trigger_event_keys are kept.';
