CREATE FUNCTION lifecycle._versioned_shape(target regclass, source regclass,
  OUT key_index regclass, OUT keys name[], OUT orders text[], OUT given name[], OUT settable name[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  problem text;
BEGIN
  IF target IS NULL OR source IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'versioned_upsert() needs a target and a source',
      HINT = 'SELECT * FROM lifecycle.versioned_upsert(''the_table'', ''the_batch'');';
  ELSIF target = source THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s cannot be its own batch', target),
      HINT = 'Name the table or view that holds the batch.';
  ELSIF (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = target) THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('%s cannot be the target of a versioned upsert', target),
      DETAIL = 'It is not a table.', HINT = 'Name a table with a primary key.';
  END IF;

  SELECT i.indexrelid, array_agg(a.attname ORDER BY k.place), array_agg(CASE WHEN a.attcollation = 0 THEN '' WHEN l.collisdeterministic THEN ' COLLATE "C"' ELSE format(' COLLATE %s', a.attcollation::regcollation) END ORDER BY k.place)
    INTO key_index, keys, orders
    FROM pg_index i
      CROSS JOIN LATERAL unnest(i.indkey[0 : i.indnkeyatts - 1]) WITH ORDINALITY AS k(number, place)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
      LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE i.indrelid = target AND i.indisprimary AND i.indisvalid AND i.indimmediate
    GROUP BY i.indexrelid;
  IF key_index IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('%s has no primary key to upsert by', target),
      DETAIL = 'A deferrable one does not serve: ON CONFLICT cannot use it.', HINT = format('ALTER TABLE %s ADD PRIMARY KEY (…);', target);
  END IF;

  -- Key and version are compared as they are, so they must be there and of one type; other columns are cast as INSERT casts them.
  SELECT string_agg(format('%s of %s %s', w.name, c.relation, coalesce('is of type ' || format_type(a.atttypid, a.atttypmod), 'does not exist')), ', '
      ORDER BY w.place, c.relation = source)
    INTO problem
    FROM unnest(keys || 'record_version'::name) WITH ORDINALITY AS w(name, place)
      CROSS JOIN (VALUES (target), (source)) AS c(relation)
      LEFT JOIN pg_attribute a ON a.attrelid = c.relation AND a.attname = w.name AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attribute t ON t.attrelid = target AND t.attname = w.name AND t.attnum > 0 AND NOT t.attisdropped
    WHERE a.attnum IS NULL OR (w.name = ANY (keys) AND a.atttypid <> t.atttypid)
      OR (w.name = 'record_version' AND a.atttypid NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype));
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = format('%s cannot be upserted by version into %s', source, target),
      DETAIL = format('%s. Key of the target: %s.', problem, array_to_string(keys, ', ')),
      HINT = 'Both need the key''s columns, of the same types, and record_version of type bigint, integer or smallint; a view can cast.';
  ELSIF 'record_version' = ANY (keys) THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('record_version is part of the key of %s', target),
      DETAIL = 'Every version would be a row of its own.', HINT = 'Leave it out of the primary key.';
  END IF;

  SELECT string_agg(quote_ident(s.attname), ', ' ORDER BY s.attnum) INTO problem
    FROM pg_attribute s
    WHERE s.attrelid = source AND s.attnum > 0 AND NOT s.attisdropped
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target AND a.attname = s.attname AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = '' AND a.attidentity <> 'a');
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('%s has columns that %s cannot take', source, target),
      DETAIL = format('Missing there, or generated: %s.', problem), HINT = 'Add them to the target, or name a view without them.';
  END IF;

  SELECT array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE s.attnum IS NOT NULL), array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attname <> ALL (keys))
    INTO given, settable
    FROM pg_attribute a LEFT JOIN pg_attribute s ON s.attrelid = source AND s.attname = a.attname AND s.attnum > 0 AND NOT s.attisdropped
    WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a';
END
$$;
COMMENT ON FUNCTION lifecycle._versioned_shape(regclass, regclass) IS
  'Internal: checks that a batch can be upserted by version into a table; gives the primary key''s index and columns (orders: the collation to order each by, that of the bytes unless other bytes may be equal), the columns the batch gives, and those an update sets. Errors: 55000 no usable key, 42804 key or record_version, 42703 columns the target cannot take, 42809 no table.';
