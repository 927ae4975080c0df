CREATE FUNCTION lifecycle._user_lookup(keys text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format($sql$
    WITH by_id AS MATERIALIZED (
      SELECT k.user_key, u.id FROM (%s) k LEFT JOIN lifecycle.users u ON u.id = lifecycle._uuid_or_null(k.user_key)
    ), by_external_id AS MATERIALIZED (
      SELECT k.user_key, count(u.id) AS users, (array_agg(u.id))[1] AS id
      FROM by_id k LEFT JOIN lifecycle.users u ON (u.attributes->>'external_id') COLLATE "C" = k.user_key COLLATE "C"
      WHERE k.id IS NULL GROUP BY 1
    ), by_email AS (
      SELECT k.user_key, count(u.id) AS users, (array_agg(u.id))[1] AS id
      FROM by_external_id k LEFT JOIN lifecycle.users u
        ON lifecycle.normalize_email(u.email) COLLATE "C" = lifecycle.normalize_email(k.user_key) COLLATE "C"
      WHERE k.users = 0 AND strpos(k.user_key, '@') > 0 GROUP BY 1
    )
    SELECT user_key, id AS user_id FROM by_id WHERE id IS NOT NULL
    UNION ALL SELECT user_key, id FROM by_external_id WHERE users = 1
    UNION ALL SELECT user_key, id FROM by_email WHERE users = 1$sql$, keys)
$$;
COMMENT ON FUNCTION lifecycle._user_lookup(text) IS
'Internal: a query (user_key, user_id) that finds the users whom events.user_id names, as SQL text; keys is a query of distinct texts with the column user_key. In this order: users.id; attributes->>''external_id'', byte by byte; the e-mail address in the form of normalize_email(). A key that fits none, or several users, is not in the result.';
