CREATE FUNCTION lifecycle._condition_rule(condition jsonb, place bigint, prefix text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  operators CONSTANT text[] := '{equals,not_equals,greater_than,less_than,gte,lte,between,contains,in,not_in,matches,exists,not_exists}';
  operator CONSTANT text := condition ->> 'operator';
  field CONSTANT text := coalesce(condition ->> 'field', condition ->> 'property');
  value CONSTANT jsonb := condition -> 'value';
  shape CONSTANT text := coalesce(jsonb_typeof(condition -> 'value'), 'nothing');
  found CONSTANT jsonb := jsonb_build_object('var', prefix || field);
  present CONSTANT jsonb := jsonb_build_object('!==', jsonb_build_array(found, NULL));
  problem text;
  comparison text;
  comparand jsonb;
  rule jsonb;
  bounds jsonb;
  bound jsonb;
  is_time boolean;
BEGIN
  problem := CASE
    WHEN jsonb_typeof(condition) <> 'object' THEN format('It is of type %s, not an object.', jsonb_typeof(condition))
    WHEN coalesce(field, '') = '' OR jsonb_typeof(coalesce(condition -> 'field', condition -> 'property')) <> 'string' THEN 'It names no field.'
    WHEN operator IS NULL THEN 'It has no operator.'
    WHEN operator <> ALL (operators) THEN format('There is no operator "%s".', left(operator, 60))
    WHEN condition - '{field,property,operator,value,fieldType,description,id}'::text[] <> '{}' THEN format('It has the unknown key "%s".',
      (SELECT min(k) FROM jsonb_object_keys(condition - '{field,property,operator,value,fieldType,description,id}'::text[]) k))
    WHEN operator IN ('exists', 'not_exists') THEN NULL
    WHEN shape IN ('nothing', 'null') THEN format('%s needs a value.', operator)
    WHEN operator = 'between' AND (shape <> 'array' OR jsonb_array_length(CASE shape WHEN 'array' THEN value ELSE '[]' END) <> 2) THEN
      'between needs an array of two values.'
    WHEN operator IN ('in', 'not_in') AND shape <> 'array' THEN format('%s needs an array of values.', operator)
    WHEN operator NOT IN ('between', 'in', 'not_in') AND shape IN ('array', 'object') THEN format('%s needs a string, a number or a boolean, not an %s.', operator, shape)
    WHEN shape = 'array' AND EXISTS (SELECT FROM jsonb_array_elements(CASE shape WHEN 'array' THEN value ELSE '[]' END) e
      WHERE jsonb_typeof(e) IN ('array', 'object') OR operator = 'between' AND e = 'null') THEN format('%s needs strings, numbers or booleans in its array.', operator)
    WHEN operator = 'matches' AND shape <> 'string' THEN 'matches needs a regular expression as a string.'
  END;

  IF problem IS NULL AND operator IN ('greater_than', 'less_than', 'gte', 'lte', 'between') THEN
    bounds := CASE operator WHEN 'between' THEN value ELSE jsonb_build_array(value) END;
    -- Times are compared as moments, in milliseconds since 1970.
    is_time := coalesce(condition ->> 'fieldType', '') IN ('date', 'datetime', 'timestamp')
      OR EXISTS (SELECT FROM jsonb_array_elements_text(bounds) b WHERE b ~ '^NOW$|^NOW[-+]|^\d{4}-\d{2}-\d{2}');
    FOR bound IN SELECT b FROM jsonb_array_elements(bounds) WITH ORDINALITY x(b, n) ORDER BY n LOOP
      IF NOT is_time THEN
        -- A number written as a string is a number: strings would be ordered letter by letter.
        bounds := bounds - 0 || CASE WHEN bound #>> '{}' ~ '^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*$' AND jsonb_typeof(bound) = 'string'
          THEN to_jsonb((bound #>> '{}')::numeric) ELSE bound END;
      ELSIF bound #>> '{}' ~ '^NOW' THEN
        IF bound #>> '{}' !~ '^NOW$|^NOW[-+]\d{1,9}[smhdw]$' THEN
          problem := format('"%s" is no relative time: NOW, or NOW with a sign, a number and one of s, m, h, d and w.', left(bound #>> '{}', 60));
        END IF;
        bounds := bounds - 0 || jsonb_build_object('time.now', CASE bound WHEN '"NOW"' THEN '[]' ELSE to_jsonb(substr(bound #>> '{}', 4)) END);
      ELSE
        IF jsonb_typeof(bound) <> 'number' AND lifecycle.parse_time(bound #>> '{}') IS NULL THEN
          problem := format('"%s" is no date or time.', left(bound #>> '{}', 60));
        END IF;
        bounds := bounds - 0 || CASE jsonb_typeof(bound) WHEN 'number' THEN bound ELSE jsonb_build_object('time.ms', bound) END;
      END IF;
    END LOOP;
  END IF;

  IF problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'invalid condition',
      DETAIL = format('At /%s: %s', place, problem),
      HINT = 'A condition is {"field": ..., "operator": ..., "value": ...}; the operators are ' || array_to_string(operators, ', ') || '.';
  END IF;

  CASE operator
    WHEN 'equals' THEN
      RETURN jsonb_build_object('===', jsonb_build_array(found, value));
    WHEN 'not_equals' THEN
      RETURN jsonb_build_object('and', jsonb_build_array(present, jsonb_build_object('!==', jsonb_build_array(found, value))));
    WHEN 'contains' THEN
      RETURN jsonb_build_object('in', jsonb_build_array(jsonb_build_object('text.lower', value), jsonb_build_object('text.lower', found)));
    WHEN 'in' THEN
      RETURN jsonb_build_object('in', jsonb_build_array(found, jsonb_path_query_array(value, '$[*] ? (@ != null)')));
    WHEN 'not_in' THEN
      RETURN jsonb_build_object('and', jsonb_build_array(present, jsonb_build_object('!', jsonb_build_object('in', jsonb_build_array(found, value)))));
    WHEN 'matches' THEN
      RETURN jsonb_build_object('text.matches', jsonb_build_array(found, value));
    WHEN 'exists' THEN
      RETURN present;
    WHEN 'not_exists' THEN
      RETURN jsonb_build_object('===', jsonb_build_array(found, NULL));
    ELSE
      comparison := CASE operator WHEN 'greater_than' THEN '>' WHEN 'less_than' THEN '<' WHEN 'gte' THEN '>=' ELSE '<=' END;
      comparand := CASE WHEN is_time THEN jsonb_build_object('time.ms', found) ELSE found END;
      rule := jsonb_build_object(comparison, CASE operator WHEN 'between' THEN jsonb_build_array(bounds -> 0, comparand, bounds -> 1)
        ELSE jsonb_build_array(comparand, bounds -> 0) END);
      -- Null would count as 0. As a time it is in no order with any.
      RETURN CASE WHEN is_time THEN rule ELSE jsonb_build_object('and', jsonb_build_array(present, rule)) END;
  END CASE;
END
$$;
COMMENT ON FUNCTION lifecycle._condition_rule(jsonb, bigint, text) IS
'Internal: the JsonLogic rule of one condition of jsonlogic_from_conditions(), at that place in the list, counted from 0.';
