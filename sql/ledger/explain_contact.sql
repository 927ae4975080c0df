CREATE FUNCTION lifecycle.explain_contact(source_system text, source_record_id text)
RETURNS TABLE (given_contact_id text, given_email text, normalized_email text, candidates text[], outcome text, contact_id text,
  ledger_contact_id text, in_ledger boolean, open_issues text[], explanation text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  source record;
  compiled record;
  found_rows bigint := 0;
BEGIN
  PERFORM lifecycle._check_schema();
  SELECT * INTO source FROM lifecycle._source(explain_contact.source_system);
  SELECT * INTO compiled FROM lifecycle._compile_mapping(source.relation, source.mapping);
  FOR given_contact_id, given_email IN EXECUTE format('SELECT m.given_id, m.given_email FROM (%s) m WHERE m.rank = 1',
      lifecycle._mapped_query(source.relation, source.mapping, format('FROM (SELECT s.* FROM (SELECT $1::text AS source_record_id) k JOIN %s s ON %s) s',
        source.relation, lifecycle._record_id_match(source.relation, compiled.record_id_column, compiled.source_record_id))))
    USING explain_contact.source_record_id
  LOOP
    found_rows := found_rows + 1;
    normalized_email := lifecycle.normalize_email(given_email);
    candidates := lifecycle._contact_candidates(given_email);
    outcome := lifecycle.contact_outcome(given_contact_id, given_email);
    contact_id := lifecycle.resolved_contact_id(given_contact_id, given_email);
    SELECT l.contact_id INTO ledger_contact_id FROM lifecycle.contact_events l
      WHERE l.source_system = explain_contact.source_system AND l.source_record_id = explain_contact.source_record_id;
    in_ledger := FOUND;
    open_issues := ARRAY(SELECT i.code || ': ' || i.detail FROM lifecycle.issues i
      WHERE i.source_system = explain_contact.source_system AND i.source_record_id = explain_contact.source_record_id
        AND i.resolved_at IS NULL ORDER BY i.code);
    explanation := CASE outcome
      WHEN 'given' THEN format('The source row gives contact id "%s", which exists in the contacts.', given_contact_id)
      WHEN 'unknown_contact' THEN format('The source row gives contact id "%s", which is not in the contacts: the row is held, its e-mail is not tried.', given_contact_id)
      WHEN 'matched' THEN format('The source row gives no contact id; e-mail "%s" (normalised "%s") belongs to exactly one contact, "%s".',
        given_email, normalized_email, contact_id)
      WHEN 'ambiguous' THEN format('E-mail "%s" (normalised "%s") belongs to contacts %s: the row is held until one of them has it alone.',
        given_email, normalized_email, array_to_string(candidates, ', '))
      WHEN 'orphan' THEN CASE WHEN normalized_email IS NULL THEN 'The source row gives neither a contact id nor an e-mail address.'
        ELSE format('No contact has e-mail "%s" (normalised "%s"): the row is kept without a contact and heals when one appears.', given_email, normalized_email) END
    END;
    IF in_ledger AND outcome IN ('given', 'matched', 'orphan') AND contact_id IS DISTINCT FROM ledger_contact_id THEN
      explanation := explanation || ' The ledger still has another answer: the next sync brings this one.';
    END IF;
    RETURN NEXT;
  END LOOP;
  IF found_rows = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'no_data_found',
      MESSAGE = format('source "%s" has no row with record id "%s"', source_system, source_record_id),
      DETAIL = format('Looked in %s; the ledger %s.', source.relation, CASE WHEN EXISTS (SELECT FROM lifecycle.contact_events l
        WHERE l.source_system = explain_contact.source_system AND l.source_record_id = explain_contact.source_record_id) THEN 'still has it' ELSE 'has none either' END),
      HINT = 'A row deleted upstream leaves the ledger at the next reconcile.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle.explain_contact(text, text) IS
  'Why a source row has its contact: what the row gives, its normalised e-mail, the contacts that have it, the outcome by today''s contacts, what the ledger says, and a sentence. Errors: 42704 unknown source, P0002 no such row in the source.';
