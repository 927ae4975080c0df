-- fingerprint(jsonb) against md5 of the text (what people do) and jsonb_hash_extended (64 bits, not recomputable outside).
\set path fingerprint
\set form scan
\ir begin.sql
SELECT count(num_nonnulls(payload)) FROM bench.events;
\ir end.sql
\set form md5
\ir begin.sql
SELECT count(md5(payload::text)) FROM bench.events;
\ir end.sql
\set form hash
\ir begin.sql
SELECT count(jsonb_hash_extended(payload, 0)) FROM bench.events;
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(lifecycle.fingerprint(payload)) FROM bench.events;
\ir end.sql
\if :first
-- The same rows are equal and different by both.
SELECT 'fingerprint,' || (count(DISTINCT f) = count(DISTINCT m) AND count(DISTINCT f) = count(DISTINCT (f, m)))
FROM (SELECT lifecycle.fingerprint(payload) AS f, md5(payload::text)::uuid AS m FROM bench.events) x \g |cat >>"$BENCH_CHECKED"
\endif
