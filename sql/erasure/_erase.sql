CREATE PROCEDURE lifecycle._erase(kind text, id text)
LANGUAGE plpgsql
AS $$
DECLARE
  run bigint;
  person record;
  erasure record;
  begun xid8;
  done record;
  item record;
  rewritten bigint := 0;
  rows bigint;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  note text;
  entities record;
  waiting bigint := 0;
  undelivered text; undelivered_message text; undelivered_detail text;
BEGIN
  PERFORM lifecycle._require_top_level(pg_catalog.concat('erase_', kind));
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = format('erase_%s() needs the id of a %s', kind, kind),
      HINT = format('CALL lifecycle.erase_%s(''…'');', kind);
  END IF;
  IF NOT lifecycle._run_lock('retention', false) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = format('erase_%s: archives are being written, restored or redacted', kind),
      DETAIL = format('Process %s holds the run lock.', lifecycle._run_lock_holder('retention')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress) and call again.';
  END IF;
  run := lifecycle._begin_run('erase_' || kind, NULL);
  CALL lifecycle._next_transaction();

  BEGIN
    person := lifecycle._identify_person(kind, id);
    entities := lifecycle._person_entities(person.users::text[] || person.contacts, person.emails);
    person.keys := ARRAY(SELECT unnest(person.keys) UNION SELECT unnest(entities.entities)::text);
    person.notes := person.notes || entities.notes;
    erasure := lifecycle._begin_erasure(kind, id, person);
    PERFORM lifecycle._queue_erasure(erasure.erasure_id, entities.entities, person.emails);
    begun := pg_current_xact_id();
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
      failed_hint = PG_EXCEPTION_HINT;
  END;
  CALL lifecycle._next_transaction();
  IF failed_state IS NULL THEN
    -- Whoever began before the person was on the list may still write of them: runs are waited for, and then transactions.
    PERFORM lifecycle._wait_for_writers();
    CALL lifecycle._next_transaction();
    FOR attempt IN 1 .. current_setting('lifecycle_ledger.lock_attempts')::integer LOOP
      EXIT WHEN pg_snapshot_xmin(pg_current_snapshot()) > begun;
      PERFORM pg_sleep(least(0.05 * attempt, 1) * (0.5 + random()));
    END LOOP;
    IF pg_snapshot_xmin(pg_current_snapshot()) <= begun THEN
      RAISE WARNING USING MESSAGE = format('erase_%s: a transaction that began before is still open; what it writes of the person is not redacted yet', kind),
        HINT = 'End it, and call again.';
    END IF;
    BEGIN
      done := lifecycle._erase_rows(erasure.erasure_id, person, erasure.pseudonym);
      PERFORM lifecycle._count_rows(run, done.redacted, done.redacted, 0, 0, 0, 0, done.deleted);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
        failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
  END IF;

  IF failed_state IS NULL THEN
    FOR item IN SELECT a.archive_id, a.path FROM lifecycle.archives a
      WHERE a.path IS NOT NULL AND a.suppressions_applied < (SELECT max(s.suppression_id) FROM lifecycle.suppressions s) ORDER BY a.archive_id
    LOOP
      BEGIN
        rows := lifecycle._erase_in_archive(item.archive_id);
        IF rows > 0 THEN
          rewritten := rewritten + 1;
          UPDATE lifecycle.erasures e SET counts = lifecycle._add_counts(e.counts, '{"archives": 1}') WHERE e.erasure_id = erasure.erasure_id;
          PERFORM lifecycle._count_rows(run, rows, rows, 0, 0, 0, 0, 0);
        END IF;
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
          failed_hint = PG_EXCEPTION_HINT;
        RAISE WARNING 'erase_%: archive "%" is not redacted yet: %', kind, item.path, failed_message;
      END;
      CALL lifecycle._next_transaction();
    END LOOP;
    PERFORM lifecycle._remove_obsolete_files();
    CALL lifecycle._next_transaction();
    FOR item IN SELECT m.path FROM lifecycle.mirrors m ORDER BY m.path LOOP
      BEGIN
        CALL lifecycle.mirror_sqlite(item.path);
      EXCEPTION WHEN OTHERS THEN
        RAISE WARNING USING MESSAGE = format('erase_%s: mirror "%s" still has the person: %s', kind, item.path, SQLERRM),
          HINT = format('CALL lifecycle.mirror_sqlite(%L); or remove the file, and its row in lifecycle.mirrors.', item.path);
      END;
      CALL lifecycle._next_transaction();
    END LOOP;
    -- The destinations of datasets. One that cannot be reached gets it with a later export: it holds nobody up.
    FOR item IN SELECT e.destination, e.dataset, d.kind, d.enabled FROM lifecycle.export_erasures e JOIN lifecycle.destinations d USING (destination)
      WHERE e.delivered_at IS NULL OR e.obsolete <> '{}' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
    LOOP
      undelivered := NULL;
      BEGIN
        IF item.enabled THEN
          PERFORM lifecycle._send_erasures(run, item.destination, item.dataset);
        END IF;
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS undelivered = RETURNED_SQLSTATE, undelivered_message = MESSAGE_TEXT, undelivered_detail = PG_EXCEPTION_DETAIL;
      END;
      CALL lifecycle._next_transaction();
      IF undelivered IS NULL AND item.kind = 'directory' THEN
        BEGIN
          PERFORM lifecycle._remove_erased_files(item.destination, item.dataset);
        EXCEPTION WHEN OTHERS THEN
          GET STACKED DIAGNOSTICS undelivered = RETURNED_SQLSTATE, undelivered_message = MESSAGE_TEXT, undelivered_detail = PG_EXCEPTION_DETAIL;
        END;
        CALL lifecycle._next_transaction();
      ELSIF undelivered IS NOT NULL THEN
        PERFORM lifecycle._fail_batch(run, item.destination, item.dataset, 'erasure', undelivered, undelivered_message, nullif(undelivered_detail, ''));
        CALL lifecycle._next_transaction();
      END IF;
      IF undelivered IS NOT NULL OR NOT item.enabled THEN
        waiting := waiting + 1;
        RAISE WARNING USING MESSAGE = format('erase_%s: dataset "%s" at destination "%s" still has the person%s', kind, item.dataset, item.destination,
            CASE WHEN item.enabled THEN ': ' || undelivered_message ELSE ': it is disabled' END),
          HINT = 'CALL lifecycle.export(); delivers it, before anything else, once the destination can be reached and is enabled.';
      END IF;
    END LOOP;
    UPDATE lifecycle.erasures e SET finished_at = CASE WHEN failed_state IS NULL THEN clock_timestamp() END WHERE e.erasure_id = erasure.erasure_id;
  END IF;

  PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('retention');
  IF failed_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = format('erase_%s: %s', kind, failed_message),
      DETAIL = coalesce(nullif(failed_detail, ''), 'SELECT * FROM lifecycle.pipeline_runs ORDER BY run_id DESC; shows it beside the other runs.'),
      HINT = coalesce(nullif(failed_hint, ''), CASE failed_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause and call again: it goes on where it stopped.');
  END IF;
  FOREACH note IN ARRAY (SELECT e.notes FROM lifecycle.erasures e WHERE e.erasure_id = erasure.erasure_id) LOOP
    RAISE NOTICE 'erase_%: %', kind, note;
  END LOOP;
  RAISE NOTICE 'erase_%: % rows redacted, % deleted, % archives and % mirrors written anew', kind, done.redacted, done.deleted, rewritten,
    (SELECT count(*) FROM lifecycle.mirrors);
END
$$;
COMMENT ON PROCEDURE lifecycle._erase(text, text) IS
  'Internal: erase_user() and erase_contact(): the suppression list first, then the tables in one transaction, then archive by archive, then the mirrors; each step commits, and a call that was interrupted is gone on with by the next.';
