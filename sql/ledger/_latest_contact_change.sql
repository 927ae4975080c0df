CREATE FUNCTION lifecycle._latest_contact_change() RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Pruned changes count too: what is applied never goes back.
  RETURN greatest((SELECT max(change_id) FROM lifecycle.contact_changes), (SELECT max(contacts_applied) FROM lifecycle.sources), 0);
END
$$;
COMMENT ON FUNCTION lifecycle._latest_contact_change() IS 'Internal: the number of the latest known change of contacts, 0 if there never was one.';
