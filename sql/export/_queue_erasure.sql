CREATE FUNCTION lifecycle._queue_erasure(erasure_id bigint, entities uuid[], emails text[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  -- To whoever has got the dataset or is to get it, now or later; a warehouse has the snapshots of entities by way of these.
  INSERT INTO lifecycle.export_erasures (erasure_id, destination, dataset, entities, salt, addresses)
  SELECT _queue_erasure.erasure_id, d.destination, c.dataset, _queue_erasure.entities, s.salt, ARRAY(SELECT lifecycle._hashed_address(e, s.salt) FROM unnest(emails) e)
  FROM lifecycle.destinations d CROSS JOIN lifecycle.datasets c
    CROSS JOIN LATERAL (SELECT sha256(convert_to(gen_random_uuid()::text || d.destination || c.dataset || gen_random_uuid(), 'UTF8')) AS salt) s
  WHERE lifecycle._contract_property(c.contract, 'writeSemantics') #>> '{}' <> 'replace' AND EXISTS (SELECT FROM lifecycle._personal_columns(c.contract))
    AND EXISTS (
      SELECT FROM lifecycle.datasets g
      WHERE (g.dataset = c.dataset OR d.kind <> 'directory' AND lifecycle._contract_property(g.contract, 'snapshots') #>> '{}' = c.dataset)
        AND (EXISTS (SELECT FROM lifecycle._export_datasets(d.destination) e WHERE e.dataset = g.dataset)
          OR EXISTS (SELECT FROM lifecycle.export_batches b WHERE b.destination = d.destination AND b.dataset = g.dataset AND b.status = 'delivered')))
  ON CONFLICT ON CONSTRAINT export_erasures_pkey DO UPDATE SET entities = excluded.entities, salt = excluded.salt, addresses = excluded.addresses, delivered_at = NULL
    WHERE export_erasures.delivered_at IS NOT NULL AND (excluded.entities <> '{}' OR excluded.addresses <> '{}')
$$;
COMMENT ON FUNCTION lifecycle._queue_erasure(bigint, uuid[], text[]) IS
  'Internal: puts an erasure on its way to every destination of every dataset with personal columns. One that was delivered goes again when it is called again.';
