-- The contract documents, held field by field against the specifications they implement: names in their order, types, nullability,
-- lists of values, keys, guards, write semantics, cadence. What a document adds must be nullable and say since when it is there.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
\set document `cat "${LEDGER_SHARED:-/nonexistent}/../specs/export-contract-v1.md" 2>/dev/null`
\set history `cat "${LEDGER_SHARED:-/nonexistent}/../specs/lifecycle-event-history.md" 2>/dev/null`
SELECT :'document' <> '' AND :'history' <> '' AS present \gset
\if :present
\else
SELECT plan(1);
SELECT skip('the specifications of the datasets are not there (LEDGER_SHARED/../specs)');
SELECT * FROM finish();
\q
\endif
SELECT plan(33);

-- "## 1) `name` (semantics)" begins a dataset.
CREATE TABLE sections AS
SELECT substring(part FROM '## \d+\) `(\w+)`') AS dataset, substring(part FROM '## \d+\) `\w+` \(([^)]*)\)') AS semantics, part AS body
FROM regexp_split_to_table(:'document', '\n---\n') part WHERE part ~ '## \d+\) `';
SELECT set_eq('SELECT dataset FROM sections', ARRAY['dx_operation_runs_v1', 'dx_operation_events_v1', 'dx_company_entities_v1', 'dx_person_entities_v1',
  'dx_entity_snapshots_v1'], 'the specification has five datasets');
-- "- `name` (`type`, nullable) -> what it is"
CREATE TABLE fields AS
SELECT s.dataset, f.place, f.m[1] AS name, f.m[2] AS type, f.m[3] <> '' AS nullable, coalesce(f.m[4], '') AS note
FROM sections s CROSS JOIN LATERAL regexp_matches(s.body, '- `(\w+)` \(`([\w/]+)`(, nullable)?\)(?: -> ([^\n]*))?', 'g')
  WITH ORDINALITY AS f(m, place);
UPDATE fields SET nullable = true WHERE note ~ '\(nullable'; -- of pipeline_run_id it stands behind
SELECT cmp_ok((SELECT count(*) FROM fields), '>=', 80::bigint, 'and some eighty fields');
SELECT is((SELECT count(*) FROM regexp_matches(:'document', '\n- `\w+` \(`', 'g')), (SELECT count(*) FROM fields), 'all of them were read');

CREATE VIEW columns AS
SELECT d.dataset, c.*, p.property FROM lifecycle.datasets d
  CROSS JOIN LATERAL lifecycle._contract_columns(d.contract) c
  CROSS JOIN LATERAL (SELECT d.contract -> 'schema' -> 0 -> 'properties' -> c.place - 1 AS property) p;
CREATE VIEW types AS SELECT * FROM (VALUES ('text', '{text}'::text[]), ('uuid/text', '{uuid,text}'), ('int', '{integer}'), ('bigint/int', '{bigint,integer}'),
  ('numeric', '{numeric}'), ('timestamptz', '{timestamptz}'), ('jsonb', '{jsonb}')) AS t(written, accepted);

SELECT is_empty('SELECT dataset, name FROM fields LEFT JOIN columns USING (dataset, name) WHERE columns.type IS NULL', 'every field is a column');
SELECT is_empty($$SELECT f.dataset, f.name, f.type, c.type FROM fields f JOIN columns c USING (dataset, name) JOIN types t ON t.written = f.type
  WHERE c.type <> ALL (t.accepted)$$, 'of a type the specification allows');
