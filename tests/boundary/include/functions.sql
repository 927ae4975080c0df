-- The functions of the test module, and an error of PL/pgSQL to be carried through C++.
CREATE FUNCTION boundary_objects_made() RETURNS bigint AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_objects_alive() RETURNS bigint AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_exception_in_flight() RETURNS boolean AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_stacks() RETURNS text AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_memory_kb() RETURNS bigint AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_throw(kind text) RETURNS integer AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_nest(depth integer, kind text) RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_execute(sql text) RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_call_function(function regprocedure) RETURNS integer AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_swallow(sql text) RETURNS integer AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_translate(sql text) RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_throw_in_call(sql text) RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_delete_context(sql text) RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_keep_state() RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_exhausted(sql text) RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_sum(upto bigint) RETURNS bigint AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_spin() RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_spin_and_swallow() RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;
CREATE FUNCTION boundary_held_interrupts(polls integer) RETURNS void AS '$libdir/boundary_test' LANGUAGE C VOLATILE;

CREATE FUNCTION raise_all() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'P9Z42', MESSAGE = 'the mëssage', DETAIL = repeat('a long détail ', 400),
    HINT = 'the hint', COLUMN = 'a column', CONSTRAINT = 'a constraint', DATATYPE = 'a type', TABLE = 'a table',
    SCHEMA = 'a schema';
END
$$;

-- What a failing statement says, as one record.
CREATE TYPE said AS (state text, message text, detail text, hint text, context text, col text, con text, typ text, tab text,
  sch text);
CREATE FUNCTION said(sql text) RETURNS said LANGUAGE plpgsql AS $$
DECLARE
  result said;
BEGIN
  EXECUTE sql;
  RETURN NULL;
EXCEPTION WHEN OTHERS OR query_canceled THEN
  GET STACKED DIAGNOSTICS result.state = RETURNED_SQLSTATE, result.message = MESSAGE_TEXT,
    result.detail = PG_EXCEPTION_DETAIL, result.hint = PG_EXCEPTION_HINT, result.context = PG_EXCEPTION_CONTEXT,
    result.col = COLUMN_NAME, result.con = CONSTRAINT_NAME, result.typ = PG_DATATYPE_NAME, result.tab = TABLE_NAME,
    result.sch = SCHEMA_NAME;
  RETURN result;
END
$$;
