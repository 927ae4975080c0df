CREATE FUNCTION lifecycle._user_document(row_name text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('lifecycle._payload(''{id,email,current_lifecycle_stage,attributes,created_at,updated_at}'', %1$s.id, %1$s.email,'
    ' %1$s.current_lifecycle_stage, %1$s.attributes, %1$s.created_at, %1$s.updated_at)', row_name)
$$;
COMMENT ON FUNCTION lifecycle._user_document(text) IS
  'Internal: what conditions see as user, as an SQL expression over a row of users of that name. In a session whose time zone is UTC.';
