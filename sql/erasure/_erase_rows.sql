CREATE FUNCTION lifecycle._erase_rows(erasure_id bigint, person record, pseudonym text, OUT redacted bigint, OUT deleted bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  target record;
  contacts record;
  detached record;
  rows bigint;
  found jsonb := '{}';
BEGIN
  redacted := 0;
  deleted := 0;
  FOR target IN SELECT * FROM lifecycle._erasure_targets() t WHERE to_regclass(t.relation) IS NOT NULL LOOP
    IF target.guarded THEN
      PERFORM lifecycle._open_append_only('erasure');
    END IF;
    EXECUTE format(CASE WHEN target.redaction IS NULL THEN 'DELETE FROM %1$s t WHERE %2$s' ELSE 'UPDATE %1$s t SET %3$s WHERE %2$s' END,
      target.relation, target.match, target.redaction) USING person.users, person.contacts, person.keys, person.emails, pseudonym;
    GET DIAGNOSTICS rows = ROW_COUNT;
    PERFORM lifecycle._close_append_only();
    IF rows > 0 THEN
      found := found || jsonb_build_object(target.relation, rows);
    END IF;
    redacted := redacted + CASE WHEN target.redaction IS NOT NULL THEN rows ELSE 0 END;
    deleted := deleted + CASE WHEN target.redaction IS NULL THEN rows ELSE 0 END;
  END LOOP;
  SELECT * INTO contacts FROM lifecycle._erase_contacts(person.contacts);
  IF contacts.rows > 0 THEN
    found := found || jsonb_build_object('lifecycle.contacts', contacts.rows);
    deleted := deleted + contacts.rows;
  END IF;
  -- Partitions that an interrupted run of retention has left between table and archive.
  FOR detached IN SELECT a.detached, a.relation FROM lifecycle.archives a WHERE a.status = 'detached' AND to_regclass(a.detached) IS NOT NULL LOOP
    PERFORM lifecycle._open_append_only('erasure');
    rows := lifecycle._redact_table(detached.detached::regclass, detached.relation);
    PERFORM lifecycle._close_append_only();
    redacted := redacted + rows;
    IF rows > 0 THEN
      found := lifecycle._add_counts(found, jsonb_build_object(detached.relation, rows));
    END IF;
  END LOOP;
  UPDATE lifecycle.erasures e SET redacted_at = clock_timestamp(), counts = lifecycle._add_counts(e.counts, found),
      notes = CASE WHEN contacts.note IS NULL OR contacts.note = ANY (e.notes) THEN e.notes ELSE e.notes || contacts.note END
    WHERE e.erasure_id = _erase_rows.erasure_id;
END
$$;
COMMENT ON FUNCTION lifecycle._erase_rows(bigint, record, text) IS
  'Internal: redacts a person in every table here, in one transaction; events and their keys through the door of append-only. Adds what was done to the erasure''s counts.';
