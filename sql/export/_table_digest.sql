CREATE FUNCTION lifecycle._table_digest(contract jsonb, relation regclass, key_relation regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT md5(concat_ws(E'\n', contract ->> 'version', (SELECT string_agg(concat(c.relpersistence, c.reloftype), ' ' ORDER BY c.oid = relation) FROM pg_class c WHERE c.oid IN (relation, key_relation)),
    (SELECT string_agg(concat_ws(' ', a.attrelid = relation, a.attname, a.atttypid::regtype, a.atttypmod, a.attcollation, a.attnotnull, a.atthasdef, a.attgenerated, a.attidentity), E'\n' ORDER BY a.attrelid = relation, a.attnum)
      FROM pg_attribute a WHERE a.attrelid IN (relation, key_relation) AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT string_agg(concat_ws(' ', i.indrelid = relation, i.indkey, i.indnkeyatts, i.indisprimary, i.indimmediate, i.indisvalid, i.indpred), E'\n' ORDER BY i.indrelid = relation, i.indkey::text, i.indisprimary)
      FROM pg_index i WHERE i.indrelid IN (relation, key_relation) AND i.indisunique),
    (SELECT concat_ws(' ', count(*) FILTER (WHERE a.attnotnull), count(*) FILTER (WHERE a.attgenerated <> ''))
      FROM pg_inherits h JOIN pg_attribute a ON a.attrelid = h.inhrelid JOIN pg_attribute p ON p.attrelid = relation AND p.attname = a.attname
      WHERE h.inhparent = relation AND ((a.attnotnull AND NOT p.attnotnull) OR a.attgenerated <> p.attgenerated)),
    (SELECT count(*) FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid AND c.relpersistence = 'u' WHERE h.inhparent = relation),
    (SELECT count(*) FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhparent AND c.relkind = 'r' WHERE h.inhparent IN (relation, key_relation) OR h.inhrelid IN (relation, key_relation))))
$$;
COMMENT ON FUNCTION lifecycle._table_digest(jsonb, regclass, regclass) IS
  'Internal: a hash of everything that _table_problems() looks at but constraints of a warehouse''s own: while it is what it was when the table was found sound, nothing need be looked at.';
