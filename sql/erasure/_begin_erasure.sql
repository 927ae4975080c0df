CREATE FUNCTION lifecycle._begin_erasure(kind text, id text, person record, OUT erasure_id bigint, OUT pseudonym text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hash bytea;
BEGIN
  -- Not by install(): so a dump of the data alone brings its own. 244 random bits from the server's strong source, two version-4 UUIDs.
  INSERT INTO lifecycle.suppression_key (key)
    SELECT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
    WHERE NOT EXISTS (SELECT FROM lifecycle.suppression_key) AND NOT EXISTS (SELECT FROM lifecycle.suppressions);
  hash := lifecycle._keyed_hash(kind || '_id', id);
  SELECT e.erasure_id, e.pseudonym INTO erasure_id, pseudonym FROM lifecycle.erasures e
    WHERE e.kind = _begin_erasure.kind AND e.subject = hash;
  IF NOT FOUND THEN
    IF NOT person.known THEN
      RAISE EXCEPTION USING ERRCODE = 'no_data_found',
        MESSAGE = format('there is no %s "%s"', kind, id),
        DETAIL = CASE kind WHEN 'user' THEN 'Table lifecycle.users has no row with this id.' ELSE 'Neither the contacts nor the ledger know this id.' END,
        HINT = CASE kind WHEN 'user' THEN 'Users are named here by users.id, not by their external id or e-mail address.'
          ELSE 'Contacts are named here by their id, not by their e-mail address.' END;
    END IF;
    INSERT INTO lifecycle.erasures (kind, subject, pseudonym)
      VALUES (_begin_erasure.kind, hash,
        coalesce((SELECT min(u::text) FROM unnest(person.users) u), 'erased-' || replace(gen_random_uuid()::text, '-', '')))
      RETURNING erasures.erasure_id, erasures.pseudonym INTO erasure_id, pseudonym;
  END IF;
  UPDATE lifecycle.erasures e SET finished_at = NULL, notes = ARRAY(SELECT DISTINCT unnest(e.notes || person.notes)) WHERE e.erasure_id = _begin_erasure.erasure_id;
  INSERT INTO lifecycle.suppressions (hash, kind, erasure_id)
    SELECT DISTINCT lifecycle._keyed_hash(n.kind, n.value), n.kind, _begin_erasure.erasure_id
    FROM (SELECT 'contact_id', unnest(person.contacts) UNION ALL SELECT 'user_id', unnest(person.keys) UNION ALL SELECT 'email', unnest(person.emails)) n (kind, value)
  ON CONFLICT ON CONSTRAINT suppressions_hash_key DO NOTHING;
END
$$;
COMMENT ON FUNCTION lifecycle._begin_erasure(text, text, record) IS
  'Internal: records an erasure and puts the person on the suppression list: the first transaction, after which nothing new of them comes in. Error P0002 for an id that nobody has or had.';
