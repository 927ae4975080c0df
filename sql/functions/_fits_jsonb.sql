CREATE FUNCTION lifecycle._fits_jsonb(document json) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_fits_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle._fits_jsonb(json) IS
  'Internal: whether the document can become a jsonb, which holds no \u0000, no half of a surrogate pair, no number of more than 131072 digits before or 16383 after the point, and no nesting beyond 6000.';
