-- Contract documents: those of the release are without a problem; each way to get one wrong is named with its place.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();

SELECT is((SELECT count(*) FROM lifecycle.datasets), 6::bigint, 'six datasets');
SELECT is_empty('SELECT dataset, p FROM lifecycle.datasets, unnest(lifecycle._contract_problems(contract)) p', 'without a problem');
CALL lifecycle.install();
SELECT is((SELECT count(*) FROM lifecycle.datasets), 6::bigint, 'installing again changes nothing');
UPDATE lifecycle.datasets SET version = '1.2.0', contract = jsonb_set(contract, '{version}', '"1.2.0"') WHERE dataset = 'dx_operation_runs_v1';
ALTER TABLE lifecycle.datasets DISABLE TRIGGER contract;
UPDATE lifecycle.datasets SET version = '1.0.0', contract = jsonb_set(contract, '{version}', '"1.0.0"') WHERE dataset = 'dx_person_entities_v1';
ALTER TABLE lifecycle.datasets ENABLE TRIGGER contract;
CALL lifecycle.install();
SELECT is((SELECT version FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'), '1.2.0', 'a later version than the release''s stays');
SELECT is((SELECT version FROM lifecycle.datasets WHERE dataset = 'dx_person_entities_v1'), '1.1.0', 'an earlier one is brought up to it');
SELECT throws_ok($$UPDATE lifecycle.datasets SET contract = contract - 'kind' WHERE dataset = 'dx_person_entities_v1'$$, '23514', NULL, 'no broken contract gets into the table');
SELECT throws_ok($$UPDATE lifecycle.datasets SET version = '1.9.0' WHERE dataset = 'dx_person_entities_v1'$$, '23514', NULL, 'nor one that says otherwise');

CREATE VIEW runs AS SELECT contract FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1';
CREATE VIEW companies AS SELECT contract FROM lifecycle.datasets WHERE dataset = 'dx_company_entities_v1';
-- A contract with the value at a path replaced, or taken away.
CREATE FUNCTION problems(contract jsonb, path text, value jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT array_to_string(lifecycle._contract_problems(CASE WHEN value IS NULL THEN contract #- path::text[] ELSE jsonb_set(contract, path::text[], value) END), ' ')
$$;
CREATE FUNCTION place(contract jsonb, name text) RETURNS text LANGUAGE sql AS $$
  SELECT (c.place - 1)::text FROM lifecycle._contract_columns(contract) c WHERE c.name = place.name
$$;
CREATE FUNCTION wrong(path text, value jsonb) RETURNS text LANGUAGE sql AS $$ SELECT problems(contract, path, value) FROM runs $$;

SELECT is(array_to_string(lifecycle._contract_problems('[]'), ' '), 'The contract: it must be an object.', 'not an object');
SELECT alike(array_to_string(lifecycle._contract_problems('{}'), ' '), '%it has no apiVersion%it has no kind%it has no version%/schema: it must be a list of one object%', 'nothing in it');
SELECT is(wrong('{apiVersion}', '"v2.2.0"'), '/apiVersion: only version 3 of the Open Data Contract Standard is read here.', 'another standard');
SELECT is(wrong('{kind}', '"DataProduct"'), '/kind: it must be DataContract.', 'another kind');
SELECT is(wrong('{status}', '"live"'), '/status: it must be proposed, draft, active, deprecated or retired.', 'an unknown status');
SELECT is(wrong('{version}', '"1"'), '/version: it must be of the form 1.0.0.', 'a version that is none');
SELECT is(wrong('{version}', '"01.0.0"'), '/version: it must be of the form 1.0.0.', '... with a leading zero');
SELECT is(wrong('{version}', '"2.0.0"'), '/version: its first number must be the one the name ends with. /schema/0/properties/0: export_schema_version must be required and have the one valid value v2.', 'a version against the name');
SELECT alike(wrong('{schemas}', '1'), '/schemas: the standard has no such member; did you mean "schema"%', 'an unknown member');
SELECT is(wrong('{schema,0,name}', '"other"'), '/schema/0/name: it must be the name of the contract.', 'another name for the table');
SELECT alike(wrong('{schema,0,properties}', '[]'), '/schema/0/properties: it must be a list of properties that is not empty.%there is no primary key.%must be the name of a property.%', 'no columns');
SELECT is(wrong('{schema,0,properties,3}', '7'), '/schema/0/properties/3: it must be an object.', 'a property that is none');
SELECT is(wrong('{schema,0,properties,3,name}', '"Workflow Id"'), '/schema/0/properties/3/name: it must be of lower-case letters, digits and underscores, 63 at most.', 'a name that needs quotes');
SELECT is(wrong('{schema,0,properties,3,name}', '"pipeline_run_id"'), '/schema/0/properties/3/name: another property has this name.', 'a name twice');
SELECT alike(wrong('{schema,0,properties,3,physicalType}', '"varchar"'), '/schema/0/properties/3/physicalType: it must be text, varchar(N), %', 'a varchar without length');
SELECT alike(wrong('{schema,0,properties,3,physicalType}', '"text); DROP TABLE x"'), '/schema/0/properties/3/physicalType: it must be %', 'a type that is SQL');
SELECT is(wrong('{schema,0,properties,3,physicalType}', '"varchar(0)"'), '/schema/0/properties/3/physicalType: the length must be a whole number from 1 to 10485760.', 'a length of 0');
SELECT is(wrong('{schema,0,properties,3,physicalType}', '"varchar(40)"'), '', 'a length of 40');
SELECT is(wrong('{schema,0,properties,3,logicalType}', '"number"'), '/schema/0/properties/3/logicalType: of text it must be string.', 'a logical type that does not fit');
SELECT is(wrong('{schema,0,properties,3,required}', '"yes"'), '/schema/0/properties/3/required: it must be true or false.', 'a text for a boolean');
SELECT alike(wrong('{schema,0,properties,1,required}', 'false'), '%/schema/0/properties/1/required: a property of the key must be required.%', 'a key that may be null');
SELECT is(wrong('{schema,0,properties,1,primaryKeyPosition}', '2'), '/schema/0/properties: the values of primaryKeyPosition must be 1, 2, …, each once.', 'a key with a gap');
SELECT alike(wrong('{schema,0,properties,1,primaryKeyPosition}', '0'), '/schema/0/properties/1/primaryKeyPosition: it must be a whole number from 1 on.%', 'a position of 0');
SELECT alike(wrong('{schema,0,properties,1,primaryKey}', NULL), '/schema/0/properties/1: primaryKey and primaryKeyPosition must go together.%', 'half a key');
SELECT is((SELECT problems(contract, format('{schema,0,properties,%s,quality,0,arguments,validValues}', place(contract, 'status')), '[]') FROM runs),
  (SELECT format('/schema/0/properties/%s/quality/0/arguments/validValues: it must be a list of strings that is not empty.', place(contract, 'status')) FROM runs), 'an empty list of values');
SELECT alike((SELECT problems(contract, format('{schema,0,properties,%s,quality,0,arguments,validValues}', place(contract, 'status')), '["a", "b", "a"]') FROM runs), '%/validValues/2: it is listed twice.', 'a value twice');
SELECT alike((SELECT problems(contract, format('{schema,0,properties,%s,quality}', place(contract, 'attempt_count')), '[{"arguments": {"validValues": ["1"]}}]') FROM runs), '%only a text can have valid values.', 'values for a number');

SELECT is(wrong('{customProperties}', '{"property": "a"}'), '/customProperties: it must be a list.', 'properties that are no list');
SELECT is(wrong('{customProperties}', '["a"]'), '/customProperties/0: it must be an object.', '... or not of objects');
SELECT is(wrong('{customProperties}', '[{"value": 1}]'), '/customProperties/0: it has no property.', '... or without a name');
SELECT is(wrong('{slaProperties}', '7'), '/slaProperties: it must be a list.', 'service levels that are no list');
SELECT is(wrong('{slaProperties,1,property}', '"frequency"'), '/slaProperties/1: frequency is said twice.', '... one of them twice');
SELECT is(wrong('{schema,0,quality}', '{}'), '/schema/0/quality: it must be a list.', 'checks that are no list');
SELECT is(wrong('{schema,0,properties,3,quality}', '[1]'), '/schema/0/properties/3/quality/0: it must be an object.', '... of a column');
SELECT is(wrong('{schema,0,customProperties,1,property}', '"writeSemantics"'), '/schema/0/customProperties/1: writeSemantics is said twice. /schema/0/customProperties: it has no tenantColumn.', 'a contract that contradicts itself');
SELECT is(wrong('{schema,0,properties,3,unique}', '"yes"'), '/schema/0/properties/3/unique: it must be true or false.', 'unique, perhaps');
SELECT is(wrong('{schema,0,properties,0,quality,0,arguments,validValues}', '["v2"]'), '/schema/0/properties/0: export_schema_version must be required and have the one valid value v1.', 'rows that would say another version');
SELECT is(wrong('{schema,0,properties,0,quality}', NULL), '/schema/0/properties/0: export_schema_version must be required and have the one valid value v1.', '... or any');
SELECT is((SELECT problems(contract, '{schema,0,properties,3,logicalTypeOptions}', '{"maxLength": 99}') FROM lifecycle.datasets WHERE dataset = 'lifecycle_event_history'),
  '/schema/0/properties/3/logicalTypeOptions/maxLength: it must be the length of varchar(100).', 'two lengths');

-- What the extension's own properties say
CREATE FUNCTION with_property(contract jsonb, property text, value jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT array_to_string(lifecycle._contract_problems(jsonb_set(contract, '{schema,0,customProperties}',
    (SELECT jsonb_agg(c) FROM jsonb_array_elements(contract #> '{schema,0,customProperties}') c WHERE c ->> 'property' <> with_property.property)
    || CASE WHEN value IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('property', property, 'value', value)) END)), ' ')
$$;
SELECT alike(with_property(contract, 'writeSemantics', '"overwrite"'), '%writeSemantics must be append-only, versioned-upsert, insert-if-absent or replace.', 'unknown write semantics') FROM runs;
SELECT alike(with_property(contract, 'tenantColumn', NULL), '%: it has no tenantColumn.', 'no tenant') FROM runs;
SELECT alike(with_property(contract, 'tenantColumn', '"company_id"'), '%: the tenant must be required.', 'a tenant that may be null') FROM runs;
SELECT alike(with_property(contract, 'tenantColumn', '"tenant"'), '%: it must be the name of a property.', 'a tenant that is no column') FROM runs;
SELECT alike(with_property(contract, 'timeColumn', '"attempt_count"'), '%: it must be required and a time.%', 'a time that is none') FROM runs;
SELECT alike(with_property(contract, 'timeColumn', '"started_at"'), '%: the first partition property must be the timeColumn.', 'partitioned by another time') FROM runs;
SELECT alike(with_property(contract, 'uniquenessGuards', '[["run_id", "ended_at"]]'), '%: ended_at is not a required property.', 'a guard over a null') FROM runs;
SELECT alike(with_property(contract, 'uniquenessGuards', '"run_id"'), '%: it must be a list of lists of properties.', 'a guard that is no list') FROM runs;
SELECT alike(with_property(contract, 'uniquenessGuards', '[[]]'), '%: it must be a list of strings that is not empty.', 'an empty guard') FROM runs;
SELECT alike(with_property(contract, 'versionColumn', NULL), '%: it has no versionColumn.', 'no version') FROM companies;
SELECT alike(with_property(contract, 'versionColumn', '"employee_count"'), '%: it must be required, a bigint or integer, and outside the key.%', 'a version that may be null') FROM companies;
SELECT alike(with_property(contract, 'tombstoneColumn', '"updated_at"'), '%: it must be a time that may be null.', 'a tombstone that is always there') FROM companies;
SELECT alike(with_property(contract, 'writeSemantics', '"versioned-upsert"'), '%only an append-only dataset can be partitioned%', 'a partitioned upsert') FROM runs;

SET lifecycle_ledger.max_depth = 5;
SELECT throws_ok('SELECT lifecycle._contract_problems(contract) FROM runs', '54000', 'the contract is too deep', 'over max_depth');
RESET lifecycle_ledger.max_depth;
SET lifecycle_ledger.max_document_bytes = '1kB';
SELECT throws_ok('SELECT lifecycle._contract_problems(contract) FROM runs', '54000', 'the contract is too large', 'over max_document_bytes');
RESET lifecycle_ledger.max_document_bytes;

-- What they say is read back
SELECT is((SELECT array_agg(name::text ORDER BY key_position) FROM companies, lifecycle._contract_columns(contract) WHERE key_position IS NOT NULL), ARRAY['org_id', 'entity_id'], 'the key');
SELECT is((SELECT valid_values FROM runs, lifecycle._contract_columns(contract) WHERE name = 'status'), ARRAY['succeeded', 'failed', 'skipped', 'canceled'], 'valid values, in their order');
SELECT is((SELECT lifecycle._contract_property(contract, 'snapshots') FROM companies), '"dx_entity_snapshots_v1"', 'a property of ours');
SELECT is((SELECT lifecycle._contract_property(contract, 'nothing') FROM companies), NULL, '... that is not there');
SELECT * FROM finish();
