-- Prints docs/EXPORT_CONTRACT_V1.md from lifecycle._shipped_contracts(): the datasets as the documents have them, and around them what
-- holds for all. Run in a database with the extension.
\set QUIET 1
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
\pset pager off
SET search_path = pg_catalog;

CREATE TEMP VIEW pg_temp.contracts AS
SELECT c.contract, c.place, contract ->> 'name' AS dataset, lifecycle._contract_property(contract, 'writeSemantics') #>> '{}' AS semantics
FROM lifecycle._shipped_contracts() WITH ORDINALITY AS c(contract, place);

SELECT $$# Export contract v1

What leaves data-engine-x for the HQ warehouse, column by column: the source of truth for both sides. Generated from the documents in
[sql/export/contracts](../sql/export/contracts) (`scripts/contracts`), one for each dataset, in the terms of the Open Data Contract Standard 3.1; the
database has them in `lifecycle.datasets`. Change those, not this file.

- Event streams are append-only. Canonical state is upserted by version. Every row has its tenant.
- Every row says under which version it was exported (`export_schema_version`); of lifecycle_event_history the manifest says it.
- Times are UTC, in files RFC 3339 with six decimals. Identifiers are UUIDs; where a source has another form of id, a view over it makes one.

| dataset | version | how rows are written | key | every |
|---|---|---|---|---|$$;
SELECT format('| [%1$s](#%1$s) | %2$s | %3$s | %4$s | %5$s |', dataset, contract ->> 'version', semantics,
  (SELECT string_agg(name, ', ' ORDER BY key_position) FROM lifecycle._contract_columns(contract) WHERE key_position IS NOT NULL),
  (SELECT s ->> 'description' FROM jsonb_array_elements(contract -> 'slaProperties') s WHERE s ->> 'property' = 'frequency'))
FROM pg_temp.contracts ORDER BY place;

SELECT $$
How rows are written:

- **append-only**: a row is inserted once. The same row again is a repeat and changes nothing; another row under the same key is a dead letter.
- **versioned-upsert**: a row is applied only if its `record_version` is higher than the one that is there. Duplicates, any order and repeats of a
  batch end in the same state. A deletion is a version with `deleted_at`; a higher version without it revives.
- **insert-if-absent**: a version that is there already is not replaced.
- **replace**: an export is whole for an organization, and replaces the one before it.$$;

SELECT format(E'\n## %s\n\n%s %s\n\n%s\n\n%s\n\n| column | type | null | |\n|---|---|---|---|\n%s\n\n', dataset,
  contract #>> '{description,purpose}', contract #>> '{schema,0,dataGranularityDescription}', contract #>> '{description,usage}', contract #>> '{description,limitations}',
  (SELECT string_agg(format('| %s | %s | %s | %s%s%s |', name, type, CASE WHEN required THEN 'no' ELSE 'yes' END, description,
      ' One of: ' || array_to_string(valid_values, ', ') || '.',
      (SELECT ' Such as ' || string_agg(e, ', ' ORDER BY n) || '.' FROM jsonb_array_elements_text(contract -> 'schema' -> 0 -> 'properties' -> (c.place - 1) -> 'examples') WITH ORDINALITY AS x(e, n))),
    E'\n' ORDER BY c.place) FROM lifecycle._contract_columns(contract) c))
  || concat_ws(E'\n',
    format('- Key: (%s).', (SELECT string_agg(name, ', ' ORDER BY key_position) FROM lifecycle._contract_columns(contract) WHERE key_position IS NOT NULL)),
    (SELECT string_agg(format('- Also unique: (%s).', (SELECT string_agg(n, ', ' ORDER BY o) FROM jsonb_array_elements_text(g) WITH ORDINALITY AS x(n, o))), E'\n')
      FROM jsonb_array_elements(lifecycle._contract_property(contract, 'uniquenessGuards')) g),
    format('- Written: %s.', semantics),
    '- Partitioned by the day of ' || (SELECT string_agg(name, ', clustered by ' ORDER BY partition_position) FROM lifecycle._contract_columns(contract) WHERE partition_position IS NOT NULL) || '.',
    format('- Tenant: %s. Replayed and reconciled by windows of %s.', lifecycle._contract_property(contract, 'tenantColumn') #>> '{}', lifecycle._contract_property(contract, 'timeColumn') #>> '{}'),
    (SELECT string_agg(format('- %s (%s %s%s)', s ->> 'description', s ->> 'property', s ->> 'value', s ->> 'unit'), E'\n' ORDER BY o) FROM jsonb_array_elements(contract -> 'slaProperties') WITH ORDINALITY AS x(s, o)),
    (SELECT string_agg(format('- Checked: %s of %s at most %s %s.', q ->> 'metric', p ->> 'name', q ->> 'mustBeLessOrEqualTo', q ->> 'unit'), E'\n')
      FROM jsonb_array_elements(contract #> '{schema,0,properties}') p, jsonb_array_elements(p -> 'quality') q WHERE q ? 'mustBeLessOrEqualTo'),
    (SELECT string_agg(format('- Checked: %s; otherwise at most %s %s.', q ->> 'name', q ->> 'mustBeLessOrEqualTo', q ->> 'unit'), E'\n') FROM jsonb_array_elements(contract #> '{schema,0,quality}') q),
    (SELECT string_agg(format('- Checked: %s', q ->> 'description'), E'\n') FROM jsonb_array_elements(contract #> '{schema,0,properties}') p, jsonb_array_elements(p -> 'quality') q WHERE q ->> 'type' = 'text'))
FROM pg_temp.contracts ORDER BY place;

SELECT $$
## Cadence and backfill

Micro-batches every 5 to 15 minutes; a reconciliation once a day, off-peak, for rows that came late and for drift. A backfill replays windows of each
dataset's time column. Writes at the target are idempotent, so a replay beside live exports makes no doubles.

## Data quality and reconciliation

For every dataset and date window: parity of row counts, and of checksums over stable columns ([PARITY.md](PARITY.md) has the form and the SQL that
recomputes them); the lag against its maximum; null rates of the critical columns; for dx_operation_runs_v1 the distribution of status against the
weeks before. A row that breaks the contract goes to `lifecycle.dead_letters` with its reason, and never stops the others; batches are retried with
exponential backoff; what stays unresolved raises an alert.

## Governance

- v1 takes additive changes only: a new column that may be null. `version` counts them in its second number.
- Removing, renaming or retyping a column, or refusing what was allowed, takes a v2: publish v2, publish both for a window, and have every consumer
  complete its migration explicitly.
- A published version is not changed in place. It is deprecated for at least two release cycles before it ends.

## Security and tenancy

Every row has its tenant, and company_id where it applies. No secrets and no provider keys leave; raw payloads travel as references to controlled
storage (`raw_request_ref`, `raw_response_ref`).$$;
