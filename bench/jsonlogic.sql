-- Three conditions on a user's attributes: plan, age, country. A rule interpreted in PL/pgSQL (a tenth of the rows: it is slow),
-- the same written by hand in SQL, and matches(). "all" is a condition that nearly every row meets, so that none of its parts
-- is left out; of the first, three rows in four end with the plan.
\set rule '{"and": [{"==": [{"var": "plan"}, "pro"]}, {">=": [{"var": "age"}, 30]}, {"in": [{"var": "country"}, ["DE", "FR", "AT"]]}]}'
\set all '{"and": [{"!=": [{"var": "plan"}, "none"]}, {">=": [{"var": "age"}, 18]}, {"in": [{"var": "country"}, ["DE", "FR", "AT", "US", "GB", "JP", "BR"]]}]}'
\set path jsonlogic
\set form interpreter
\ir begin.sql
SELECT count(*) FROM bench.tenth_of_users WHERE bench.truthy(bench.jsonlogic(:'rule', attributes));
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(*) FROM bench.tenth_of_users WHERE lifecycle.matches(:'rule', attributes);
\ir end.sql
\set path jsonlogic_sql
\set form sql
\ir begin.sql
SELECT count(*) FROM bench.users WHERE attributes ->> 'plan' = 'pro' AND (attributes ->> 'age')::numeric >= 30 AND attributes ->> 'country' IN ('DE', 'FR', 'AT');
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(*) FROM bench.users WHERE lifecycle.matches(:'rule', attributes);
\ir end.sql
\set path jsonlogic_all
\set form sql
\ir begin.sql
SELECT count(*) FROM bench.users WHERE attributes ->> 'plan' <> 'none' AND (attributes ->> 'age')::numeric >= 18
  AND attributes ->> 'country' IN ('DE', 'FR', 'AT', 'US', 'GB', 'JP', 'BR');
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(*) FROM bench.users WHERE lifecycle.matches(:'all', attributes);
\ir end.sql
\if :first
SELECT 'jsonlogic,' || bool_and(lifecycle.jsonlogic(:'rule', attributes) = bench.jsonlogic(:'rule', attributes)
  AND lifecycle.jsonlogic(:'all', attributes) = bench.jsonlogic(:'all', attributes)) FROM bench.users WHERE user_id <= :rows / 100 \g |cat >>"$BENCH_CHECKED"
SELECT 'jsonlogic_sql,' || bool_and(lifecycle.matches(:'rule', attributes)
  = (attributes ->> 'plan' = 'pro' AND (attributes ->> 'age')::numeric >= 30 AND attributes ->> 'country' IN ('DE', 'FR', 'AT'))) FROM bench.users \g |cat >>"$BENCH_CHECKED"
SELECT 'jsonlogic_all,' || bool_and(lifecycle.matches(:'all', attributes) = (attributes ->> 'plan' <> 'none' AND (attributes ->> 'age')::numeric >= 18
  AND attributes ->> 'country' IN ('DE', 'FR', 'AT', 'US', 'GB', 'JP', 'BR'))) FROM bench.users \g |cat >>"$BENCH_CHECKED"
\endif
