CREATE FUNCTION lifecycle._erasure_targets() RETURNS TABLE (relation text, guarded boolean, match text, redaction text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- $1 users.id, $2 contact ids, $3 names in events.user_id, $4 normal e-mail addresses, $5 the pseudonym. redaction null: the row goes.
  -- Only what still has something to redact matches, so that a second call counts nothing.
  SELECT * FROM (VALUES
    ('lifecycle.contact_events', false, 't.contact_id = ANY ($2) OR lifecycle.normalize_email(t.contact_email) = ANY ($4)', NULL),
    ('lifecycle.issues', false,
      '(t.contact_id = ANY ($2) OR lifecycle.normalize_email(t.contact_email) = ANY ($4)
        OR t.resolution = ANY (SELECT format(''The row now belongs to contact "%s".'', c) FROM unnest($2) c))',
      'contact_id = NULL, contact_email = NULL, body = CASE WHEN t.body IS NOT NULL THEN ''{}''::jsonb END, detail = ''The person was erased.'',
       resolution = ''The person was erased.'', resolved_at = coalesce(t.resolved_at, now())'),
    ('lifecycle.contact_directory', false, 't.contact_id = ANY ($2) OR t.email_key = ANY ($4)', NULL),
    ('lifecycle.contact_changes', false, 't.contact_id = ANY ($2) OR t.email_key = ANY ($4)', NULL),
    ('lifecycle.users', false, 't.id = ANY ($1) AND (t.email <> ''erased-'' || t.id || ''@erased.invalid'' OR t.attributes <> ''{}'')',
      'email = ''erased-'' || t.id || ''@erased.invalid'', attributes = ''{}'', updated_at = now()'),
    ('lifecycle.user_lifecycle_history', false, 't.user_id = ANY ($1) AND (t.metadata <> ''{}'' OR lifecycle._mentions(t.cause, $3, $4))',
      'metadata = ''{}'', cause = CASE WHEN lifecycle._mentions(t.cause, $3, $4) THEN ''redacted'' ELSE t.cause END'),
    ('lifecycle.lifecycle_events', false, 't.user_id = ANY ($1) AND t.event_data <> ''{}''', 'event_data = ''{}'''),
    ('lifecycle.trigger_executions', false, '(t.user_id = ANY ($1) OR t.event_data ->> ''user_id'' = ANY ($3) OR lower(t.event_data ->> ''user_id'') = ANY ($1::text[])) AND t.event_data <> ''{}''', 'event_data = ''{}'''),
    ('lifecycle.workflow_executions', false, 't.user_id = ANY ($1) AND (t.variables <> ''{}'' OR t.error_message IS NOT NULL)',
      'variables = ''{}'', error_message = NULL'),
    ('lifecycle.event_inbox', false, 'lifecycle._mentions(coalesce(t.line, lifecycle._bytes_as_text(t.bytes)), $3, $4)
        AND (t.bytes IS NOT NULL OR t.line IS DISTINCT FROM lifecycle._redacted_line(t.line, $5, $3, $4))',
      'line = lifecycle._redacted_line(coalesce(t.line, lifecycle._bytes_as_text(t.bytes)), $5, $3, $4), bytes = NULL'),
    ('lifecycle.dead_letters', false, 'lifecycle._mentions(coalesce(t.body, lifecycle._bytes_as_text(t.body_bytes)), $3, $4)',
      'body = NULL, body_bytes = NULL, findings = NULL, detail = ''The person was erased.'', resolved_at = coalesce(t.resolved_at, now())'),
    -- The operational tables, where they are installed: $3 has the entities. The versions first: what the entity's own redaction leaves there has none.
    -- What a version becomes is asked of the person's alone: it costs milliseconds.
    ('lifecycle.entity_snapshots', false, 'CASE WHEN t.entity_id::text = ANY ($3) OR lifecycle._mentions(t.canonical_payload_json::text, $3, $4)
        THEN t.canonical_payload_json IS DISTINCT FROM lifecycle._redacted_versions(t.canonical_payload_json) ELSE false END', 'canonical_payload_json = lifecycle._redacted_versions(t.canonical_payload_json)'),
    ('lifecycle.person_entities', false, '(t.entity_id::text = ANY ($3) OR CASE WHEN octet_length(t.work_email) <= 1048576 THEN lifecycle.normalize_email(t.work_email) END = ANY ($4))
        AND num_nonnulls(t.full_name, t.first_name, t.last_name, t.linkedin_url, t.title, t.work_email, t.phone_e164) > 0',
      'full_name = NULL, first_name = NULL, last_name = NULL, linkedin_url = NULL, title = NULL, work_email = NULL, phone_e164 = NULL'),
    ('lifecycle.operation_events', false, '(t.entity_id::text = ANY ($3) OR lifecycle._mentions(concat_ws('' '', t.error_message, t.metadata_json), $3, $4))
        AND (t.error_message IS NOT NULL OR t.metadata_json <> ''{}'')', 'error_message = NULL, metadata_json = CASE WHEN t.metadata_json IS NOT NULL THEN ''{}''::jsonb END'),
    ('lifecycle.operation_runs', false, '(t.entity_id::text = ANY ($3) OR lifecycle._mentions(t.error_message, $3, $4)) AND t.error_message IS NOT NULL', 'error_message = NULL'),
    ('lifecycle.insight', false, 'lifecycle._mentions(t.details::text, $3, $4)', 'details = ''{}'''),
    ('lifecycle.overwritten_rows', false, '(t.body ->> ''entity_id'' = ANY ($3) OR lifecycle._mentions(t.body::text, $3, $4)) AND t.body <> ''{}''', 'body = ''{}'''),
    ('lifecycle.received_batches', false, 'lifecycle._mentions(t.refusals::text, $3, $4)', 'refusals = ''[]'''),
    -- An error may have quoted the row it failed on.
    ('lifecycle.export_batches', false, 'lifecycle._mentions(concat_ws('' '', t.message, t.detail), $3, $4)', 'message = ''The person was erased.'', detail = NULL'),
    ('lifecycle.alerts', false, 'lifecycle._mentions(concat_ws('' '', t.message, t.detail), $3, $4)', 'message = ''The person was erased.'', detail = NULL'),
    ('lifecycle.pipeline_runs', false, 'lifecycle._mentions(concat_ws('' '', t.message, t.detail), $3, $4)', 'message = ''The person was erased.'', detail = NULL'),
    ('lifecycle.events', true, '(t.user_id = ANY ($3) OR lower(t.user_id) = ANY ($1::text[]) OR (strpos(t.user_id, ''@'') > 0 AND lifecycle.normalize_email(t.user_id) = ANY ($4)))
        AND (t.user_id <> $5 OR t.properties <> ''{}'')',
      'user_id = $5, properties = ''{}'', changed_xid = pg_current_xact_id()'),
    -- So that a delivery of the same event, redacted as it comes in, is a repeat, and a dump loads.
    ('lifecycle.event_keys', true,
      'EXISTS (SELECT FROM lifecycle.events e WHERE e.event_id = t.event_id AND e.event_time = t.event_time AND e.user_id = $5
        AND lifecycle.event_content(e.event_name, e.event_time, e.user_id, e.properties) <> t.content)',
      'content = (SELECT lifecycle.event_content(e.event_name, e.event_time, e.user_id, e.properties) FROM lifecycle.events e
        WHERE e.event_id = t.event_id AND e.event_time = t.event_time)')
  ) v (relation, guarded, match, redaction)
$$;
COMMENT ON FUNCTION lifecycle._erasure_targets() IS
  'Internal: every table that holds personal data, with the condition (alias t) that finds a person''s rows and the assignments that redact them, in the order in which they are worked on. A new table with personal data gets a line here, and, where it is archived, one in _archive_redaction().';
