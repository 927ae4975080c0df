CREATE FUNCTION lifecycle._identify_person(kind text, id text, OUT users uuid[], OUT contacts text[], OUT keys text[], OUT emails text[],
  OUT known boolean, OUT notes text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source record;
  address text;
  address_users uuid[];
  address_contacts text[];
BEGIN
  users := '{}';
  contacts := '{}';
  keys := '{}';
  emails := '{}';
  notes := '{}';
  SELECT * INTO source FROM lifecycle._contact_relation();
  -- What is longer than an address may be is none, in contacts too.
  IF kind = 'user' THEN
    users := ARRAY[id::uuid];
    SELECT lifecycle.normalize_email(u.email) INTO address FROM lifecycle.users u WHERE u.id = _identify_person.id::uuid;
    known := FOUND;
  ELSE
    contacts := ARRAY[id];
    EXECUTE format('SELECT min(CASE WHEN octet_length(c.%1$I::text) <= 1048576 THEN lifecycle.normalize_email(c.%1$I::text) END), count(*) > 0 FROM %2$s c WHERE c.%3$I::text = $1', source.email_column, source.relation,
      source.id_column) INTO address, known USING id;
    address := coalesce(address, (SELECT min(d.email_key) FROM lifecycle.contact_directory d WHERE d.contact_id = id));
    known := known OR address IS NOT NULL OR EXISTS (SELECT FROM lifecycle.contact_directory d WHERE d.contact_id = id)
      OR EXISTS (SELECT FROM lifecycle.contact_events e WHERE e.contact_id = id) OR EXISTS (SELECT FROM lifecycle.issues i WHERE i.contact_id = id);
  END IF;
  IF address IS NOT NULL AND address NOT LIKE 'erased-%@erased.invalid' THEN
    address_users := ARRAY(SELECT u.id FROM lifecycle.users u WHERE lifecycle.normalize_email(u.email) = address);
    EXECUTE format('SELECT coalesce(array_agg(DISTINCT c.%1$I::text), ''{}'') FROM %2$s c WHERE CASE WHEN octet_length(c.%3$I::text) <= 1048576 THEN lifecycle.normalize_email(c.%3$I::text) END = $1 AND c.%1$I IS NOT NULL',
      source.id_column, source.relation, source.email_column) INTO address_contacts USING address;
    -- An address that several people share says nothing about one of them.
    IF cardinality(ARRAY(SELECT unnest(address_users || users) EXCEPT SELECT NULL)) > 1
      OR cardinality(ARRAY(SELECT unnest(address_contacts || contacts) EXCEPT SELECT NULL)) > 1 THEN
      notes := notes || 'The e-mail address is shared with other users or contacts: rows that have nothing but the address were left.'::text;
    ELSE
      emails := ARRAY[address];
      users := ARRAY(SELECT DISTINCT unnest(address_users || users));
      contacts := ARRAY(SELECT DISTINCT unnest(address_contacts || contacts));
    END IF;
  END IF;
  -- The names by which events call the users; an external id that two users have is neither's.
  keys := ARRAY(
    SELECT u::text FROM unnest(users) u
    UNION SELECT upper(u::text) FROM unnest(users) u
    UNION SELECT u.attributes ->> 'external_id' FROM lifecycle.users u
      WHERE u.id = ANY (users) AND u.attributes ->> 'external_id' <> ''
        AND NOT EXISTS (SELECT FROM lifecycle.users o WHERE o.attributes ->> 'external_id' = u.attributes ->> 'external_id' AND o.id <> u.id));
END
$$;
COMMENT ON FUNCTION lifecycle._identify_person(text, text) IS
  'Internal: the ids, the names in events and the addresses of the person that a user or contact is: a user and a contact with the same address, which nobody else has, are one person. known: whether there is any trace of the id.';
