CREATE FUNCTION lifecycle._compile_dataset_mapping(relation regclass, mapping jsonb, contract jsonb,
  OUT expressions text[], OUT raw_values text[], OUT source_columns text[],
  OUT change_column name, OUT change_type text, OUT change_value text, OUT warnings text[])
AS 'MODULE_PATHNAME', 'lifecycle_compile_dataset_mapping' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._compile_dataset_mapping(regclass, jsonb, jsonb) IS
'Internal: checks a mapping (docs/SOURCES.md) of a relation onto the columns of a contract and compiles it. In the order of the contract: expressions over alias s, a row of the relation, to be run under search_path = pg_catalog, pg_temp (times as timestamptz, whole numbers as bigint; a column not mapped as a typed null, or as its only valid value); raw_values, the source value as text where the expression is null for a value that cannot be read, else null; source_columns, the one column that is mapped, else null. The rest and the errors as of _compile_mapping.';
