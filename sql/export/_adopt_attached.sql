CREATE FUNCTION lifecycle._adopt_attached() RETURNS event_trigger
AS 'MODULE_PATHNAME', 'lifecycle_adopt_attached' LANGUAGE C;
COMMENT ON FUNCTION lifecycle._adopt_attached() IS
  'Internal: event trigger after ALTER TABLE: a partition that was attached to a table of a warehouse is taken in by _adopt_partition().';
