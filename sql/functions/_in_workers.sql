CREATE FUNCTION lifecycle._in_workers(commands text[], workers integer,
  OUT place integer, OUT was_run boolean, OUT sqlstate text, OUT message text, OUT detail text, OUT hint text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'lifecycle_in_workers' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._in_workers(text[], integer) IS
'Internal: runs SQL commands side by side, at most so many at once, each as the top-level statement of a background worker with the caller''s role and settings, and returns how each ended: message is null where it did well. Those for which the server had no room (max_worker_processes) are not run. Their notices and warnings are passed on. A cancel or error here ends the workers.';
