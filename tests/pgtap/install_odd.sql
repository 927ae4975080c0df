-- install() in a database and a session that are not as usual, and what is said before it was called.
\set ON_ERROR_STOP 1
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger CASCADE;
SELECT plan(7);
CREATE FUNCTION before_install(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT throws_ok(statement, '55000', 'the tables of lifecycle_ledger are not installed in this database', statement || ' says what is missing') $$;
SELECT before_install('CALL lifecycle.mirror_sqlite(''/tmp/never.sqlite'')');
SELECT before_install('SELECT * FROM lifecycle.entity_as_of(''dx_company_entities_v1'', gen_random_uuid(), gen_random_uuid(), now())');
SELECT before_install('SELECT lifecycle.receive_erasure(''dx_company_entities_v1'', ''hq'', ''{}'', '''', ''{}'')');
SELECT before_install('SELECT * FROM lifecycle.simulate_trigger(gen_random_uuid(), now())');

CREATE SCHEMA "Part man";
CREATE EXTENSION pg_partman SCHEMA "Part man";
SELECT CASE WHEN (SELECT extversion LIKE '4.%' FROM pg_extension WHERE extname = 'pg_partman')
  THEN throws_like('CALL lifecycle.install()', 'pg_partman 4.% does not work in schema "Part man"', 'pg_partman where it cannot work')
  ELSE skip('pg_partman 5 works in any schema') END;
DROP EXTENSION pg_partman;

SET quote_all_identifiers = on;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT lives_ok('CALL lifecycle.install()', 'install() does not depend on how names and strings are written');
RESET quote_all_identifiers;
RESET standard_conforming_strings;

SELECT is((SELECT count(*) FROM pg_partitioned_table WHERE partdefid <> 0), 0::bigint, 'partitions are as always');
SELECT * FROM finish();
