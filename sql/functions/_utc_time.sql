CREATE FUNCTION lifecycle._utc_time(value timestamp, time_zone text) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'lifecycle_utc_time_of_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION lifecycle._utc_time(timestamp, text) IS
'Internal: value AT TIME ZONE time_zone, but null instead of an error where it is infinite or outside the years 0001 to 9999 UTC. Zones as in parse_time.';

CREATE FUNCTION lifecycle._utc_time(value date, time_zone text) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'lifecycle_utc_time_of_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION lifecycle._utc_time(date, text) IS
'Internal: the beginning of that day in time_zone; null where it is infinite or outside the years 0001 to 9999 UTC. Zones as in parse_time.';
