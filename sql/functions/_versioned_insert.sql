CREATE FUNCTION lifecycle._versioned_insert(target regclass, source regclass, key_index regclass, statement text,
  OUT inserted bigint, OUT updated bigint, OUT stale bigint)
AS 'MODULE_PATHNAME', 'lifecycle_versioned_insert' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._versioned_insert(regclass, regclass, regclass, text) IS
'Internal: reads a batch (source), keeps for each key the highest record_version, leaves out what target holds already or has passed, and runs the statement, an INSERT … ON CONFLICT that reads the rest under the name survivors, in the order of the keys, and returns a boolean a row: whether it was inserted. key_index is a unique index of the target, without nulls. A target without record_version has each key for good: only keys it has not go on. All null, and nothing done, where the two cannot be read directly: no plain tables, row-level security, or keys of types other than boolean, integers, date, timestamps, uuid, text and varchar.';
