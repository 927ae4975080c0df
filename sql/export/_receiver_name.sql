CREATE FUNCTION lifecycle._receiver_name(options jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce((SELECT string_agg(quote_ident(part), '.' ORDER BY place) FROM unnest(parse_ident(options ->> 'receiver')) WITH ORDINALITY AS p(part, place)), 'lifecycle.receive_batch')
$$;
COMMENT ON FUNCTION lifecycle._receiver_name(jsonb) IS 'Internal: the function on the far side that takes batches: lifecycle.receive_batch, or the option receiver of a destination of kind server.';
