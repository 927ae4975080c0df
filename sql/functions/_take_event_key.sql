CREATE FUNCTION lifecycle._take_event_key() RETURNS trigger
AS 'MODULE_PATHNAME', 'lifecycle_take_event_key' LANGUAGE C;
COMMENT ON FUNCTION lifecycle._take_event_key() IS
'Internal: trigger BEFORE INSERT on events. Enters the event_id into event_keys, as the owner of events, and sets changed_xid to the current transaction. Error 23505 for an id that another event has. An id whose key has the same time and content passes: where its event is there too, the primary key of events refuses it.';
