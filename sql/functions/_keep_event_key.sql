CREATE FUNCTION lifecycle._keep_event_key() RETURNS trigger
AS 'MODULE_PATHNAME', 'lifecycle_keep_event_key' LANGUAGE C;
COMMENT ON FUNCTION lifecycle._keep_event_key() IS
'Internal: trigger BEFORE INSERT on event_keys. Leaves out a key that is there already with the same time and content, so that a dump of the data alone restores in whatever order its tables come.';
