CREATE FUNCTION lifecycle._rule_of(conditions jsonb, operator text, owner text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_trigger CONSTANT boolean := owner = 'trigger';
  list jsonb;
  rule jsonb;
  stray text[];
BEGIN
  IF jsonb_typeof(conditions) = 'array' THEN
    list := conditions;
  ELSIF jsonb_typeof(conditions) = 'object' AND jsonb_typeof(conditions -> 'conditions') = 'array'
      AND conditions - '{operator,conditions}'::text[] = '{}' THEN
    list := conditions -> 'conditions';
    operator := coalesce(conditions ->> 'operator', operator);
  END IF;
  IF list IS NULL THEN
    -- No conditions at all; to json-logic-js, too, an empty object is true.
    rule := CASE WHEN conditions = '{}' THEN 'true' ELSE conditions END;
  ELSE
    -- Fields as the list form names them: properties of the event, columns of the user, else the user's attributes.
    SELECT coalesce(jsonb_agg(CASE
        WHEN of_trigger AND jsonb_typeof(c -> 'property') = 'string' AND NOT c ? 'field'
          THEN jsonb_set(c, '{property}', to_jsonb('event.properties.' || (c ->> 'property')))
        WHEN jsonb_typeof(coalesce(c -> 'field', c -> 'property')) = 'string' THEN
          c - 'property' || jsonb_build_object('field', CASE
            WHEN f = '' OR f ~ '^user\.' OR (of_trigger AND f ~ '^event\.') THEN f
            WHEN f IN ('lifecycle_stage', 'lifecycleStage') THEN 'user.current_lifecycle_stage'
            WHEN f ~ '^(id|email|current_lifecycle_stage|created_at|updated_at)$' OR f ~ '^attributes\.' THEN 'user.' || f
            ELSE 'user.attributes.' || f END)
        ELSE c END ORDER BY n), '[]') INTO list
      FROM jsonb_array_elements(list) WITH ORDINALITY e (c, n)
        CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(c) WHEN 'object' THEN coalesce(c ->> 'field', c ->> 'property') END AS f) x;
    rule := lifecycle.jsonlogic_from_conditions(list, operator);
  END IF;
  PERFORM lifecycle._check_condition(rule);
  stray := ARRAY(SELECT m FROM unnest(lifecycle._document_members(rule)) m
    WHERE m NOT IN ('', 'user') AND m !~ '^user\.(id|email|current_lifecycle_stage|attributes|created_at|updated_at)$'
      AND NOT (of_trigger AND m ~ '^event(\.(kind|id|name|time|received_at|user_id|properties|event_data|lifecycle_stage|workflow_execution_id))?$'));
  IF stray <> '{}' THEN
    RAISE WARNING USING MESSAGE = format('the condition looks at "%s", which is nothing a %s''s condition can see', array_to_string(stray, '", "'), owner),
      DETAIL = 'It will always be null.',
      HINT = 'Attributes are below user.attributes, as in user.attributes.plan' || CASE WHEN of_trigger THEN ', properties below event.properties.' ELSE '.' END;
  END IF;
  RETURN rule;
END
$$;
COMMENT ON FUNCTION lifecycle._rule_of(jsonb, text, text) IS
'Internal: the JsonLogic rule that conditions of a trigger or segment (owner) stand for: themselves where they are JsonLogic; true for {}, no conditions; a list of {field, operator, value}, or {"operator": "OR", "conditions": [list]}, converted. Null for null. Warns of paths that lead nowhere. Errors: 22023 for what is no JsonLogic, with its place; 54000 beyond a limit.';
