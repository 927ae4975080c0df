CREATE FUNCTION lifecycle._mirror_sqlite(path text, contacts_query text, events_query text, OUT contacts bigint, OUT events bigint)
AS 'MODULE_PATHNAME', 'lifecycle_mirror_sqlite' LANGUAGE C VOLATILE STRICT
-- The text of types that have no form of their own in the file depends on these.
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = '1';
COMMENT ON FUNCTION lifecycle._mirror_sqlite(text, text, text) IS
'Internal: writes the rows of both queries, which see one snapshot, into tables contacts and contact_events of a new SQLite file and then puts that in the place of the one at path. contact_events has primary key (source_system, source_record_id). Gives the rows of each. Errors: 42501 without pg_write_server_files, 42602 for a relative path, 42809 where path is another kind of file, 55P03 while another session writes it, 55006 where a program has left a journal beside it, 58P01 and 58030 from the file system.';
