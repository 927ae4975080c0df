CREATE FUNCTION lifecycle._report_long_emails(contacts regclass, id_column name, email_column name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found record;
  message text;
  detail text;
  hint text := format('Correct column %I of %s; the next run finds the contact by its address.', email_column, contacts);
BEGIN
  EXECUTE format('SELECT count(*) AS contacts, (array_agg(c.%1$I::text ORDER BY c.%1$I::text COLLATE "C"))[:10] AS names, max(octet_length(c.%2$I::text)) AS bytes
    FROM %3$s c WHERE octet_length(c.%2$I::text) > 1048576 AND c.%1$I IS NOT NULL', id_column, email_column, contacts) INTO found;
  IF found.contacts > 0 THEN
    message := CASE found.contacts WHEN 1 THEN format('contact "%s" has an e-mail address of %s bytes', left(found.names[1], 200), found.bytes)
      ELSE format('%s contacts have e-mail addresses of more than 1048576 bytes', found.contacts) END;
    detail := format('More than 1048576 bytes are no address: %s%s.', CASE found.contacts WHEN 1 THEN 'it counts as a contact without one, found by its id alone' ELSE 'they count as contacts without one, found by their ids alone' END,
      CASE WHEN found.contacts > 1 THEN format(': %s%s', (SELECT string_agg(left(n, 200), ', ' ORDER BY p) FROM unnest(found.names) WITH ORDINALITY AS o(n, p)),
        CASE WHEN found.contacts > 10 THEN ' and others' ELSE '' END) ELSE '' END);
    -- Whoever may run a sync need not be one who may write alerts.
    IF has_table_privilege('lifecycle.alerts', 'INSERT') AND has_table_privilege('lifecycle.alerts', 'SELECT') AND has_table_privilege('lifecycle.alerts', 'UPDATE') THEN
      PERFORM lifecycle._raise_alert('contacts.email_too_long', contacts::text, 'warning', message, detail, hint);
    ELSE
      RAISE WARNING '%', message USING DETAIL = detail, HINT = hint;
    END IF;
  ELSIF has_table_privilege('lifecycle.alerts', 'SELECT') AND has_table_privilege('lifecycle.alerts', 'UPDATE') THEN
    PERFORM lifecycle._resolve_alert('contacts.email_too_long', contacts::text);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._report_long_emails(regclass, name, name) IS
  'Internal: raises the alert contacts.email_too_long where contacts have addresses of more than 1048576 bytes, naming them, or resolves it where none has any more; without the privileges for that a WARNING. Asked when the contacts have changed.';
