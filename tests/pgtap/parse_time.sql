\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(28);
SET LOCAL timezone = 'America/New_York'; -- no result below may depend on it
SET LOCAL datestyle = 'SQL, DMY';

CREATE FUNCTION pg_temp.utc(at timestamptz) RETURNS text LANGUAGE sql
AS $$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- Zones
SELECT is(pg_temp.utc(lifecycle.parse_time('2025-07-01 12:00')), '2025-07-01T12:00:00.000000Z', 'without zone: UTC by default');
SELECT is(pg_temp.utc(lifecycle.parse_time('2025-07-01 12:00', 'Europe/London')), '2025-07-01T11:00:00.000000Z', 'summer time');
SELECT is(pg_temp.utc(lifecycle.parse_time('2025-12-01 12:00', 'europe/LONDON')), '2025-12-01T12:00:00.000000Z', 'winter time, zone in any case');
SELECT is(pg_temp.utc(lifecycle.parse_time('2025-07-01T12:00:00+02:00', 'Europe/London')), '2025-07-01T10:00:00.000000Z', 'an offset in the value wins');
SELECT is(pg_temp.utc(lifecycle.parse_time('2025-07-01', 'Asia/Kolkata')), '2025-06-30T18:30:00.000000Z', 'a date is its first instant there');
SELECT is(pg_temp.utc(lifecycle.parse_time('2025-10-26 01:30', 'Europe/London')), '2025-10-26T01:30:00.000000Z', 'an hour that occurs twice is read as standard time');
SELECT is(pg_temp.utc(lifecycle.parse_time('2025-03-30 01:30', 'Europe/London')), '2025-03-30T01:30:00.000000Z', 'an hour that is skipped is read by the offset before it');
SELECT is(pg_temp.utc(lifecycle.parse_time('2017-01-01 08:59:60', 'Asia/Tokyo')), '2017-01-01T00:00:00.000000Z', 'a leap second by the clock of the zone');
SELECT is(lifecycle.parse_time('2016-12-31 23:59:60', 'Asia/Tokyo'), NULL, 'second 60 anywhere else is no time');
SELECT is(lifecycle.parse_time('0001-01-01', 'Asia/Tokyo'), NULL, 'before year 1 in UTC');
SELECT is(lifecycle.parse_time('9999-12-31 23:00', 'America/New_York'), NULL, 'after year 9999 in UTC');

SELECT is(count(*) FILTER (WHERE lifecycle.parse_time(bad) IS NOT NULL), 0::bigint, 'what is no time is null, never an error')
FROM unnest(ARRAY['', 'now', 'today', 'infinity', '-infinity', 'epoch', '01/02/2025', '1.2.2025', '2025-02-30', '1735689600',
  '2025-01-01T24:00:00Z', '2025-01-01 12:00 PST', repeat('9', 100000), U&'\0662025-01-01', '2025-01-01T00:00:00Z junk']) AS bad;
SELECT is(lifecycle.parse_time(NULL), NULL, 'null in, null out');

-- Held against the server's own cast and AT TIME ZONE
CREATE TEMP TABLE samples AS
SELECT make_timestamp(1 + (random() * 9997)::int, 1 + (random() * 11)::int, 1 + (random() * 27)::int,
         (random() * 23)::int, (random() * 59)::int, 0) AS at,
       (random() * 59)::int AS seconds, lpad((random() * 999999999)::bigint::text, 9, '0') AS fraction,
       (random() * 30 * 60 - 15 * 60)::int * interval '1 minute' AS ahead
FROM (SELECT setseed(0.25)) AS seed, generate_series(1, 20000);
SELECT is(count(*), 0::bigint, 'offsets and nine digits of fraction come out as timestamptz reads them')
FROM (SELECT to_char(at, 'YYYY-MM-DD"T"HH24:MI:') || lpad(seconds::text, 2, '0') || '.' || fraction
        || CASE WHEN ahead < interval '0' THEN '-' ELSE '+' END
        || lpad(abs(extract(hour FROM ahead))::text, 2, '0') || ':' || lpad(abs(extract(minute FROM ahead))::text, 2, '0') AS t
      FROM samples) AS x
WHERE lifecycle.parse_time(t) IS DISTINCT FROM t::timestamptz;
SELECT is(count(*), 0::bigint, 'every area/location zone reads local times as AT TIME ZONE does')
FROM pg_timezone_names AS z,
     LATERAL (SELECT timestamp '1890-01-01' + i * interval '8 days 01:07:00.000001' AS local
              FROM generate_series(0, 7000, 10) AS i) AS x
