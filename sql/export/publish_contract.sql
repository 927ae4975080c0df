CREATE FUNCTION lifecycle.publish_contract(document jsonb) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  called text := document ->> 'name';
  predecessor text;
  published record;
  earlier record;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_owner('publish_contract()');
  PERFORM lifecycle._check_document(document);
  -- Of two at once the second compares with what the first has published.
  PERFORM lifecycle._lock_installation();
  SELECT d.* INTO published FROM lifecycle.datasets d WHERE d.dataset = called FOR UPDATE;
  SELECT v.contract - 'status' = document - 'status' AS is_same, v.published_at INTO earlier FROM lifecycle.contract_versions v
    WHERE v.dataset = called AND v.version = document ->> 'version';
  IF earlier.is_same THEN
    RETURN format('%s %s is published, since %s%s.', called, document ->> 'version', earlier.published_at,
      CASE WHEN published.version <> document ->> 'version' THEN format('; %s is in force', published.version) ELSE '' END);
  ELSIF document ->> 'status' <> 'active' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('a contract with status "%s" is not published', document ->> 'status'),
      DETAIL = 'What is published is active; it becomes deprecated when a successor is published, and retired by retire_dataset().',
      HINT = 'SELECT * FROM lifecycle.contract_changes(document); rehearses a draft.';
  ELSIF published.status = 'retired' THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" is retired', called), HINT = 'Publish a dataset of another name.';
  ELSIF published.version IS NOT NULL AND earlier.published_at IS NOT NULL AND published.version <> document ->> 'version' THEN
    RAISE EXCEPTION USING ERRCODE = 'duplicate_object', MESSAGE = format('%s %s was published, with other content', called, document ->> 'version'),
      DETAIL = format('It was published at %s; %s is in force.', earlier.published_at, published.version), HINT = format('Give the document a version above %s.', published.version);
  ELSIF published.version IS NOT NULL THEN
    -- What may follow what is told by the table itself.
    UPDATE lifecycle.datasets d SET version = document ->> 'version', contract = jsonb_set(document, '{status}', to_jsonb(d.status)) WHERE d.dataset = called;
    RETURN format('%s %s is published.%s', called, document ->> 'version', (SELECT format(' Warehouses get its columns by install_warehouse(): %s.', string_agg(quote_ident(w.warehouse), ', ' ORDER BY w.warehouse))
      FROM lifecycle.warehouses w HAVING count(*) > 0));
  END IF;
  predecessor := lifecycle._require_predecessor(document);
  INSERT INTO lifecycle.datasets (dataset, version, status, contract) VALUES (called, document ->> 'version', 'active', document);
  INSERT INTO lifecycle.contract_versions (dataset, version, contract) VALUES (called, document ->> 'version', document);
  IF predecessor IS NULL THEN
    RETURN format('%s %s is published.', called, document ->> 'version');
  END IF;
  RETURN lifecycle._open_migration(predecessor, called);
END
$$;
COMMENT ON FUNCTION lifecycle.publish_contract(jsonb) IS
'Publishes a contract document: a new dataset, or a later version of one, which may only add to what is published (contract_changes() rehearses it). A new major version is a dataset of its own that names its predecessor among its customProperties: then both are exported, the predecessor deprecated, until every registered consumer has acknowledged and at least two release cycles have passed. A published version never changes; the same document again changes nothing. Returns what was done. For the owner of the tables. Errors: 22023 a document that is not sound, a version that does not rise as the changes ask, or no predecessor where there has to be one; 42710 a published version with other content; 55000 a change that breaks or tightens, each with its place, and the steps to take; 42704 an unknown predecessor.';
