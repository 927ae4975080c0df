CREATE FUNCTION lifecycle.stable_horizon() RETURNS timestamptz
AS 'MODULE_PATHNAME', 'lifecycle_stable_horizon' LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 1000;
COMMENT ON FUNCTION lifecycle.stable_horizon() IS
'The time before which no transaction still running in this database began, the caller''s own left out, less the setting lifecycle_ledger.horizon_margin.
Contract: call it in one statement at READ COMMITTED; every row that a transaction of this database stamped with now() (or later) before the returned time is visible to the statements that follow. A statement that calls it and reads the rows has a snapshot older than the horizon and may miss rows.
Returns -infinity with a WARNING and a HINT where a start is unknown: a prepared transaction in this database, a running transaction whose session has track_activities off, a transaction at REPEATABLE READ or SERIALIZABLE, a standby. Then hold the old watermark. It may fall between two calls: take the later of it and the watermark.
Reads all backends whatever the caller''s role. VACUUM, CREATE INDEX CONCURRENTLY, autovacuum and logical decoding do not hold it back: they write no rows of a user''s. Rows that were stamped elsewhere (logical replication, a client''s clock) are outside the contract.';
