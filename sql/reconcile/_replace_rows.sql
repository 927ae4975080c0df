CREATE FUNCTION lifecycle._replace_rows(dataset text, source regclass, warehouse name, orgs text[], OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT overwritten bigint)
AS 'MODULE_PATHNAME', 'lifecycle_lawful_call' LANGUAGE C;
COMMENT ON FUNCTION lifecycle._replace_rows(text, regclass, name, text[]) IS
  'Internal: as _apply_rows, but a row that is there under the key of one in source is taken out first: one of another tenant in orgs too. Of append-only datasets what is taken out is kept in overwritten_rows. For reconcile() alone, whose source is what the warehouse has to agree with; error 42501 for another role than the owner of the tables.';
