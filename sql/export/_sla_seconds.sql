CREATE FUNCTION lifecycle._sla_seconds(property jsonb) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN jsonb_typeof(property -> 'value') = 'number' THEN (property ->> 'value')::numeric * CASE property ->> 'unit'
    WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 WHEN 'w' THEN 604800 WHEN 'y' THEN 31557600 END END
$$;
COMMENT ON FUNCTION lifecycle._sla_seconds(jsonb) IS 'Internal: the length of time that an slaProperty of a contract says, in seconds; null where it says none.';
