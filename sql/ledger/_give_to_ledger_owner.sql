CREATE FUNCTION lifecycle._give_to_ledger_owner(partition regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  owner name := (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'lifecycle.contact_events'::regclass);
BEGIN
  -- A member of the owner's role, or a superuser, makes tables of their own: the next rebuild by the owner could not replace them.
  IF owner <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = partition) THEN
    EXECUTE format('ALTER TABLE %s OWNER TO %I', partition, owner);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._give_to_ledger_owner(regclass) IS 'Internal: gives a new partition to the owner of contact_events, whoever made it.';
