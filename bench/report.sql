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
CREATE TEMP TABLE targets (line integer GENERATED ALWAYS AS IDENTITY, path text, against text, form text, unit text, net boolean, at_least numeric, aim numeric);
\set load '\\copy targets (path, against, form, unit, net, at_least, aim) FROM ' :'targets' ' CSV HEADER'
:load
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
  SELECT (SELECT max(line) FROM targets WHERE path = 'sync'), 'sync, WAL', 'upsert of only the rows that differ', pg_size_pretty(c.wal_bytes::bigint), pg_size_pretty(o.wal_bytes::bigint),
    round((o.wal_bytes / c.wal_bytes)::numeric, 2) || ' of it', '≤ 1', '', CASE WHEN o.wal_bytes <= c.wal_bytes THEN 'yes' ELSE 'NO' END, ''
  FROM medians o, medians c WHERE o.path = 'sync' AND o.form = 'ours' AND c.path = 'sync' AND c.form = 'changed'
  UNION ALL
  SELECT (SELECT max(line) FROM targets WHERE path = 'sync'), 'sync of nothing', 'the log line alone', '', round(o.seconds::numeric * 1000) || ' ms', pg_size_pretty(o.wal_bytes::bigint) || ' WAL', '', '', '', ''
  FROM medians o WHERE o.path = 'sync' AND o.form = 'nothing'
  UNION ALL
  SELECT (SELECT max(line) FROM targets WHERE path = 'sync'), 'sync of 10,000 changed', 'itself, ledger of ' || :rows || ' → ' || :rows * 10, round(s.seconds::numeric, 2) || ' s', round(l.seconds::numeric, 2) || ' s',
    round((l.seconds / s.seconds)::numeric, 2) || '×', '≤ 1.3×', '≤ 1.1×', CASE WHEN l.seconds <= s.seconds * 1.1 THEN 'aim' WHEN l.seconds <= s.seconds * 1.3 THEN 'yes' ELSE 'NO' END, ''
  FROM medians s, medians l WHERE s.path = 'growth' AND s.form = 'small' AND l.path = 'growth' AND l.form = 'large'
  UNION ALL
  SELECT (SELECT max(line) FROM targets WHERE path = 'upsert_90'), 'upsert_90, WAL', 'MERGE', pg_size_pretty(m.wal_bytes::bigint), pg_size_pretty(o.wal_bytes::bigint),
    round((o.wal_bytes / m.wal_bytes)::numeric, 2) || ' of it', '≤ 1.15', '', CASE WHEN o.wal_bytes <= m.wal_bytes * 1.15 THEN 'yes' ELSE 'NO' END, ''
  FROM medians o, medians m WHERE o.path = 'upsert_90' AND o.form = 'ours' AND m.path = 'upsert_90' AND m.form = 'merge'
  UNION ALL
  SELECT 15, 'roll_up_metrics', 'the day grouped by name, stages aside', round(p.seconds::numeric, 2) || ' s', round(o.seconds::numeric, 2) || ' s',
    round((p.seconds / o.seconds)::numeric, 1) || '×', '', '', '', ''
  FROM medians p, medians o WHERE p.path = 'roll_up_metrics' AND p.form = 'stages_aside' AND o.path = 'roll_up_metrics' AND o.form = 'ours'
  UNION ALL
  SELECT 16, 'roll_up_metrics again', 'the log line alone', '', round(o.seconds::numeric, 2) || ' s', pg_size_pretty(o.wal_bytes::bigint) || ' WAL', '', '', '', ''
  FROM medians o WHERE o.path = 'roll_up_metrics' AND o.form = 'nothing'
  UNION ALL
  SELECT 1000, 'reconcile, bytes moved', 'every key and a hash of its row', pg_size_pretty(k.seconds::bigint), pg_size_pretty(o.seconds::bigint),
    round((k.seconds / o.seconds)::numeric) || '×', '20×', '100×', CASE WHEN k.seconds >= o.seconds * 100 THEN 'aim' WHEN k.seconds >= o.seconds * 20 THEN 'yes' ELSE 'NO' END,
    (SELECT CASE WHEN bool_and(c.same) THEN 'yes' ELSE 'NO' END FROM checked c WHERE c.path = 'reconcile' HAVING count(*) > 0)
  FROM medians k, medians o WHERE k.path = 'reconcile_bytes' AND k.form = 'keys' AND o.path = 'reconcile_bytes' AND o.form = 'ours'
  UNION ALL
  SELECT 1001, 'reconcile, time', 'the same in one statement, not mended', round(k.seconds::numeric, 2) || ' s', round(o.seconds::numeric, 2) || ' s', round((k.seconds / o.seconds)::numeric, 1) || '×', '', '', '', ''
  FROM medians k, medians o WHERE k.path = 'reconcile' AND k.form = 'keys' AND o.path = 'reconcile' AND o.form = 'ours'
) r ORDER BY line, against <> ALL (SELECT against FROM targets);
