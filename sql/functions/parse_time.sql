CREATE FUNCTION lifecycle.parse_time(value text, time_zone text DEFAULT 'UTC') RETURNS timestamptz
AS 'MODULE_PATHNAME', 'lifecycle_parse_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION lifecycle.parse_time(text, text) IS
'The instant a text stands for: RFC 3339 and its ISO 8601 neighbours, YYYY-MM-DD [(T or space) HH:MM[:SS[.fraction]] [zone]], zone being Z, UTC, GMT or +HH[[:]MM[[:]SS]]. A text without zone is read in time_zone by the rules of AT TIME ZONE (an hour that occurs twice: standard time; one that is skipped: the offset before it). Fractions are rounded to the nearest microsecond, a half to the even one. 23:59:60 UTC is the following second. Anything else, and whatever lies outside the years 0001 to 9999 UTC, is null, never an error. An unknown time_zone is 22023; abbreviations and POSIX rules count as unknown, being ambiguous.';
