CREATE FUNCTION lifecycle._lies_elsewhere(relation regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_lies_elsewhere' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION lifecycle._lies_elsewhere(regclass) IS
'Internal: whether the rows of a table lie on other nodes or in other tables, as Citus has it of distributed tables (it stands in pg_dist_partition): only SQL reaches them, and only statements that a distributed planner can part. False where there is no Citus.';
