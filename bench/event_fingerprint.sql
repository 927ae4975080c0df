-- event_fingerprint() against md5 over the six columns.
\set path event_fingerprint
\set form scan
\ir begin.sql
SELECT count(num_nonnulls(contact_email, event_type, event_name, event_source, event_timestamp, payload)) FROM bench.events;
\ir end.sql
\set form md5
\ir begin.sql
SELECT count(md5(concat_ws('|', contact_email, event_type, event_name, event_source, event_timestamp, payload))) FROM bench.events;
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(lifecycle.event_fingerprint(contact_email, event_type, event_name, event_source, event_timestamp, payload)) FROM bench.events;
\ir end.sql
\if :first
SELECT 'event_fingerprint,' || (count(DISTINCT f) = count(DISTINCT m) AND count(DISTINCT f) = count(DISTINCT (f, m)))
FROM (SELECT lifecycle.event_fingerprint(contact_email, event_type, event_name, event_source, event_timestamp, payload) AS f,
        md5(concat_ws('|', lower(contact_email), event_type, event_name, event_source, event_timestamp, payload))::uuid AS m
      FROM bench.events) x \g |cat >>"$BENCH_CHECKED"
\endif
