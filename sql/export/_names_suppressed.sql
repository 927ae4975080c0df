CREATE FUNCTION lifecycle._names_suppressed(words text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (SELECT FROM lifecycle._names_in(words) n
    WHERE lifecycle._is_suppressed(n.id, n.address) OR lifecycle._pseudonym(n.id) IS NOT NULL)
$$;
COMMENT ON FUNCTION lifecycle._names_suppressed(text) IS 'Internal: whether a text has the address, or an id that is a UUID, of somebody on the suppression list in it.';
