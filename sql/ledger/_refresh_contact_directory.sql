CREATE FUNCTION lifecycle._refresh_contact_directory() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contacts record;
  -- Taken before the comparison: a contact that changes in between makes the next digest differ, never this one agree.
  digest_now uuid := lifecycle._contacts_digest();
  -- Nothing can have been resolved before the first look at the contacts, so there is no change to follow.
  first_look boolean := NOT EXISTS (SELECT FROM lifecycle.contact_directory_state);
  changed bigint;
BEGIN
  PERFORM lifecycle._require_all_rows(c.relation) FROM lifecycle._contact_relation() c;
  IF digest_now = (SELECT digest FROM lifecycle.contact_directory_state) THEN
    RETURN 0;
  END IF;
  SELECT * INTO contacts FROM lifecycle._contact_relation();
  -- Whatever collation the user's columns have, byte by byte is how entries are told apart.
  EXECUTE format($sql$
    WITH live AS MATERIALIZED (
      SELECT DISTINCT contact_id, contact_email, lifecycle.normalize_email(contact_email) AS email_key
      -- An address of more bytes is none, in a contact as in a source.
      FROM (SELECT c.%1$I::text COLLATE "C" AS contact_id, CASE WHEN octet_length(c.%2$I::text) <= 1048576 THEN c.%2$I::text END COLLATE "C" AS contact_email FROM %3$s c) c
      -- Rows of a contact with a longer id are held: it finds no room in an index.
      WHERE octet_length(contact_id) <= 1000 %5$s
    ),
    came AS MATERIALIZED (
      SELECT * FROM live EXCEPT SELECT contact_id, contact_email, email_key FROM lifecycle.contact_directory
    ),
    went AS MATERIALIZED (
      SELECT contact_id, contact_email, email_key FROM lifecycle.contact_directory EXCEPT SELECT * FROM live
    ),
    logged AS (
      INSERT INTO lifecycle.contact_changes (contact_id, email_key, appeared)
      SELECT c.contact_id, c.email_key, c.appeared
      FROM (SELECT contact_id, email_key, false FROM went UNION ALL SELECT contact_id, email_key, true FROM came) c (contact_id, email_key, appeared)
      WHERE NOT %4$L::boolean
      RETURNING 1
    ),
    added AS (
      INSERT INTO lifecycle.contact_directory (contact_id, contact_email, email_key)
      SELECT contact_id, contact_email, email_key FROM came
    ),
    removed AS (
      DELETE FROM lifecycle.contact_directory d USING went
      WHERE d.contact_id = went.contact_id AND d.contact_email IS NOT DISTINCT FROM went.contact_email
    )
    SELECT count(*) FROM logged
    $sql$, contacts.id_column, contacts.email_column, contacts.relation, first_look,
    CASE WHEN lifecycle._any_suppressed() THEN 'AND NOT lifecycle._is_suppressed(contact_id, contact_email)' END) INTO changed;
  INSERT INTO lifecycle.contact_directory_state (digest) VALUES (digest_now)
  ON CONFLICT (only_row) DO UPDATE SET digest = excluded.digest, refreshed_at = excluded.refreshed_at;
  PERFORM lifecycle._report_long_emails(contacts.relation, contacts.id_column, contacts.email_column);
  -- What every loaded source has applied is of no more use.
  DELETE FROM lifecycle.contact_changes
    WHERE change_id <= (SELECT min(contacts_applied) FROM lifecycle.sources WHERE loaded_at IS NOT NULL);
  RETURN changed;
END
$$;
COMMENT ON FUNCTION lifecycle._refresh_contact_directory() IS
  'Internal: compares the contacts with contact_directory, logs what changed in contact_changes, and returns how many entries came or went. Called under the run lock "contacts", so that change_id order is commit order.';
