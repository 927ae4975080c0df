CREATE FUNCTION lifecycle._ingest_chunk(after_id bigint, lines bigint, OUT taken bigint, OUT written bigint, OUT repeats bigint, OUT dead bigint,
  OUT warned bigint, OUT last_id bigint)
AS 'MODULE_PATHNAME', 'lifecycle_ingest_chunk' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._ingest_chunk(bigint, bigint) IS
'Internal: moves up to so many lines with a higher id from event_inbox to where they belong, within this transaction: to events (written; warned of them although a name is not as the contract wants it), nowhere (repeats of events that are stored), or to dead_letters. taken = written + repeats + dead. last_id is the id to go on from, null where no line was left.';
