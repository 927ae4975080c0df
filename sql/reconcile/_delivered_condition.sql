CREATE FUNCTION lifecycle._delivered_condition(destination text, dataset text, relation regclass, mapping jsonb, OUT of_source text, OUT of_row text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  place record;
  compiled record;
BEGIN
  SELECT p.* INTO place FROM lifecycle.export_positions p
    WHERE p.destination = _delivered_condition.destination AND p.dataset = _delivered_condition.dataset AND p.relation = _delivered_condition.relation
      AND p.system_identifier = (SELECT c.system_identifier FROM pg_control_system() c);
  IF place.position_id IS NULL THEN
    of_source := 'false';
    of_row := 'false';
    RETURN;
  END IF;
  of_source := 'true';
  of_row := 'true';
  IF (SELECT x.has_xid FROM lifecycle._xid_cut(relation) x) THEN
    of_source := format('(%s OR %s)',
      CASE WHEN place.seen IS NULL THEN 'false'
        ELSE format('s.changed_xid < %1$L::xid8 OR s.changed_xid IS NULL OR pg_visible_in_snapshot(s.changed_xid, %2$L::pg_snapshot)', pg_snapshot_xmin(place.seen), place.seen) END,
      CASE WHEN place.upto IS NULL THEN 'false' ELSE format('(s.changed_xid < %L::xid8 AND pg_visible_in_snapshot(s.changed_xid, %L::pg_snapshot))', place.next_xid, place.upto) END);
    RETURN;
  END IF;
  SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(relation, mapping, contract);
  -- A row that no change time tells the age of, or that is as young as the last export, has been delivered if its present content has been.
  of_row := format('lifecycle._parity_md5_columns(%L::text[], %s) IN (SELECT e.fingerprint FROM lifecycle.export_sent e WHERE e.position_id = %s)',
    (SELECT array_agg(c.name ORDER BY c.place) FROM lifecycle._contract_columns(contract) c), (SELECT string_agg(format('q.%I', c.name), ', ' ORDER BY c.place) FROM lifecycle._contract_columns(contract) c), place.position_id);
  IF compiled.change_value IS NOT NULL THEN
    of_row := format('CASE WHEN q."change time" < %2$L::timestamptz THEN true ELSE %1$s END', of_row,
      -- A day, and local time that was set back, say less exactly when.
      place.watermark - CASE compiled.change_type WHEN 'date' THEN interval '2 days' WHEN 'timestamp without time zone' THEN interval '2 hours' ELSE interval '0' END);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._delivered_condition(text, text, regclass, jsonb) IS
  'Internal: which rows of a source a destination must have by now, as two SQL conditions that both have to hold: of_source over alias s, a row of the relation, of_row over alias q, as _dataset_source_query() gives it. Commit-safe: changed_xid: its transaction is visible in the snapshot that was delivered last; change column: stamped before the watermark; later ones, such without a stamp, and where there is no such column: its content was sent. Never delivered: none.';
