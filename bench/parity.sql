-- The parity of the dataset of runs: count and checksum of its rows against the same in plain SQL, as docs/PARITY.md writes it; and
-- "row_text": count and sum of MD5 prefixes of the rows as their type prints them, which no other engine could say as well.
SELECT string_agg(format('coalesce(%s, ''\N'')', CASE c.type WHEN 'timestamptz' THEN format('to_char(%I AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"Z"'')', c.name)
    WHEN 'numeric' THEN format('trim_scale(%I)::text', c.name) WHEN 'text' THEN format('replace(replace(%I, ''\'', ''\\''), chr(31), ''\x1F'')', c.name) ELSE format('%I::text', c.name) END), ', ' ORDER BY c.place) AS texts
  FROM lifecycle._contract_columns(lifecycle._dataset_contract('dx_operation_runs_v1')) c WHERE c.place > 1 \gset
SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place) AS columns
  FROM lifecycle._contract_columns(lifecycle._dataset_contract('dx_operation_runs_v1')) c WHERE c.place > 1 \gset
\set total 'count(*) || \':\' || lpad(to_hex((mod(mod(coalesce(sum((\'x\' || left(md5(line), 16))::bit(64)::bigint::numeric), 0), 18446744073709551616) + 27670116110564327424, 18446744073709551616) - 9223372036854775808)::bigint), 16, \'0\')'
\set path parity
\set form plain
\ir begin.sql
SELECT :total AS plain FROM (SELECT concat_ws(chr(31), :texts) AS line FROM lifecycle.operation_runs) l \gset
\ir end.sql
\set form row_text
\ir begin.sql
SELECT :total AS ignored FROM (SELECT r::text AS line FROM (SELECT :columns FROM lifecycle.operation_runs) r) l \gset
\ir end.sql
\set form ours
\ir begin.sql
SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) AS ours FROM (SELECT :columns FROM lifecycle.operation_runs) r \gset
\ir end.sql
SELECT 'parity,' || (:'plain' = :'ours') \g |cat >>"$BENCH_CHECKED"
