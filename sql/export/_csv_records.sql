CREATE FUNCTION lifecycle._csv_records(path text) RETURNS TABLE (number bigint, cells text[])
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A line with an odd number of quotes goes on in the next one.
  SELECT r.number, (SELECT array_agg(CASE WHEN m[1] = '' THEN NULL WHEN m[1] LIKE '"%' THEN replace(substr(m[1], 2, length(m[1]) - 2), '""', '"') ELSE m[1] END ORDER BY place)
    FROM regexp_matches(',' || r.record, ',((?:"(?:[^"]|"")*")|[^",]*)', 'g') WITH ORDINALITY AS c(m, place))
  FROM (
    SELECT row_number() OVER (ORDER BY min(p.place)) AS number, rtrim(string_agg(p.line, E'\n' ORDER BY p.place), E'\r') AS record
    FROM (SELECT q.line, q.place, q.quotes_before % 2 AS is_continued, count(*) FILTER (WHERE q.quotes_before % 2 = 0) OVER (ORDER BY q.place) AS record
      FROM (SELECT l.line, l.place, coalesce(sum(length(l.line) - length(replace(l.line, '"', ''))) OVER (ORDER BY l.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS quotes_before
        FROM lifecycle._read_file(path) WITH ORDINALITY AS l(line, place)) q) p
    GROUP BY p.record) r
$$;
COMMENT ON FUNCTION lifecycle._csv_records(text) IS 'Internal: the records of a file of CSV (RFC 4180, as csv_line() writes it) in their order, the header first; an empty cell without quotes is null.';
