-- Users with a dozen attributes, as a segment's condition reads them; and JsonLogic interpreted in PL/pgSQL, as one would write
-- it without an extension: a CASE over the operators, arguments evaluated first where JsonLogic does so.
CREATE SCHEMA bench;
CREATE TABLE bench.users AS
  SELECT i AS user_id, jsonb_build_object(
    'plan', (ARRAY['free', 'starter', 'pro', 'enterprise'])[1 + i * 7 % 4], 'country', (ARRAY['DE', 'FR', 'AT', 'US', 'GB', 'JP', 'BR', 'IN'])[1 + i * 11 % 8],
    'age', 18 + i * 13 % 60, 'logins', i * 17 % 500, 'score', round((i % 1000) / 10.0, 1), 'email_opt_in', i % 3 = 0,
    'city', 'City ' || i % 1000, 'language', (ARRAY['de', 'fr', 'en', 'ja'])[1 + i % 4], 'signup_source', (ARRAY['ad', 'referral', 'organic'])[1 + i % 3],
    'last_seen', to_char(timestamp '2025-01-01' + i * interval '7 seconds', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'company', 'Company ' || i % 5000,
    'tags', jsonb_build_array('t' || i % 10, 't' || i % 7)) AS attributes
  FROM generate_series(1, :rows) i;
CREATE TABLE bench.tenth_of_users AS SELECT * FROM bench.users WHERE user_id <= :rows / 10;
VACUUM ANALYZE;

CREATE FUNCTION bench.truthy(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE jsonb_typeof(value) WHEN 'boolean' THEN value::boolean WHEN 'number' THEN value <> '0' WHEN 'string' THEN value <> '""'
    WHEN 'array' THEN value <> '[]' WHEN 'object' THEN true ELSE false END
$$;

CREATE FUNCTION bench.jsonlogic(rule jsonb, data jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  operator text;
  arguments jsonb;
  argument jsonb;
  value jsonb;
  left_value jsonb;
  right_value jsonb;
BEGIN
  IF jsonb_typeof(rule) = 'array' THEN
    value := '[]';
    FOR argument IN SELECT jsonb_array_elements(rule) LOOP
      value := value || jsonb_build_array(bench.jsonlogic(argument, data));
    END LOOP;
    RETURN value;
  ELSIF jsonb_typeof(rule) <> 'object' THEN
    RETURN rule;
  END IF;
  SELECT k, v INTO operator, arguments FROM jsonb_each(rule) e(k, v);
  IF jsonb_typeof(arguments) <> 'array' THEN
    arguments := jsonb_build_array(arguments);
  END IF;
  CASE operator
    WHEN 'var' THEN
      RETURN coalesce(data #> string_to_array(arguments ->> 0, '.'), arguments -> 1, 'null');
    WHEN 'and', 'or' THEN
      FOR argument IN SELECT jsonb_array_elements(arguments) LOOP
        value := bench.jsonlogic(argument, data);
        EXIT WHEN bench.truthy(value) = (operator = 'or');
      END LOOP;
      RETURN value;
    WHEN '!' THEN
      RETURN to_jsonb(NOT bench.truthy(bench.jsonlogic(arguments -> 0, data)));
    ELSE
      left_value := bench.jsonlogic(arguments -> 0, data);
      right_value := bench.jsonlogic(arguments -> 1, data);
  END CASE;
  CASE operator
    WHEN '==', '===' THEN
      RETURN to_jsonb(left_value = right_value);
    WHEN '!=', '!==' THEN
      RETURN to_jsonb(left_value <> right_value);
    WHEN '<' THEN
      RETURN to_jsonb((left_value #>> '{}')::numeric < (right_value #>> '{}')::numeric);
    WHEN '<=' THEN
      RETURN to_jsonb((left_value #>> '{}')::numeric <= (right_value #>> '{}')::numeric);
    WHEN '>' THEN
      RETURN to_jsonb((left_value #>> '{}')::numeric > (right_value #>> '{}')::numeric);
    WHEN '>=' THEN
      RETURN to_jsonb((left_value #>> '{}')::numeric >= (right_value #>> '{}')::numeric);
    WHEN 'in' THEN
      RETURN to_jsonb(right_value @> left_value);
  END CASE;
END
$$;