WHERE name ~ '/' AND name !~ '^(posix|right)/'
  AND (lifecycle.parse_time(to_char(local, 'YYYY-MM-DD HH24:MI:SS.US'), name) IS DISTINCT FROM local AT TIME ZONE name
       OR lifecycle._utc_time(local, name) IS DISTINCT FROM local AT TIME ZONE name);

-- _utc_time
SELECT is(pg_temp.utc(lifecycle._utc_time(timestamp '2025-07-01 12:00', 'Europe/Paris')), '2025-07-01T10:00:00.000000Z', 'timestamp');
SELECT is(pg_temp.utc(lifecycle._utc_time(date '2025-07-01', 'Europe/Paris')), '2025-06-30T22:00:00.000000Z', 'date');
SELECT is(pg_temp.utc(lifecycle._utc_time(timestamp '9999-12-31 23:59:59.999999', 'UTC')), '9999-12-31T23:59:59.999999Z', 'the last usable time');
SELECT is(count(*) FILTER (WHERE lifecycle._utc_time(t, 'America/New_York') IS NOT NULL), 0::bigint,
  'timestamp: unusable is null, also where AT TIME ZONE would raise')
FROM unnest(ARRAY['infinity', '-infinity', '9999-12-31 19:00', '0001-12-31 19:00 BC', '294276-12-31 23:59:59',
  '4714-11-24 00:00:00 BC']::timestamp[]) AS t;
SELECT throws_ok($$ SELECT timestamp '294276-12-31 23:59:59' AT TIME ZONE 'America/New_York' $$, '22008', NULL, 'as it does here');
SELECT is(count(*) FILTER (WHERE lifecycle._utc_time(d, 'Asia/Tokyo') IS NOT NULL), 0::bigint, 'date: unusable is null')
FROM unnest(ARRAY['infinity', '-infinity', '0001-01-01', '10000-01-02', '5874897-12-31', '4714-11-24 BC']::date[]) AS d;

-- Errors
CREATE FUNCTION pg_temp.report(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE, SQLERRM, detail, hint);
END $$;
SELECT is(pg_temp.report($$ SELECT lifecycle.parse_time('2025-01-01', 'Europe/Londno') $$),
  '22023 | time zone "Europe/Londno" is not known | Abbreviations (CET) and fixed offsets (UTC+3) are not taken: they mean different things in different places. | Use UTC or an area/location name such as Europe/London; SELECT name FROM pg_timezone_names lists them.',
  'an unknown zone names itself and the mend');
SELECT is(string_agg(left(pg_temp.report(format('SELECT lifecycle.parse_time(%L, %L)', '2025-01-01T00:00Z', zone)), 5), ' '),
  repeat('22023 ', 11) || '22023', 'abbreviations, POSIX rules, paths and nonsense are no zones, whatever the value')
FROM unnest(ARRAY['CET', 'EST', 'EST5EDT', 'UTC+3', '+03:00', 'Europe/London3', '', ' ', '../../../etc/passwd', repeat('x', 5000),
  'Europe/', E'Europe/London\n']) AS zone;
SELECT is(pg_temp.report($$ SELECT lifecycle.parse_time(NULL, 'nowhere') $$), 'no error', 'strict: a null value asks for no zone');
SELECT is(array_agg(lifecycle.parse_time('2025-07-01 12:00', zone) ORDER BY i),
  ARRAY['2025-07-01 12:00Z', '2025-07-01 11:00Z', '2025-07-01 12:00Z', '2025-07-01 10:00Z', '2025-07-01 11:00Z']::timestamptz[],
  'the zone may change from row to row')
FROM unnest(ARRAY['UTC', 'Europe/London', 'GMT', 'Europe/Paris', 'Europe/London']) WITH ORDINALITY AS z(zone, i);

-- Declarations
SELECT is(count(*), 3::bigint, 'all immutable, strict and parallel safe')
FROM pg_proc WHERE pronamespace = 'lifecycle'::regnamespace AND proname IN ('parse_time', '_utc_time')
  AND provolatile = 'i' AND proisstrict AND proparallel = 's';
SELECT lives_ok($$ CREATE TEMP TABLE t (at text); CREATE INDEX ON t (lifecycle.parse_time(at)) $$, 'may be indexed');
SELECT ok(obj_description('lifecycle.parse_time(text, text)'::regprocedure) IS NOT NULL, 'has a comment');

SELECT * FROM finish();
ROLLBACK;
