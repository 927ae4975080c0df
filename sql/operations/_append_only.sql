CREATE FUNCTION lifecycle._append_only() RETURNS trigger
AS 'MODULE_PATHNAME', 'lifecycle_append_only' LANGUAGE C;
COMMENT ON FUNCTION lifecycle._append_only() IS
'Internal: trigger of append-only tables. Refuses UPDATE, DELETE and TRUNCATE (55000), also to the owner and to superusers, except where a lawful procedure of this extension has opened the door, and to the worker that applies a subscription, whose changes were lawful at the publisher.';
