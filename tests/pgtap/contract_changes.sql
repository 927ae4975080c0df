-- Every kind of change to a published contract: its place, its class, the part of the version it needs; and what publish_contract() makes of it.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();

-- A dataset to change: {column} in a path stands for its place, {=property} for that of a custom property of the schema, {~property} for an SLA.
CREATE FUNCTION base() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_set(jsonb_set(contract, '{schema,0,properties,3,physicalType}', '"varchar(40)"'), '{schema,0,properties,12,quality}', '[{"metric": "nullValues", "mustBeLessOrEqualTo": 10, "unit": "percent"}]')
  FROM lifecycle.contract_versions WHERE dataset = 'dx_operation_runs_v1' AND version = '1.0.0'
$$;
CREATE FUNCTION at(document jsonb, path text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE found text[]; wanted text := substring(path FROM '^\w+|^[=~]\w+');
BEGIN
  found := CASE WHEN path LIKE '/%' THEN string_to_array(substr(path, 2), '/')
    WHEN path LIKE '=%' THEN ARRAY['schema', '0', 'customProperties', (SELECT (o - 1)::text FROM jsonb_array_elements(document #> '{schema,0,customProperties}') WITH ORDINALITY x(c, o) WHERE c ->> 'property' = substr(wanted, 2)), 'value']
    WHEN path LIKE '~%' THEN ARRAY['slaProperties', (SELECT (o - 1)::text FROM jsonb_array_elements(document -> 'slaProperties') WITH ORDINALITY x(c, o) WHERE c ->> 'property' = substr(wanted, 2))] || nullif(string_to_array(substr(path, length(wanted) + 2), '/'), '{}')
    ELSE ARRAY['schema', '0', 'properties', (SELECT (c.place - 1)::text FROM lifecycle._contract_columns(document) c WHERE c.name = wanted)] || nullif(string_to_array(substr(path, length(wanted) + 2), '/'), '{}') END;
  RETURN found;
END $$;
-- changes: list of [path, value]; value null takes away; path "+" appends a column, "+0" puts one first.
CREATE FUNCTION changed(document jsonb, changes jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE step jsonb; path text;
BEGIN
  FOR step IN SELECT * FROM jsonb_array_elements(changes) LOOP
    path := step ->> 0;
    document := CASE WHEN path = '+' THEN jsonb_insert(document, '{schema,0,properties,-1}', step -> 1, true)
      WHEN path = '+0' THEN jsonb_insert(document, '{schema,0,properties,0}', step -> 1)
      WHEN jsonb_typeof(step -> 1) = 'null' THEN document #- at(document, path)
      ELSE jsonb_set(document, at(document, path), step -> 1) END;
  END LOOP;
  RETURN document;
END $$;
CREATE FUNCTION told(was jsonb, now jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(concat_ws(' ', c.class, c.needs, c.change, c.json_pointer), '; ' ORDER BY c.class, c.change, c.json_pointer), 'nothing') FROM lifecycle._contract_changes(was, now) c
$$;
CREATE TABLE cases (changes jsonb, told text);
INSERT INTO cases VALUES
  -- Neutral
  ('[]', 'nothing'),
  ('[["/description/purpose", "Other words."]]', 'neutral patch member_changed /description'),
  ('[["/team/name", "another team"]]', 'neutral patch member_changed /team'),
  ('[["/tags", ["a"]]]', 'neutral patch member_changed /tags'),
  ('[["cost_usd/description", "Other words."]]', 'neutral patch described_otherwise /schema/0/properties/16'),
  ('[["operation_id/examples", ["x"]]]', 'neutral patch described_otherwise /schema/0/properties/4'),
  ('[["attempt_count/quality/0/mustBeLessOrEqualTo", 5]]', 'neutral patch described_otherwise /schema/0/properties/12'),
  ('[["attempt_count/quality", null]]', 'neutral patch described_otherwise /schema/0/properties/12'),
  ('[["cost_usd/criticalDataElement", true]]', 'neutral patch described_otherwise /schema/0/properties/16'),
  ('[["status/quality/0/arguments/validValues", ["failed", "succeeded", "skipped", "canceled"]]]', 'neutral patch described_otherwise /schema/0/properties/11'),
  ('[["ended_at/customProperties", [{"property": "computed", "value": true}]]]', 'neutral patch computed /schema/0/properties/14/customProperties'),
  ('[["/schema/0/dataGranularityDescription", "x"]]', 'neutral patch member_changed /schema/0/dataGranularityDescription'),
  ('[["/customProperties", [{"property": "remark", "value": 1}]]]', 'neutral patch property_changed /customProperties'),
  ('[["~latency/value", 15]]', 'neutral patch sla_changed /slaProperties/1'),
  ('[["~latency/value", 1], ["~latency/unit", "h"]]', 'neutral minor sla_weakened /slaProperties/1'),
  ('[["~latency/value", 1800], ["~latency/unit", "s"]]', 'neutral patch sla_changed /slaProperties/1'),
  ('[["~frequency/value", 1], ["~frequency/unit", "d"]]', 'neutral minor sla_weakened /slaProperties/0'),
  ('[["~latency", null]]', 'neutral minor sla_removed /slaProperties'),
  ('[["/slaProperties", null]]', 'neutral minor sla_removed /slaProperties; neutral minor sla_removed /slaProperties; neutral minor sla_removed /slaProperties'),
  ('[["/slaProperties/3", {"property": "retention", "value": 1, "unit": "y"}]]', 'neutral patch sla_added /slaProperties/3'),
  -- Additive
  ('[["+", {"name": "region", "logicalType": "string", "physicalType": "text"}]]', 'additive minor column_added /schema/0/properties/20'),
  ('[["workflow_id/physicalType", "varchar(80)"]]', 'additive minor type_widened /schema/0/properties/3/physicalType'),
  ('[["workflow_id/physicalType", "text"]]', 'additive minor type_widened /schema/0/properties/3/physicalType'),
  ('[["+", {"name": "gone_at", "logicalType": "timestamp", "physicalType": "timestamptz"}], ["/schema/0/customProperties/4", {"property": "tombstoneColumn", "value": "gone_at"}]]',
    'additive minor column_added /schema/0/properties/20; additive minor tombstoneColumn /schema/0/customProperties'),
  ('[["source_provider/customProperties", [{"property": "personal", "value": "value"}]]]', 'additive minor personal_changed /schema/0/properties/10/customProperties'),
  -- Tightening
  ('[["source_provider/customProperties", [{"property": "reference", "value": 100}]]]', 'tightening major reference_narrowed /schema/0/properties/10/customProperties'),
  ('[["cost_usd/required", true]]', 'tightening major null_refused /schema/0/properties/16/required'),
  ('[["workflow_id/physicalType", "varchar(39)"]]', 'tightening major type_narrowed /schema/0/properties/3/physicalType'),
  ('[["error_message/physicalType", "varchar(1000)"]]', 'tightening major type_narrowed /schema/0/properties/18/physicalType'),
  ('[["status/quality/0/arguments/validValues", ["succeeded", "failed", "skipped"]]]', 'tightening major value_removed /schema/0/properties/11/quality'),
  ('[["source_provider/quality", [{"arguments": {"validValues": ["a"]}}]]]', 'tightening major values_closed /schema/0/properties/10/quality'),
  ('[["+", {"name": "region", "logicalType": "string", "physicalType": "text", "required": true}]]', 'tightening major column_added /schema/0/properties/20'),
  ('[["=uniquenessGuards", [["entity_id", "started_at"]]]]', 'tightening major guard_added /schema/0/customProperties'),
  ('[["entity_id/unique", true]]', 'tightening major unique_added /schema/0/properties/7/unique'),
  -- Breaking
  ('[["cost_usd", null]]', 'breaking major column_removed /schema/0/properties'),
  ('[["cost_usd/name", "cost"]]', 'breaking major column_renamed /schema/0/properties'),
  ('[["cost_usd/physicalName", "cost"]]', 'breaking major column_renamed /schema/0/properties/16/physicalName'),
  ('[["cost_usd/physicalType", "text"], ["cost_usd/logicalType", "string"]]', 'breaking major type_changed /schema/0/properties/16/physicalType'),
  ('[["attempt_count/physicalType", "bigint"]]', 'breaking major type_changed /schema/0/properties/12/physicalType'),
  ('[["ended_at/physicalType", "timestamp"]]', 'breaking major type_changed /schema/0/properties/14/physicalType'),
  ('[["ended_at/logicalTypeOptions/defaultTimezone", "Europe/Paris"]]', 'breaking major zone_changed /schema/0/properties/14/logicalTypeOptions'),
  ('[["status/required", false]]', 'breaking major null_allowed /schema/0/properties/11/required'),
  ('[["entity_type/quality/0/arguments/validValues", ["company", "person", "contact"]]]', 'breaking major value_added /schema/0/properties/6/quality'),
  ('[["status/quality/0", null]]', 'breaking major values_opened /schema/0/properties/11/quality'),
  ('[["status/quality/0/arguments/validValues", ["succeeded", "failed", "skipped", "gone"]]]', 'breaking major value_added /schema/0/properties/11/quality; tightening major value_removed /schema/0/properties/11/quality'),
  ('[["+0", {"name": "region", "logicalType": "string", "physicalType": "text"}]]', 'breaking major column_added /schema/0/properties/0'),
  ('[["/schema/0/properties/18/name", "x"], ["error_code/name", "error_message"], ["x/name", "error_code"]]',
    'additive minor personal_changed /schema/0/properties/18/customProperties; breaking major column_moved /schema/0/properties/17; breaking major column_moved /schema/0/properties/18; breaking major personal_changed /schema/0/properties/17/customProperties; neutral patch described_otherwise /schema/0/properties/17; neutral patch described_otherwise /schema/0/properties/18'),
  ('[["org_id/primaryKey", true], ["org_id/primaryKeyPosition", 2]]', 'breaking major key_changed /schema/0/properties/8/primaryKeyPosition'),
  ('[["run_id/unique", null]]', 'breaking major unique_removed /schema/0/properties/1/unique'),
  ('[["created_at/customProperties/0/value", "month"]]', 'breaking major partition_changed /schema/0/properties/19/partitionKeyPosition'),
  ('[["org_id/partitioned", null], ["org_id/partitionKeyPosition", null]]', 'breaking major partition_changed /schema/0/properties/8/partitionKeyPosition'),
  ('[["error_message/customProperties", null]]', 'breaking major personal_changed /schema/0/properties/18/customProperties'),
  ('[["error_message/customProperties/0/value", "value"]]', 'breaking major personal_changed /schema/0/properties/18/customProperties'),
  ('[["=writeSemantics", "replace"]]', 'breaking major writeSemantics /schema/0/customProperties'),
  ('[["=tenantColumn", "entity_id"]]', 'breaking major tenantColumn /schema/0/customProperties'),
  ('[["/schema/0/customProperties/4", {"property": "tombstoneColumn", "value": "ended_at"}]]', 'breaking major tombstoneColumn /schema/0/customProperties'),
  ('[["/id", "other"]]', 'breaking major member_changed /id'),
  ('[["/schema/0/physicalName", "other"]]', 'breaking major member_changed /schema/0/physicalName'),
  ('[["/customProperties", [{"property": "predecessor", "value": "x"}]]]', 'breaking major property_changed /customProperties');
SELECT is(told(base(), changed(base(), changes)), told, changes::text) FROM cases;
-- The other way round, where that is another case.
SELECT is(told(changed(base(), '[["source_provider/customProperties", [{"property": "reference", "value": 100}]]]'), changed(base(), change)), 'breaking major reference_widened /schema/0/properties/10/customProperties', 'references that may be longer, or payloads: ' || text)
  FROM unnest('{"[[\"source_provider/customProperties\", [{\"property\": \"reference\", \"value\": 101}]]]","[]"}'::text[]) c(text) CROSS JOIN LATERAL (SELECT text::jsonb AS change) d;
SELECT is(told(changed(base(), '[["=uniquenessGuards", [["entity_id", "started_at"]]]]'), base()), 'breaking major guard_removed /schema/0/customProperties', 'a guard that goes');
SELECT is(told(changed(base(), '[["=uniquenessGuards", [["entity_id", "started_at"]]]]'), changed(base(), '[["=uniquenessGuards", [["started_at", "entity_id"]]]]')), 'nothing', 'a guard in another order is the same');
SELECT is(told(changed(base(), '[["status/customProperties", [{"property": "computed", "value": true}]]]'), base()), 'tightening major computed /schema/0/properties/11/customProperties', 'a column that sources have to give from now on');
SELECT is(told(changed(base(), '[["ended_at/customProperties", [{"property": "computed", "value": true}]]]'), base()), 'neutral patch computed /schema/0/properties/14/customProperties', '... or may');
SELECT is(told(c, jsonb_set(c, '{schema,0,customProperties}', (SELECT jsonb_agg(p) FROM jsonb_array_elements(c #> '{schema,0,customProperties}') p WHERE p ->> 'property' <> 'snapshots'))), 'breaking major snapshots /schema/0/customProperties', 'versions that are kept no more')
  FROM (SELECT contract FROM lifecycle.datasets WHERE dataset = 'dx_company_entities_v1') d(c);
SELECT is(told(jsonb_set(c, '{schema,0,customProperties}', (SELECT jsonb_agg(p) FROM jsonb_array_elements(c #> '{schema,0,customProperties}') p WHERE p ->> 'property' NOT IN ('snapshots', 'entityType'))), c),
  'additive minor entityType /schema/0/customProperties; additive minor snapshots /schema/0/customProperties', '... and that begin to be') FROM (SELECT contract FROM lifecycle.datasets WHERE dataset = 'dx_company_entities_v1') d(c);

-- Each of them, published: allowed with the version it needs and refused with a lower one, or refused with any.
CREATE FUNCTION outcome(document jsonb, version text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lifecycle.publish_contract(jsonb_set(document, '{version}', to_jsonb(version)));
  RAISE EXCEPTION USING ERRCODE = 'LL001';
EXCEPTION WHEN SQLSTATE 'LL001' THEN RETURN 'published';
  WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
ALTER TABLE lifecycle.datasets DISABLE TRIGGER contract;
UPDATE lifecycle.datasets SET contract = base() WHERE dataset = 'dx_operation_runs_v1';
ALTER TABLE lifecycle.datasets ENABLE TRIGGER contract;
CREATE VIEW outcomes AS SELECT changes, told ~ ' major ' AS major, told ~ ' minor ' AS minor, outcome(changed(base(), changes), '1.0.1') AS patch_version, outcome(changed(base(), changes), '1.1.0') AS minor_version,
  outcome(changed(base(), changes), '1.0.0') AS same_version, outcome(changed(base(), changes), '0.9.0') AS lower_version, outcome(changed(base(), changes), '2.0.0') AS major_version
  FROM cases WHERE cardinality(lifecycle._contract_problems(changed(base(), changes))) = 0;
SELECT cmp_ok((SELECT count(*) FROM outcomes), '>', 45::bigint, 'nearly all of them are sound documents');
SELECT is_empty($$SELECT changes, minor_version FROM outcomes WHERE minor_version <> CASE WHEN major THEN '55000' ELSE 'published' END$$, 'a minor version takes all that does not break or tighten');
SELECT is_empty($$SELECT changes, patch_version FROM outcomes WHERE patch_version <> CASE WHEN major THEN '55000' WHEN minor THEN '22023' ELSE 'published' END$$, 'a patch version only what is neutral');
SELECT is_empty($$SELECT changes, same_version FROM outcomes WHERE same_version <> '42710' AND changes <> '[]'$$, 'the published version nothing');
SELECT is_empty($$SELECT changes, lower_version FROM outcomes WHERE lower_version <> '22023'$$, 'the version has to fit the name');
SELECT is_empty($$SELECT changes, major_version FROM outcomes WHERE major_version <> '22023'$$, '... also the next major one');

-- What the refusal says.
CREATE FUNCTION refusal(document jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text;
BEGIN
  RETURN lifecycle.publish_contract(document);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n', message, detail, hint);
END $$;
SELECT is(refusal(changed(base(), '[["/version", "1.1.0"], ["cost_usd/required", true], ["workflow_id", null], ["+", {"name": "region", "logicalType": "string", "physicalType": "text"}]]')),
'dx_operation_runs_v1 1.1.0 breaks what 1.0.0 promises
/schema/0/properties: breaking: column workflow_id is gone.
/schema/0/properties/15/required: tightening: column cost_usd: it may no longer be null, which exported rows may be.
Such a change takes a version of its own: 1. publish_contract() of dx_operation_runs_v2, version 2.0.0, with {"property": "predecessor", "value": "dx_operation_runs_v1"} among its customProperties; 2. both are exported for a window of at least two release cycles; 3. every consumer completes its migration: acknowledge_migration(consumer, ''dx_operation_runs_v2''). Then retire_dataset(''dx_operation_runs_v1'').',
  'a refusal names each change with its place and class, and the three steps');
SELECT is(refusal(changed(base(), '[["/version", "1.0.9"], ["+", {"name": "region", "logicalType": "string", "physicalType": "text"}]]')),
'version 1.0.9 of dx_operation_runs_v1 is too low
Version 1.0.0 is published.
/schema/0/properties/20: additive: new column region, which may be null.
Publish it as 1.1.0.', '... and which version a change takes');
SELECT * FROM finish();
