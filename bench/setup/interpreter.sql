-- JsonLogic interpreted in PL/pgSQL, as one would write it without an extension: a CASE over the operators, arguments evaluated first
-- where JsonLogic does so.
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
