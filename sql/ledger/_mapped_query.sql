CREATE FUNCTION lifecycle._mapped_query(relation regclass, mapping jsonb, candidates text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  m record;
  types text := (SELECT format('%L::text[]', coalesce(array_agg(event_type ORDER BY event_type), '{}')) FROM lifecycle.event_types);
  record_id text;
  no_record_id text;
  why_no_record_id text := '''no_record_id''';
  no_valid_time text;
  unfit text;
  whole_row text;
  refusal text;
  query text;
BEGIN
  SELECT * INTO m FROM lifecycle._compile_mapping(relation, mapping);
  PERFORM lifecycle._require_whole_rows(relation);
  -- Text of these types is never empty: asking the column itself spares the conversion.
  IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = m.record_id_column AND NOT a.attisdropped
      AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype)) THEN
    record_id := m.source_record_id;
    no_record_id := format('s.%I IS NULL', m.record_id_column);
  ELSE
    -- One that is too long for an index is none, so that one such row is held instead of ending the run.
    record_id := format('CASE WHEN octet_length(%1$s) <= 1000 THEN %1$s END', m.source_record_id);
    no_record_id := format('(octet_length(%s) <= 1000) IS NOT TRUE', m.source_record_id);
    why_no_record_id := format('CASE WHEN (%s) IS NULL THEN ''no_record_id'' ELSE ''record_id_too_long'' END', m.source_record_id);
  END IF;
  -- One test for what is usual, so that a good row pays for little more.
  no_valid_time := format('((%1$s) >= ''0001-01-01 00:00:00+00'' AND (%1$s) < ''10000-01-01 00:00:00+00'') IS NOT TRUE', m.event_timestamp);
  -- Not all json is jsonb. What is not is kept as text where the row is held.
  SELECT r.whole_row, r.unfit INTO whole_row, unfit FROM lifecycle._whole_row(relation) r;
  -- Why the row cannot enter the ledger, or null. Also evaluated in place for body: the whole row is built for such rows only.
  refusal := format($sql$
      CASE
        WHEN %1$s THEN %8$s
        WHEN %2$s THEN CASE WHEN (%3$s) IS NULL THEN 'no_time' ELSE 'invalid_time' END
        WHEN (%4$s) IS NULL THEN 'no_event_type'
        WHEN (%4$s) <> ALL (%5$s) THEN 'unknown_event_type'%9$s
        ELSE lifecycle._contact_refusal(%6$s, %7$s)
      END$sql$, no_record_id, no_valid_time, m.time_source, m.event_type, types, m.contact_id, m.contact_email,
    why_no_record_id, coalesce(' WHEN ' || unfit || ' THEN ''unfit_json''', ''));
  query := format($sql$
    SELECT (%1$s) COLLATE "C" AS source_record_id, %2$s AS event_timestamp, CASE WHEN %13$s THEN %3$s END AS time_text, %4$s AS event_type,
      %5$s AS event_name, %6$s AS event_source, %7$s AS payload, %8$s AS given_id, %9$s AS given_email, %10$s AS code,
      CASE WHEN %10$s IS NOT NULL THEN %14$s END AS body, %11$s AS change_time
    %12$s
    OFFSET 0
    $sql$, record_id, m.event_timestamp, m.time_source, m.event_type, m.event_name, m.event_source, m.payload, m.contact_id,
    -- What is longer than _contact_refusal() takes is in body alone.
    format('CASE WHEN octet_length(%1$s) <= 1048576 THEN %1$s END', m.contact_email), refusal, coalesce(m.change_value, 'NULL::timestamptz'), candidates, no_valid_time, whole_row);
  IF lifecycle._any_suppressed() THEN
    query := lifecycle._without_erased(query);
  END IF;
  IF lifecycle._record_id_is_unique(relation, m.record_id_column) THEN
    RETURN format('SELECT m.*, 1::bigint AS rank, 1::bigint AS copies FROM (%s) m', query);
  END IF;
  -- The latest of the rows that share an id wins: by change time, then event time, then content.
  RETURN format($sql$
    SELECT m.*,
      CASE WHEN m.source_record_id IS NULL THEN 1 ELSE row_number() OVER (PARTITION BY m.source_record_id
        ORDER BY m.change_time DESC NULLS LAST, m.event_timestamp DESC NULLS LAST, m.payload DESC NULLS LAST,
          m.event_name COLLATE "C" DESC NULLS LAST, m.event_type COLLATE "C" DESC NULLS LAST, m.event_source COLLATE "C" DESC NULLS LAST,
          m.given_id COLLATE "C" DESC NULLS LAST, m.given_email COLLATE "C" DESC NULLS LAST) END AS rank,
      CASE WHEN m.source_record_id IS NULL THEN 1 ELSE count(*) OVER (PARTITION BY m.source_record_id) END AS copies
    FROM (%s) m
    $sql$, query);
END
$$;
COMMENT ON FUNCTION lifecycle._mapped_query(regclass, jsonb, text) IS
  'Internal: SQL that maps the rows of a FROM clause (alias s) to ledger values, with the code of what keeps a row out and its rank among rows of one record id.';
