CREATE FUNCTION lifecycle._foreign_keys(relation regclass)
RETURNS TABLE (name name, referenced regclass, columns text, nullable boolean, set_null text, given text, matches text, definition text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.conname, c.confrelid::regclass, string_agg(quote_ident(a.attname), ', ' ORDER BY k.place), bool_or(NOT a.attnotnull),
    string_agg(format('%I = NULL', a.attname), ', ' ORDER BY k.place) FILTER (WHERE NOT a.attnotnull),
    string_agg(format('t.%I IS NOT NULL', a.attname), ' AND ' ORDER BY k.place),
    string_agg(format('r.%I = t.%I', f.attname, a.attname), ' AND ' ORDER BY k.place),
    pg_get_constraintdef(c.oid)
  FROM pg_constraint c
    CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, other, place)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
    JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.other
  WHERE c.conrelid = relation AND c.contype = 'f' AND c.conparentid = 0
  GROUP BY c.oid, c.conname, c.confrelid
$$;
COMMENT ON FUNCTION lifecycle._foreign_keys(regclass) IS
  'Internal: the foreign keys of a table, each with the pieces of SQL that find rows (alias t) without their counterpart (alias r) and clear them.';
