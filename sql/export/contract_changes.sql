CREATE FUNCTION lifecycle.contract_changes(document jsonb) RETURNS TABLE (json_pointer text, change text, class text, needs text, detail text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  published jsonb;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._check_document(document);
  SELECT d.contract INTO published FROM lifecycle.datasets d
    WHERE d.dataset IN (document ->> 'name', lifecycle._custom_property(document, 'predecessor') #>> '{}') ORDER BY d.dataset <> document ->> 'name' LIMIT 1;
  IF published IS NULL THEN
    RETURN QUERY SELECT '', 'dataset_added', 'additive', 'minor', format('%s is new', document ->> 'name');
  ELSE
    -- Of a successor it goes without saying that it is called otherwise.
    RETURN QUERY SELECT c.* FROM lifecycle._contract_changes(published, document) c
      WHERE published ->> 'name' = document ->> 'name'
        OR NOT (c.json_pointer = '/id' OR c.detail LIKE 'the predecessor %' OR c.detail LIKE 'column export_schema_version: value %');
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle.contract_changes(jsonb) IS
'Rehearses publish_contract(): what a contract document changes of the published version of its dataset, or of the predecessor it names, one row a change, worst first. class: neutral (descriptions, owners, service levels), additive (a new column that may be null, behind the others; a wider text), tightening (rows that were allowed would be refused: null no longer allowed, a value taken out of a list, a narrower text, a new uniqueness guard), breaking (readers would fail or misread: removed, renamed, moved or retyped columns, nulls or values they were promised not to meet, another key, other write semantics, tenant or time). needs: the part of the version that has to rise; major means a dataset of its own. json_pointer: where in the document; of what is gone, the list it was in. Publishes nothing. Errors: 22023 a document that is not sound, with everything that is wrong.';
