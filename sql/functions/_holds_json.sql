CREATE FUNCTION lifecycle._holds_json(type oid) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_holds_json' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._holds_json(oid) IS
  'Internal: whether values of a type are a json or have some in them, as arrays, composites and domains may: to_jsonb() of such a value may fail. _fits_jsonb(to_json(value)) says whether it does.';
