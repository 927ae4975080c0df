-- Not strict: a null argument is an error with its mend, not a null answer.
CREATE FUNCTION lifecycle._compile_mapping(relation regclass, mapping jsonb,
  OUT contact_id text, OUT contact_email text, OUT event_type text, OUT event_name text, OUT event_source text,
  OUT event_timestamp text, OUT source_record_id text, OUT payload text,
  OUT change_column name, OUT change_type text, OUT change_value text,
  OUT record_id_column name, OUT time_source text, OUT warnings text[])
AS 'MODULE_PATHNAME', 'lifecycle_compile_mapping' LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION lifecycle._compile_mapping(regclass, jsonb) IS
'Internal: checks a mapping (docs/SOURCES.md) against a relation and compiles it. Each ledger column comes as an SQL expression over alias s, a row of the relation, to be run under search_path = pg_catalog, pg_temp; a column that is not mapped as a typed null. change_column, change_type (timestamp with time zone, timestamp without time zone, date) and change_value (its instant) are null without a change column; record_id_column names the one plain column that is the record id, null otherwise; time_source is the event time as the source has it, for messages, null where it is absent; warnings are sentences. Errors: 22023 form of the mapping, 42703 unknown column, 42804 wrong type, 42701 repeated column, 42501 no privilege, 42P01 and 42809 the relation, 54000 over a limit, 22003 a number beyond a double.';
