-- The look for secrets in the texts and the document of a row, of which none has one: our one pass, and a regular expression that knows the literals
-- alone (all patterns as one take a hundred times as long). Both net of a scan that fetches the same columns: what an export's row costs by it.
SELECT string_agg('(?:' || pattern || ')', '|') AS patterns FROM lifecycle.secret_rules WHERE applies_to = 'value' \gset
SELECT string_agg(DISTINCT replace(regexp_replace(literal, '([.+?$^|()\[\]{}\\])', '\\\1', 'g'), '*', '.*'), '|') AS literals FROM lifecycle.secret_rules, unnest(literals) literal \gset
\set path secrets
\set form scan
\ir begin.sql
SELECT count(*) FROM bench.records WHERE num_nulls(operation_id, entity_type, status, error_message, provider, url, note, input_payload) < 8;
\ir end.sql
\set form literals
\ir begin.sql
SELECT count(*) FROM bench.records WHERE concat_ws(' ', operation_id, entity_type, status, error_message, provider, url, note, input_payload) COLLATE "C" !~* :'literals';
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(*) FROM bench.records WHERE NOT lifecycle._any_secret(operation_id, entity_type, status, error_message, provider, url, note, input_payload);
\ir end.sql
\if :first
SELECT 'secrets,' || bool_and(lifecycle._any_secret(text) = (text COLLATE "C" ~ :'patterns')) FROM (
  SELECT concat_ws(' ', operation_id, error_message, CASE run_id::text::char WHEN 'a' THEN 'password=' || sequence WHEN 'b' THEN 'https://u:' || sequence || '@x.org' END, url) AS text
  FROM bench.records LIMIT 2000) t \g |cat >>"$BENCH_CHECKED"
\endif
