-- The tables of the lifecycle platform, held statement by statement against the DDL of the document they come from. What differs
-- is listed here, each with its reason; a difference that is not listed fails, and so does one that is listed and gone.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
\set document `cat "${LEDGER_SHARED:-/nonexistent}/../specs/lifecycle-platform-schema.md" 2>/dev/null`
SELECT :'document' <> '' AS present \gset
\if :present
\else
SELECT plan(1);
SELECT skip('the platform schema document is not there (LEDGER_SHARED/../specs)');
SELECT * FROM finish();
\q
\endif

CREATE SCHEMA documented;
CREATE TABLE statements (number integer PRIMARY KEY, statement text, kind text, name text);
INSERT INTO statements (number, statement)
SELECT row_number() OVER (), btrim(s.statement, E' \n')
FROM regexp_matches(:'document', E'```sql\n(.*?)```', 'g') WITH ORDINALITY AS b (body, place),
  regexp_split_to_table(regexp_replace(b.body[1], '--[^\n]*', '', 'g'), ';\s*(\n|$)') WITH ORDINALITY AS s (statement, step)
WHERE btrim(s.statement, E' \n') <> '' ORDER BY b.place, s.step;
UPDATE statements SET
  kind = CASE WHEN statement ~ 'PARTITION OF' THEN 'partition' WHEN statement ~ '^CREATE TABLE' THEN 'table' WHEN statement ~ '^CREATE INDEX' THEN 'index' END,
  name = substring(statement FROM '^CREATE (?:TABLE|INDEX) (\w+)');

