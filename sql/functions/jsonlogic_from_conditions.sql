CREATE FUNCTION lifecycle.jsonlogic_from_conditions(conditions jsonb, operator text DEFAULT 'AND', prefix text DEFAULT '') RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rules jsonb := '[]';
  is_and CONSTANT boolean := upper(operator) = 'AND';
  part jsonb;
  place bigint;
BEGIN
  IF jsonb_typeof(conditions) <> 'array' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'conditions are no list',
      DETAIL = format('They are of type %s.', jsonb_typeof(conditions)),
      HINT = 'Write [{"field": "plan", "operator": "equals", "value": "pro"}, ...]. A JsonLogic rule needs no conversion.';
  END IF;
  IF upper(operator) NOT IN ('AND', 'OR') THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('conditions cannot be joined by "%s"', left(operator, 60)),
      HINT = 'The operator is AND or OR.';
  END IF;
  FOR part, place IN SELECT c, n - 1 FROM jsonb_array_elements(conditions) WITH ORDINALITY x(c, n) ORDER BY n LOOP
    part := lifecycle._condition_rule(part, place, prefix);
    -- One level of "and" reads better than two.
    rules := rules || CASE WHEN is_and AND part ? 'and' THEN part -> 'and' ELSE jsonb_build_array(part) END;
  END LOOP;
  RETURN CASE jsonb_array_length(rules)
    WHEN 0 THEN to_jsonb(is_and)
    WHEN 1 THEN rules -> 0
    ELSE jsonb_build_object(lower(operator), rules) END;
END
$$;
COMMENT ON FUNCTION lifecycle.jsonlogic_from_conditions(jsonb, text, text) IS
'The JsonLogic rule that a list of conditions stands for: [{"field": ..., "operator": ..., "value": ...}, ...], all of which (AND) or one of which (OR) must hold. prefix is put before each field, such as ''user.''; "property" may be written for "field". Operators: equals, not_equals, greater_than, less_than, gte, lte, between, contains, in, not_in, matches, exists, not_exists; docs/CONDITIONS.md gives the rule each becomes. A missing or null field meets only not_exists. Values NOW, NOW-7d, NOW+12h (s, m, h, d, w) stay relative: they are taken at evaluation. An empty list is true for AND, false for OR. Null for null.
Errors: invalid_parameter_value with the condition''s place as a JSON pointer.';