SELECT is_empty('SELECT f.type FROM fields f WHERE f.type NOT IN (SELECT written FROM types)', 'and every type of the specification is known here');
SELECT is_empty('SELECT f.dataset, f.name FROM fields f JOIN columns c USING (dataset, name) WHERE c.required = f.nullable', 'null where it may be');
SELECT is_empty($$SELECT * FROM (SELECT dataset, array_agg(name::text ORDER BY place) AS names FROM fields GROUP BY 1) f
  JOIN (SELECT dataset, array_agg(name::text ORDER BY place) AS names FROM columns WHERE property #> '{customProperties}' @> '[{"property": "since"}]' IS NOT TRUE GROUP BY 1) c USING (dataset)
  WHERE f.names <> c.names$$, 'in the order of the specification, with nothing in between');
SELECT is_empty($$SELECT c.dataset, c.name FROM columns c WHERE c.dataset LIKE 'dx%' AND NOT EXISTS (SELECT FROM fields f WHERE (f.dataset, f.name) = (c.dataset, c.name))
  AND (c.required OR property #> '{customProperties}' @> '[{"property": "since"}]' IS NOT TRUE)$$, 'what was added may be null and says since when it is there');

-- Lists of values: "-> `a` | `b`" and "always `v1`".
CREATE TABLE lists AS
SELECT f.dataset, f.name, array_agg(v.m[1] ORDER BY v.place) AS valid_values
FROM fields f CROSS JOIN LATERAL regexp_matches(f.note, '`([^`]+)`', 'g') WITH ORDINALITY AS v(m, place)
WHERE f.note ~ '^`\w+`( \| `\w+`)*$' OR f.note ~ '^always `\w+`$' GROUP BY 1, 2;
INSERT INTO lists SELECT dataset, 'entity_type', '{company,person}' FROM fields WHERE name = 'entity_type' AND note = '';
SELECT is((SELECT count(*) FROM lists), 9::bigint, 'nine columns have a closed list of values');
SELECT is_empty('SELECT l.dataset, l.name, l.valid_values, c.valid_values FROM lists l FULL JOIN (SELECT * FROM columns WHERE valid_values IS NOT NULL) c USING (dataset, name)
  WHERE l.valid_values IS DISTINCT FROM c.valid_values', 'the same as in the contracts');

-- Keys and guards: "- (`a`, `b`)", with "unique" behind a guard's.
CREATE FUNCTION names_in(part text) RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(m[1] ORDER BY o) FROM regexp_matches(part, '`(\w+)`', 'g') WITH ORDINALITY AS r(m, o) $$;
SELECT is_empty($$SELECT s.dataset FROM sections s JOIN (SELECT dataset, array_agg(name::text ORDER BY key_position) AS key FROM columns WHERE key_position IS NOT NULL GROUP BY 1) c USING (dataset)
  WHERE c.key <> names_in(substring(s.body FROM 'Primary key:\n\n([^\n]*)'))$$, 'the primary keys');
SELECT is_empty($$SELECT s.dataset FROM sections s JOIN lifecycle.datasets d USING (dataset)
  WHERE lifecycle._contract_property(d.contract, 'uniquenessGuards') <> coalesce(to_jsonb(ARRAY[names_in(substring(s.body FROM 'Uniqueness guard:\n\n([^\n]*) unique'))]), '[]')
    AND s.body ~ 'Uniqueness guard'$$, 'the uniqueness guards');
SELECT is((SELECT count(*) FROM sections WHERE body ~ 'Uniqueness guard'),
  (SELECT count(*) FROM lifecycle.datasets d WHERE jsonb_array_length(lifecycle._contract_property(d.contract, 'uniquenessGuards')) > 0), '... and no others');
SELECT results_eq($$SELECT s.dataset, s.semantics, lifecycle._contract_property(d.contract, 'writeSemantics') #>> '{}' FROM sections s JOIN lifecycle.datasets d USING (dataset) ORDER BY 1$$,
  $$VALUES ('dx_company_entities_v1', 'upsert snapshot', 'versioned-upsert'), ('dx_entity_snapshots_v1', 'optional, append-only SCD', 'insert-if-absent'),
    ('dx_operation_events_v1', 'append-only', 'append-only'), ('dx_operation_runs_v1', 'append-only', 'append-only'), ('dx_person_entities_v1', 'upsert snapshot', 'versioned-upsert')$$,
  'the write semantics');
SELECT is((SELECT count(*) FROM sections WHERE body ~ 'apply only if incoming `record_version` > existing `record_version`'), 2::bigint, 'two datasets have an upsert rule');
SELECT is_empty($$SELECT dataset FROM sections JOIN lifecycle.datasets d USING (dataset) WHERE body ~ 'Upsert rule' AND lifecycle._contract_property(d.contract, 'versionColumn') <> '"record_version"'$$,
  '... by record_version');
SELECT results_eq($$SELECT name::text COLLATE "default" FROM columns WHERE dataset = 'dx_operation_runs_v1' AND partition_position IS NOT NULL ORDER BY partition_position$$,
  $$VALUES ('created_at'), ('org_id')$$, 'runs are partitioned as recommended');
SELECT is((SELECT substring(body FROM 'partition/cluster by `date\((\w+)\)` and `\w+`') FROM sections WHERE dataset = 'dx_operation_runs_v1'), 'created_at', '... by the day of created_at');

-- Cadence, tenancy, checks
SELECT is_empty($$SELECT dataset FROM sections JOIN lifecycle.datasets d USING (dataset) WHERE NOT d.contract -> 'slaProperties' @>
  '[{"property": "frequency", "value": 15, "unit": "m"}, {"property": "latency"}, {"property": "reconciliationFrequency", "value": 1, "unit": "d"}]'$$,
  'micro-batches every 15 minutes, a maximum lag, a daily reconciliation');
SELECT is_empty($$SELECT d.dataset FROM lifecycle.datasets d JOIN columns c ON c.dataset = d.dataset AND to_jsonb(c.name) = lifecycle._contract_property(d.contract, 'tenantColumn')
  WHERE NOT c.required OR c.name <> CASE WHEN d.dataset LIKE 'dx%' THEN 'org_id' ELSE 'organization_id' END$$, 'every row has its tenant');
SELECT set_eq($$SELECT dataset || '.' || name FROM columns WHERE property @> '{"criticalDataElement": true}'$$,
  ARRAY['dx_company_entities_v1.canonical_domain', 'dx_company_entities_v1.canonical_name', 'dx_person_entities_v1.full_name', 'dx_person_entities_v1.first_name',
    'dx_person_entities_v1.last_name'], 'the critical fields are marked');
SELECT is_empty($$SELECT s.dataset FROM sections s JOIN lifecycle.datasets d USING (dataset) WHERE 'v' || split_part(d.version, '.', 1) <> 'v1' OR d.dataset !~ '_v1$'$$, 'all are of version 1');

-- lifecycle_event_history: "| 1 | event_id | bigint | No | … |"
CREATE TABLE history_fields AS
SELECT m[1]::integer AS place, m[2] AS name, m[3] AS type, m[4] = 'Yes' AS nullable, m[5] AS source FROM regexp_matches(:'history', '\n\| (\d+) \| (\w+) \| ([\w()]+) \| (Yes|No) \| [^|]* \| ([^|]*) \|', 'g') AS m;
SELECT is((SELECT count(*) FROM history_fields), substring(:'history' FROM 'Total Column Count: (\d+)')::bigint, 'lifecycle_event_history: nine columns');
SELECT results_eq('SELECT place, name, type, NOT nullable FROM history_fields ORDER BY place',
  $$SELECT place, name::text COLLATE "default", type, required FROM columns WHERE dataset = 'lifecycle_event_history' ORDER BY place$$, '... names, types and nulls as specified');
SELECT set_eq($$SELECT name::text COLLATE "default" FROM columns WHERE dataset = 'lifecycle_event_history' AND computed$$, ARRAY['event_id', 'event_source', 'extracted_at', 'data_as_of'],
  '... four of them computed, the id where the source has none');
SELECT set_eq($$SELECT jsonb_array_elements_text(property -> 'examples') FROM columns WHERE dataset = 'lifecycle_event_history' AND name = 'event_type'$$,
  (SELECT array_agg(m[1]) FROM regexp_matches(:'history', '\n\| `(\w+)` \|', 'g') AS m), '... its twelve event types');
SELECT is((SELECT count(*) FROM regexp_matches(:'history', '\n\| `(\w+)` \|', 'g')), 12::bigint, '... twelve');
-- "| `qbr` | QBR meeting detected | Calendar |"
SELECT set_eq('SELECT event_type COLLATE "default" || description || detection_source FROM lifecycle.history_event_types',
  (SELECT array_agg(m[1] || m[2] || m[3]) FROM regexp_matches(:'history', '\n\| `(\w+)` \| ([^|]*) \| ([^|]*) \|', 'g') AS m), '... as described, each with its detection source');

-- Published as they ship, and each a version of its own kind.
SELECT is_empty($$SELECT d.dataset, c.* FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle.contract_changes(d.contract) c$$, 'a document that ships changes nothing of what is published');
SELECT is_empty($$SELECT d.dataset FROM lifecycle.datasets d WHERE lifecycle.publish_contract(d.contract) NOT LIKE '% is published, since %'$$, '... and publishing it again does nothing');
SELECT is((SELECT substring(:'document' FROM 'deprecation window minimum: (\d+) release cycles')::integer), (SELECT cycles FROM lifecycle.release_policy), 'the deprecation window is as long as specified');
SELECT is_empty($$SELECT d.dataset FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle._contract_changes(d.contract, d.contract #- ARRAY['schema', '0', 'properties', '4']) c
  GROUP BY 1 HAVING NOT bool_or(c.needs = 'major')$$, 'of none of them a field may be removed');
SELECT * FROM finish();
