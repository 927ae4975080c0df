CREATE FUNCTION lifecycle._receiving_call(contract jsonb, options jsonb, OUT statement text, OUT parameters text[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('SELECT b.rows_in, b.written, b.unchanged, b.dead, b.refusals FROM %s(dataset => CASE WHEN num_nulls(set_config(''lock_timeout'', $8, true), set_config(''plan_cache_mode'', ''auto'', true)) = 0 THEN $3 END, '
      || 'batch_id => $4::uuid, ndjson => $1, contract_version => $5, checksum => $2, warehouse => $6::name, columns => $7::text[]) b', lifecycle._receiver_name(options)),
    ARRAY[contract ->> 'name', NULL, contract ->> 'version', coalesce(options ->> 'warehouse', 'lifecycle'),
      ARRAY(SELECT c.name FROM lifecycle._contract_columns(contract) c ORDER BY c.place)::text,
      coalesce(current_setting('lifecycle_ledger.delivery_lock_timeout', true), '30s')]
$$;
COMMENT ON FUNCTION lifecycle._receiving_call(jsonb, jsonb) IS
  'Internal: the call of receive_batch() on another server, for _send_batch() and _send_stream(): lines and checksum are $1 and $2, the parameters follow; the second of these, the batch''s number, is the caller''s to give. It waits for locks there no longer than lifecycle_ledger.delivery_lock_timeout, and what it runs there is planned as usual, though the call itself is planned for all parameters. options: of the destination.';
