CREATE FUNCTION lifecycle.rehearse_contract(rules jsonb, since timestamptz DEFAULT '-infinity')
RETURNS TABLE (code text, refused bigint, refused_now bigint, accepted bigint, samples jsonb)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH judged AS MATERIALIZED (
    SELECT e.event_id, e.event_name, e.event_time, r.under_rules, r.in_force
    FROM lifecycle.events e
      CROSS JOIN LATERAL (SELECT
        lifecycle._event_refusal(e.event_id, e.event_name, e.event_time, e.user_id, e.properties, rules) AS under_rules,
        lifecycle._event_refusal(e.event_id, e.event_name, e.event_time, e.user_id, e.properties, NULL) AS in_force OFFSET 0) r
    WHERE e.event_time >= since AND (r.under_rules IS NOT NULL OR r.in_force IS NOT NULL)
  ), reasons AS MATERIALIZED (
    -- One row for each event and code, however often it breaks that rule.
    SELECT j.event_id, j.event_name, f.code, bool_or(f.under_rules) AS under_rules, bool_or(f.in_force) AS in_force,
      min(f.pointer) AS pointer, min(f.detail) AS detail
    FROM judged j CROSS JOIN LATERAL (
      SELECT x ->> 'code' AS code, x ->> 'pointer' AS pointer, x ->> 'detail' AS detail, true AS under_rules, false AS in_force
      FROM jsonb_array_elements(j.under_rules) x
      UNION ALL
      SELECT x ->> 'code', x ->> 'pointer', x ->> 'detail', false, true FROM jsonb_array_elements(j.in_force) x) f
    GROUP BY j.event_id, j.event_name, f.code
  ), history AS (
    SELECT r.code, count(*) FILTER (WHERE r.under_rules) AS refused, count(*) FILTER (WHERE r.in_force) AS refused_now,
      jsonb_agg(jsonb_build_object('event_id', r.event_id, 'event_name', r.event_name, 'pointer', r.pointer, 'detail', r.detail) ORDER BY r.event_id)
        FILTER (WHERE r.place <= 5) AS samples
    FROM (SELECT *, row_number() OVER (PARTITION BY r.code, r.under_rules ORDER BY r.event_id) + CASE WHEN under_rules THEN 0 ELSE 5 END AS place FROM reasons r) r
    GROUP BY r.code
  ), letters AS (
    SELECT d.code, count(*) AS accepted,
      jsonb_agg(jsonb_build_object('dead_letter', d.id) ORDER BY d.id) FILTER (WHERE d.place <= 5) AS samples
    FROM (SELECT l.id, l.code, row_number() OVER (PARTITION BY l.code ORDER BY l.id) AS place FROM lifecycle._rehearse_dead_letters(rules) l) d
    GROUP BY d.code
  )
  SELECT coalesce(h.code, l.code), coalesce(h.refused, 0), coalesce(h.refused_now, 0), coalesce(l.accepted, 0),
    coalesce(h.samples, '[]') || coalesce(l.samples, '[]')
  FROM history h FULL JOIN letters l ON l.code = h.code
  UNION ALL
  SELECT NULL, (SELECT count(*) FROM judged WHERE under_rules IS NOT NULL), (SELECT count(*) FROM judged WHERE in_force IS NOT NULL),
    (SELECT coalesce(sum(l.accepted), 0) FROM letters l)::bigint, '[]'
  ORDER BY 1 NULLS FIRST
$$;
COMMENT ON FUNCTION lifecycle.rehearse_contract(jsonb, timestamptz) IS
  'What another contract would have made of history, before it is put in force; reads all events since that time and all open dead letters of stage ingest, writes nothing. rules is an overlay of the rules in force, as event_problems(event, rules) takes it; null or {} is the contract in force itself. The first row, code null, has the totals; then one row a reason code. refused: stored events that it would have refused for that code, as from a strict source; refused_now: the same of the contract in force. accepted: dead letters, by their present code, that would be events now. samples: up to five of each, by event_id or number of the dead letter. An event that breaks several rules counts under each, but once in the totals. Error 22023 for an overlay of another shape.';
