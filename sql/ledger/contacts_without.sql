CREATE FUNCTION lifecycle.contacts_without(event_type text, since interval)
RETURNS TABLE (contact_id text, contact_email text, last_event timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contacts record;
BEGIN
  PERFORM lifecycle._check_schema();
  -- A slip of the pen would name everybody.
  IF since IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'contacts_without() needs an interval', HINT = 'SELECT * FROM lifecycle.contacts_without(''form'', ''14 days'');';
  ELSIF NOT EXISTS (SELECT FROM lifecycle.event_types t WHERE t.event_type = coalesce(contacts_without.event_type, t.event_type)) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('there is no event type "%s"', event_type),
      DETAIL = format('There are: %s.', (SELECT string_agg(t.event_type, ', ' ORDER BY t.event_type) FROM lifecycle.event_types t)),
      HINT = coalesce('Did you mean ' || lifecycle._nearest_name(event_type, ARRAY(SELECT t.event_type FROM lifecycle.event_types t)) || '?', 'Name one of them, or null for any event.');
  END IF;
  SELECT * INTO contacts FROM lifecycle._contact_relation();
  RETURN QUERY EXECUTE format($sql$
    SELECT c.contact_id, c.contact_email, e.last_event
    FROM (SELECT %1$I::text COLLATE "C" AS contact_id, min(%2$I::text) AS contact_email
          FROM %3$s WHERE %1$I IS NOT NULL GROUP BY 1) c
    LEFT JOIN (SELECT contact_id, max(event_timestamp) AS last_event FROM lifecycle.contact_events
               WHERE event_type = coalesce($1, event_type) GROUP BY contact_id) e USING (contact_id)
    WHERE e.last_event IS NULL OR e.last_event < now() - $2
    ORDER BY e.last_event NULLS FIRST, c.contact_id
    $sql$, contacts.id_column, contacts.email_column, contacts.relation)
    USING event_type, since;
END
$$;
COMMENT ON FUNCTION lifecycle.contacts_without(text, interval) IS
  'Contacts that had no event of this type within the last interval: who needs a form, who has gone quiet. A null event_type means any event. last_event is the latest before that, null if there never was one; those come first. Errors: 22023 for a type that lifecycle.event_types does not have, 22004.';
