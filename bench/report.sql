-- The table that bench/run prints. Medians over the rounds; "net" takes off the median of a scan with a no-op function of
-- the same arguments.
\set ON_ERROR_STOP 1
\pset linestyle unicode
\pset border 1
\pset footer off
\pset null ''
CREATE TEMP TABLE measured (path text, form text, round integer, seconds numeric, wal_bytes numeric);
CREATE TEMP TABLE checked (path text, same boolean);
\set load '\\copy measured FROM ' :'measured' ' CSV'
:load
\set load '\\copy checked FROM ' :'checked' ' CSV'
:load
CREATE TEMP TABLE targets (line integer, path text, against text, form text, unit text, net boolean, at_least numeric, aim numeric);
INSERT INTO targets VALUES
  (1, 'fingerprint', 'md5(payload::text), net of the scan', 'md5', 'row', true, 8, 12),
  (2, 'fingerprint', 'jsonb_hash_extended(payload, 0), net', 'hash', 'row', true, 2.5, 3.2),
  (3, 'event_fingerprint', 'md5(concat_ws of the six columns), net', 'md5', 'row', true, 8, 12),
  (4, 'resolve', 'aggregate and hash join on lower(email)', 'join', 'row', false, 5, 7),
  (5, 'resolve', 'hash join on a prebuilt C-collated map', 'map', 'row', false, 2.5, 3.5),
  (6, 'rebuild', 'one-statement CTAS, key, index', 'naive', 'run', false, 4, 6),
  (7, 'rebuild', 'the same hand-tuned, no fingerprint', 'tuned', 'run', false, 2, 3),
  (8, 'sync', 'INSERT ... ON CONFLICT DO UPDATE of all', 'upsert', 'run', false, 3, 5),
  (10, 'ndjson', 'row_to_json', 'row_to_json', 'fifth', false, 5, 7),
  (11, 'mirror', 'COPY csv into sqlite3 .import', 'import', 'run', false, 2, 4),
  (14, 'jsonlogic', 'JsonLogic in PL/pgSQL', 'interpreter', 'tenth', false, 20, 60),
  (15, 'jsonlogic_sql', 'the condition written in SQL', 'sql', 'row', false, 1, 1.5),
  (16, 'jsonlogic_all', 'one of which each part is looked at', 'sql', 'row', false, 1, 1.5);
CREATE TEMP VIEW medians AS
  SELECT path, form, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds, percentile_cont(0.5) WITHIN GROUP (ORDER BY wal_bytes) AS wal_bytes
  FROM measured GROUP BY path, form;
CREATE TEMP VIEW compared AS
  SELECT t.line, t.path, t.against, t.unit, t.at_least, t.aim, p.seconds - n.seconds AS plain, o.seconds - n.seconds AS ours
  FROM targets t
    JOIN medians p ON p.path = t.path AND p.form = t.form
    JOIN medians o ON o.path = t.path AND o.form = 'ours'
    LEFT JOIN medians s ON s.path = t.path AND s.form = 'scan'
    CROSS JOIN LATERAL (SELECT CASE WHEN t.net THEN s.seconds ELSE 0 END AS seconds) n;
SELECT path, against, plain, ours, ratio, at_least AS "at least", aim, met AS "met?", same AS "same result"
FROM (
  SELECT c.line, c.path, c.against,
    CASE c.unit WHEN 'run' THEN round(c.plain::numeric, 2) || ' s' ELSE round((c.plain * 1e9 / :rows * CASE c.unit WHEN 'fifth' THEN 5 WHEN 'tenth' THEN 10 ELSE 1 END)::numeric) || ' ns/row' END AS plain,
    CASE c.unit WHEN 'run' THEN round(c.ours::numeric, 2) || ' s' ELSE round((c.ours * 1e9 / :rows * CASE c.unit WHEN 'fifth' THEN 5 WHEN 'tenth' THEN 10 ELSE 1 END)::numeric) || ' ns/row' END AS ours,
    round((c.plain / c.ours)::numeric, 1) || '×' AS ratio, c.at_least || '×' AS at_least, c.aim || '×' AS aim,
    CASE WHEN c.plain >= c.ours * c.aim THEN 'aim' WHEN c.plain >= c.ours * c.at_least THEN 'yes' ELSE 'NO' END AS met,
    (SELECT CASE WHEN bool_and(k.same) THEN 'yes' ELSE 'NO' END FROM checked k WHERE k.path = c.path HAVING count(*) > 0) AS same
  FROM compared c
  UNION ALL
  SELECT 9, 'sync, WAL', 'upsert of only the rows that differ', pg_size_pretty(c.wal_bytes::bigint), pg_size_pretty(o.wal_bytes::bigint),
    round((o.wal_bytes / c.wal_bytes)::numeric, 2) || ' of it', '≤ 1', '', CASE WHEN o.wal_bytes <= c.wal_bytes THEN 'yes' ELSE 'NO' END, ''
  FROM medians o, medians c WHERE o.path = 'sync' AND o.form = 'ours' AND c.path = 'sync' AND c.form = 'changed'
  UNION ALL
  SELECT 12, 'sync of nothing', 'the log line alone', '', round(o.seconds::numeric * 1000) || ' ms', pg_size_pretty(o.wal_bytes::bigint) || ' WAL', '', '', '', ''
  FROM medians o WHERE o.path = 'sync' AND o.form = 'nothing'
  UNION ALL
  SELECT 13, 'sync of 10,000 changed', 'itself, ledger of ' || :rows || ' → ' || :rows * 10, round(s.seconds::numeric, 2) || ' s', round(l.seconds::numeric, 2) || ' s',
    round((l.seconds / s.seconds)::numeric, 2) || '×', '≤ 1.3×', '≤ 1.1×', CASE WHEN l.seconds <= s.seconds * 1.1 THEN 'aim' WHEN l.seconds <= s.seconds * 1.3 THEN 'yes' ELSE 'NO' END, ''
  FROM medians s, medians l WHERE s.path = 'growth' AND s.form = 'small' AND l.path = 'growth' AND l.form = 'large'
) r ORDER BY line;
