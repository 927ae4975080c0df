-- Prints docs/REFERENCE.md from the catalog: signatures, column types and the texts of COMMENT ON, settings with their
-- descriptions. Run in a database with the extension and its tables. Names that begin with an underscore are internal.
\set QUIET 1
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
\pset pager off
SET search_path = pg_catalog;
LOAD '$libdir/lifecycle_ledger';

-- Text as Markdown shows it unchanged: what it would take for a tag, emphasis or code is escaped.
CREATE FUNCTION pg_temp.markdown(value text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN regexp_replace(value, '([\\`*<|]|(?<![[:alnum:]])_|_(?![[:alnum:]]))', '\\\1', 'g');
CREATE FUNCTION pg_temp.paragraphs(value text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN regexp_replace(pg_temp.markdown(value), '\s*\n\s*', E'\n\n', 'g');
-- In a cell of a table: one line.
CREATE FUNCTION pg_temp.cell(value text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN coalesce(regexp_replace(pg_temp.markdown(value), '\s*\n\s*', ' ', 'g'), '');

-- A setting's value with its unit, bytes in the largest unit that divides them.
CREATE FUNCTION pg_temp.quantity(value text, unit text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN unit IN ('B', 'kB', 'MB') THEN pg_size_pretty(value::bigint * CASE unit WHEN 'B' THEN 1 WHEN 'kB' THEN 1024 ELSE 1048576 END)
  ELSE concat_ws(' ', value, unit) END;

-- One row a routine of the public surface.
CREATE TEMP VIEW pg_temp.routines AS
SELECT p.oid, p.proname COLLATE "C" AS name,
  CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
  -- As one would write them: without the IN of procedures and the casts of default values.
  regexp_replace(regexp_replace(pg_get_function_arguments(p.oid), '\mIN ', '', 'g'),
    '(DEFAULT (NULL|''[^'']*''))::[a-z ]+(\[\])?', '\1', 'g') AS arguments,
  CASE WHEN p.prokind <> 'p' AND p.proargmodes @> '{o}' IS NOT TRUE THEN pg_get_function_result(p.oid) END AS result,
  concat_ws(', ',
    CASE WHEN p.prokind <> 'p' THEN CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END END,
    CASE WHEN p.proisstrict THEN 'null for a null argument' END,
    CASE WHEN p.prokind <> 'p' THEN CASE p.proparallel WHEN 's' THEN 'parallel safe' WHEN 'r' THEN 'parallel restricted' END END,
    CASE WHEN NOT has_function_privilege('public', p.oid, 'EXECUTE') THEN 'not for PUBLIC' END) AS properties,
  obj_description(p.oid, 'pg_proc') AS comment
FROM pg_proc p
WHERE p.pronamespace = 'lifecycle'::regnamespace AND p.proname !~ '^_'
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype);

CREATE TEMP VIEW pg_temp.relations AS
SELECT c.oid, c.relname COLLATE "C" AS name,
  CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END AS kind,
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partitioned,
  obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c
WHERE c.relnamespace = 'lifecycle'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND c.relname !~ '^_';

SELECT $$# Reference

Every public name of the extension, in schema `lifecycle`, with the text of its COMMENT ON; `\df+ lifecycle.*` and `\d+` show
the same in psql. This file is generated (`make reference`): change the comments, not the file.
$$;

-- The ways in, by name.
SELECT E'\n' || initcap(kind) || 's: ' || string_agg(DISTINCT format('[%s](#%s)', name, name), ', ')
FROM (SELECT name, CASE WHEN kind = 'aggregate' THEN 'function' ELSE kind END AS kind FROM pg_temp.routines
  UNION ALL SELECT name, CASE WHEN kind = 'table' THEN kind ELSE 'view' END FROM pg_temp.relations) AS names
GROUP BY kind ORDER BY array_position(ARRAY['procedure', 'function', 'table', 'view'], kind);
SELECT E'\nSettings: ' || string_agg(format('[%s](#settings)', name), ', ' ORDER BY name COLLATE "C")
FROM pg_settings WHERE name LIKE 'lifecycle\_ledger.%';

-- Overloads stand under one heading.
CREATE TEMP VIEW pg_temp.routine_entries AS
SELECT kind IN ('function', 'aggregate') AS functions, name,
  format(E'\n### %s\n', name) || string_agg(
    format(E'\n    %s%s(%s)%s\n\n', CASE WHEN kind = 'procedure' THEN 'CALL ' WHEN kind = 'aggregate' THEN 'aggregate ' ELSE '' END,
      'lifecycle.' || name, arguments, coalesce(' → ' || result, ''))
    || coalesce(pg_temp.paragraphs(comment), 'No description.')
    || CASE WHEN properties <> '' THEN format(E'\n\n*%s*', upper(left(properties, 1)) || substr(properties, 2)) ELSE '' END,
    E'\n' ORDER BY arguments COLLATE "C") AS entry
FROM pg_temp.routines GROUP BY 1, name;

SELECT E'\n## Procedures\n\nCalled with CALL. Those that commit run outside a transaction block, one CALL to a psql -c or pg_cron job.';
SELECT entry FROM pg_temp.routine_entries WHERE NOT functions ORDER BY name;
SELECT E'\n## Functions';
SELECT entry FROM pg_temp.routine_entries WHERE functions ORDER BY name;

CREATE TEMP VIEW pg_temp.relation_entries AS
SELECT r.kind = 'table' AS is_table, r.name,
  format(E'\n### %s\n\n%s\n%s\n', r.name, coalesce(pg_temp.paragraphs(r.comment), 'No description.'),
    coalesce(E'\nPartitioned by ' || pg_temp.markdown(r.partitioned) || E'.\n', ''))
  -- Of a view's columns the server does not know which can be null.
  || CASE WHEN r.kind = 'table' THEN E'| column | type | null | |\n|---|---|---|---|\n' ELSE E'| column | type | |\n|---|---|---|\n' END
  || string_agg(format('| %s | %s | %s%s |', a.attname, pg_temp.cell(format_type(a.atttypid, a.atttypmod)),
      CASE WHEN r.kind <> 'table' THEN '' WHEN a.attnotnull THEN 'no | ' ELSE 'yes | ' END,
      pg_temp.cell(col_description(r.oid, a.attnum))),
    E'\n' ORDER BY a.attnum) AS entry
FROM pg_temp.relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY r.oid, r.kind, r.name, r.comment, r.partitioned;

SELECT E'\n## Tables\n\nCreated by install(); ordinary tables, which DROP EXTENSION never takes along.';
SELECT entry FROM pg_temp.relation_entries WHERE is_table ORDER BY name;
SELECT E'\n## Views';
SELECT entry FROM pg_temp.relation_entries WHERE NOT is_table ORDER BY name;

SELECT E'\n## Settings\n\n| setting | default | range | who may set it | |\n|---|---|---|---|---|';
SELECT format('| %s | %s | %s | %s | %s |', name,
  pg_temp.quantity(boot_val, unit),
  coalesce(pg_temp.quantity(min_val, unit) || ' to ' || pg_temp.quantity(max_val, unit), array_to_string(enumvals, ', '), ''),
  CASE context WHEN 'user' THEN 'everyone' WHEN 'superuser' THEN 'superusers' WHEN 'sighup' THEN 'the configuration file'
    WHEN 'postmaster' THEN 'the configuration file, before start' ELSE context END,
  pg_temp.cell(concat_ws(' ', short_desc, extra_desc)))
FROM pg_settings WHERE name LIKE 'lifecycle\_ledger.%' ORDER BY name COLLATE "C";