-- A table in lines that do not depend on its schema: columns in their order, constraints.
CREATE FUNCTION described(schema name, relation name) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT replace(line, schema || '.', '') FROM (
    SELECT format('column %s %s %s%s%s', a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
      ' default ' || pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = format('%I.%I', schema, relation)::regclass AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('constraint %s %s', c.conname, pg_get_constraintdef(c.oid)) FROM pg_constraint c
    WHERE c.conrelid = format('%I.%I', schema, relation)::regclass AND c.contype IN ('p', 'u', 'c', 'f', 'x')
    UNION ALL
    SELECT format('partitioned by %s', pg_get_partkeydef(format('%I.%I', schema, relation)::regclass))
    WHERE pg_get_partkeydef(format('%I.%I', schema, relation)::regclass) IS NOT NULL) AS l (line)
$$;
CREATE FUNCTION index_described(schema name, index name) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON '), schema || '.', '')
  FROM pg_class c WHERE c.relname = index AND c.relnamespace = schema::regnamespace
$$;

-- theirs: only in the document; ours: only here.
CREATE TABLE differences (relation text, side text, line text, why text);
INSERT INTO differences VALUES
  ('users', 'ours', 'column 7 changed_xid xid8', 'cuts'),
  ('user_lifecycle_history', 'ours', 'column 8 cause text not null default ''recorded''::text', 'why the user moved'),
  ('user_lifecycle_history', 'ours', 'column 9 changed_xid xid8', 'cuts'),
  ('trigger_executions', 'ours', 'partitioned by RANGE (executed_at)', 'by month, as documented'),
  ('trigger_executions', 'theirs', 'constraint trigger_executions_pkey PRIMARY KEY (id)', 'the partition column joins the key'),
  ('trigger_executions', 'ours', 'constraint trigger_executions_pkey PRIMARY KEY (id, executed_at)', 'the partition column joins the key'),
  ('trigger_executions', 'theirs', 'column 7 executed_at timestamp with time zone default now()', 'a key is not null'),
  ('trigger_executions', 'ours', 'column 7 executed_at timestamp with time zone not null default now()', 'a key is not null'),
  ('trigger_executions', 'theirs', 'constraint trigger_executions_workflow_execution_id_fkey FOREIGN KEY (workflow_execution_id) REFERENCES workflow_executions(id)',
    'executions may go first'),
  ('trigger_executions', 'ours', 'constraint trigger_executions_workflow_execution_id_fkey FOREIGN KEY (workflow_execution_id) REFERENCES workflow_executions(id) ON DELETE SET NULL',
    'executions may go first'),
  ('lifecycle_events', 'ours', 'column 8 changed_xid xid8', 'cuts'),
  ('lifecycle_events', 'ours', 'partitioned by RANGE (created_at)', 'by month, as documented'),
  ('lifecycle_events', 'theirs', 'constraint lifecycle_events_pkey PRIMARY KEY (id)', 'the partition column joins the key'),
  ('lifecycle_events', 'ours', 'constraint lifecycle_events_pkey PRIMARY KEY (id, created_at)', 'the partition column joins the key'),
  ('lifecycle_events', 'theirs', 'column 7 created_at timestamp with time zone default now()', 'a key is not null'),
  ('lifecycle_events', 'ours', 'column 7 created_at timestamp with time zone not null default now()', 'a key is not null'),
  ('lifecycle_events', 'theirs', 'constraint lifecycle_events_workflow_execution_id_fkey FOREIGN KEY (workflow_execution_id) REFERENCES workflow_executions(id)',
    'executions go a year before'),
  ('lifecycle_events', 'ours', 'constraint lifecycle_events_workflow_execution_id_fkey FOREIGN KEY (workflow_execution_id) REFERENCES workflow_executions(id) ON DELETE SET NULL',
    'executions go a year before'),
  ('triggers', 'ours', 'column 9 operator text not null default ''AND''::text', 'how a list of conditions is joined'),
  ('triggers', 'ours', 'column 10 rule jsonb', 'the conditions as they are evaluated'),
  ('triggers', 'ours', 'column 11 enabled_at timestamp with time zone', 'a trigger sees what was received since'),
  ('triggers', 'ours', 'column 12 max_event_age interval', 'backfills stay silent'),
  ('triggers', 'ours', 'constraint valid_operator CHECK ((operator = ANY (ARRAY[''AND''::text, ''OR''::text])))', 'how a list of conditions is joined'),
  ('triggers', 'ours', 'constraint valid_max_event_age CHECK (((max_event_age > ''00:00:00''::interval) AND (max_event_age <= ''1000 years''::interval)))', 'backfills stay silent'),
  ('user_segments', 'ours', 'column 8 operator text not null default ''AND''::text', 'how a list of conditions is joined'),
  ('user_segments', 'ours', 'column 9 rule jsonb', 'the conditions as they are evaluated'),
  ('user_segments', 'ours', 'column 10 time_use text', 'whether time alone changes who is in it'),
  ('user_segments', 'ours', 'column 11 valid_for interval', 'how long a membership is taken as valid'),
  ('user_segments', 'ours', 'constraint valid_operator CHECK ((operator = ANY (ARRAY[''AND''::text, ''OR''::text])))', 'how a list of conditions is joined'),
  ('user_segments', 'ours', 'constraint valid_valid_for CHECK (((valid_for > ''00:00:00''::interval) AND (valid_for <= ''1000 years''::interval)))', 'how long a membership is taken as valid'),
  ('workflow_executions', 'ours', 'column 10 workflow_version character varying(50)', 'an execution stays on its version'),
  ('metrics_daily', 'ours', 'partitioned by RANGE (metric_date)', 'by year, as documented'),
  ('metrics_daily', 'theirs', 'constraint metrics_daily_pkey PRIMARY KEY (id)', 'the partition column joins the key'),
  ('metrics_daily', 'ours', 'constraint metrics_daily_pkey PRIMARY KEY (id, metric_date)', 'the partition column joins the key');
CREATE TABLE our_indexes (relation text, name text, why text);
INSERT INTO our_indexes VALUES
  ('users', 'users_changed', 'cuts'),
  ('users', 'users_external_id', 'events name their user by it'),
  ('users', 'users_normalized_email', 'events name their user by it'),
  ('user_lifecycle_history', 'user_lifecycle_history_changed', 'cuts'),
  ('trigger_executions', 'trigger_executions_workflow_execution', 'ON DELETE SET NULL'),
  ('lifecycle_events', 'lifecycle_events_changed', 'cuts'),
  ('lifecycle_events', 'lifecycle_events_workflow_execution', 'ON DELETE SET NULL');

-- One line a statement: it runs, and what it makes is what we have.
CREATE FUNCTION held_against_ours(number integer) RETURNS text LANGUAGE plpgsql SET search_path = documented, public AS $$
DECLARE
  s record;
BEGIN
  SELECT * INTO s FROM statements WHERE statements.number = held_against_ours.number;
  IF s.kind IS NULL THEN
    RETURN ok(false, 'not understood: ' || s.statement);
  ELSIF s.kind = 'partition' THEN
    -- A partition as the document makes them is one that our table takes.
    RETURN lives_ok(replace(s.statement, 'PARTITION OF ', 'PARTITION OF lifecycle.'), 'partition ' || s.name);
  END IF;
  EXECUTE s.statement;
  IF s.kind = 'index' THEN
    RETURN is(index_described('lifecycle', s.name), index_described('documented', s.name), 'index ' || s.name);
  END IF;
  RETURN set_eq(format($q$
      (SELECT 'ours', * FROM described('lifecycle', %1$L) EXCEPT SELECT 'ours', * FROM described('documented', %1$L))
      UNION ALL (SELECT 'theirs', * FROM described('documented', %1$L) EXCEPT SELECT 'theirs', * FROM described('lifecycle', %1$L))$q$, s.name),
    format('SELECT side, line FROM differences WHERE relation = %L', s.name), 'table ' || s.name);
END
$$;
SELECT plan(count(*)::integer + 4) FROM statements;
SELECT is(count(*), 10::bigint, 'the document has ten tables') FROM statements WHERE kind = 'table';
SELECT held_against_ours(number) FROM statements ORDER BY number;
SELECT set_eq($$SELECT i.indrelid::regclass::text, c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid IN (SELECT ('lifecycle.' || name)::regclass FROM statements WHERE kind = 'table')
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u'))
      AND c.relname NOT IN (SELECT name FROM statements WHERE kind = 'index')$$,
  $$SELECT 'lifecycle.' || relation, name FROM our_indexes$$, 'no index but the documented and the listed');
SELECT is_empty($$SELECT conname FROM pg_constraint WHERE conrelid::regclass::text LIKE 'lifecycle.%' AND NOT convalidated$$, 'every constraint is in force');
SELECT is_empty($$SELECT partrelid::regclass FROM pg_partitioned_table WHERE partdefid <> 0 AND partrelid::regclass::text LIKE 'lifecycle.%'$$,
  'no DEFAULT partition');
SELECT * FROM finish();
