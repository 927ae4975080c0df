CREATE FUNCTION lifecycle._lifecycle_stages() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['Acquisition', 'Activation', 'Retention', 'Revenue', 'Referral'];
COMMENT ON FUNCTION lifecycle._lifecycle_stages() IS 'Internal: the five stages in their order, as the CHECK constraints of the tables have them.';
