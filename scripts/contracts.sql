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

## Keys

Each dataset has one key, made of columns that are never null, and what else is unique beside it. A table that is partitioned by day cannot hold a key without the day unique, so a narrow table
beside it does (`NAME_keys`): the same id with another day or another tenant is a dead letter, not a second row. Keys compare byte by byte. A key, a guard or a tenant column never changes within a
major version.

## Data quality and reconciliation

Row by row, before anything is sent: types, nulls, closed lists, lengths, ranges. A row that breaks the contract goes to `lifecycle.dead_letters` with its reason, its place and the row itself, and never stops the others.

| check | of | when | against |
|---|---|---|---|
| row count parity | every dataset, by window of its time column and by tenant | each batch; daily for all windows | the same count on both sides |
| checksum parity | the same | the same | the same `parity_checksum()` over all columns on both sides ([PARITY.md](PARITY.md) has the form and the SQL that recomputes it anywhere) |
| lag | every dataset with a latency | each reconciliation | now less the latest exported time, at most the latency above; recorded, and how long rows have waited beside it |
| null rates | the critical columns | daily | the percentages above |
| status distribution | dx_operation_runs_v1 | daily | the trailing weeks |

Where counts or checksums differ, the window is halved until the rows that differ are found, and only those are sent again. Batches that fail are retried with exponential backoff and jitter, then given up as dead; what stays
unresolved raises an alert, once, which is resolved when its cause is mended.

## Governance

This contract is frozen. What may change, and how, is held by the database ([GOVERNANCE.md](GOVERNANCE.md)):

- **`export_schema_version`** is in every row, and is the major version: `v1` in a `_v1` dataset. `version` is the document's own, MAJOR.MINOR.PATCH.
- **v1 takes additions only**: a new column that may be null, behind the others, or a wider text. They raise the second number. Descriptions, owners and stricter service levels raise the third.
- **Everything else takes a v2**: removing, renaming, moving or retyping a column, refusing what was allowed, allowing a null or a value that readers were promised not to meet (a value added to a
  closed list among them; an open list, such as event_type, may grow). 1. v2 is published and names its predecessor. 2. Both are exported. 3. Every consumer completes its migration explicitly.
- **No in-place breaking change**: a published version never changes. A deprecated one is exported for two release cycles at least, and until the last consumer has acknowledged.
- A warehouse's tables are held to the same: DDL that would break the contract is refused there.

## Security and tenancy

Every row has its tenant, and company_id where it applies. No secrets and no provider keys leave; raw payloads travel as references to controlled
storage (`raw_request_ref`, `raw_response_ref`).$$;
