-- The event contract against three regular expressions as CHECK constraints would have them: they know a few irregular verbs, the
-- form of a time and some ends of keys, but neither ids, users and unknown fields nor depth, and name no reason.
\set path event_problems
\set form scan
\ir begin.sql
SELECT count(num_nonnulls(event)) FROM bench.tracked;
\ir end.sql
\set checks '(event ->> ''event_name'') ~ ''^[a-z][a-z0-9]*(_[a-z0-9]+)*_([a-z]+ed|sent|paid|sold|held|made|begun|began|written)(_(up|in|out|on|off))?$'' AND (event ->> ''event_time'') ~ ''^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$'' AND (event -> ''properties'')::text !~ ''"((is|has)_[a-z_]+|[a-z_]+_(score|bucket|count))":'''
\set form checks
\ir begin.sql
SELECT count(*) FILTER (WHERE :checks) FROM bench.tracked;
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(*) FILTER (WHERE lifecycle.event_problems(event) = '{}') FROM bench.tracked;
\ir end.sql
\if :first
SELECT 'event_problems,' || bool_and((lifecycle.event_problems(event) = '{}') = (:checks)) FROM bench.tracked \g |cat >>"$BENCH_CHECKED"
\endif
