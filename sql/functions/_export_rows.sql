CREATE AGGREGATE lifecycle._export_rows("order" text, numbers bigint, unread boolean, VARIADIC columns "any") (
  SFUNC = lifecycle._export_rows_add,
  STYPE = internal,
  SSPACE = 524288,
  FINALFUNC = lifecycle._export_rows_part,
  FINALFUNC_MODIFY = READ_WRITE,
  COMBINEFUNC = lifecycle._export_rows_combine,
  SERIALFUNC = lifecycle._export_rows_part,
  DESERIALFUNC = lifecycle._export_rows_read_part,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE lifecycle._export_rows(text, bigint, boolean, "any") IS
'Internal: writes rows into files, in as many processes as compute it; for _export_files(), whose "order" it takes. numbers: where those processes find the number of the next file; unread: whether something is wrong with the row that the checks cannot see; columns: those of the contract. Gives what was written as bytes that _export_files() reads; null of no rows.';
