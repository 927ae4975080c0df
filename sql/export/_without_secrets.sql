CREATE FUNCTION lifecycle._without_secrets(document jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  clean jsonb := document;
  finding record;
  value text;
  rule record;
  round integer := 0;
  mark jsonb;
BEGIN
  -- In rounds: of a document with very many a list names the first thousand, and a rule may find its own mark.
  WHILE lifecycle._any_secret(clean) LOOP
    round := round + 1;
    FOR finding IN
      SELECT ARRAY(SELECT jsonb_array_elements_text(f -> 'path')) AS path, f ->> 'rule' AS rule, f ->> 'what' AS what
      FROM jsonb_array_elements(lifecycle._secret_list(clean)::jsonb) f
    LOOP
      mark := CASE WHEN round = 1 THEN to_jsonb(format('[removed: %s]', finding.rule)) ELSE 'null' END;
      IF finding.what = 'key' THEN
        clean := clean #- finding.path;
        IF round = 1 THEN
          clean := jsonb_set(clean, finding.path[: cardinality(finding.path) - 1] || format('[removed: %s]', finding.rule), 'null');
        END IF;
      ELSIF finding.what = 'under' OR round > 1 THEN
        clean := CASE WHEN finding.path = '{}' THEN mark ELSE jsonb_set(clean, finding.path, mark) END;
      ELSE
        value := clean #>> finding.path;
        FOR rule IN SELECT r.name, r.pattern FROM lifecycle.secret_rules r WHERE r.enabled AND r.applies_to = 'value' AND value COLLATE "C" ~ r.pattern ORDER BY r.name LOOP
          value := regexp_replace(value COLLATE "C", rule.pattern, format('[removed: %s]', rule.name), 'g');
        END LOOP;
        clean := CASE WHEN finding.path = '{}' THEN to_jsonb(value) ELSE jsonb_set(clean, finding.path, to_jsonb(value)) END;
      END IF;
    END LOOP;
  END LOOP;
  RETURN clean;
END
$$;
COMMENT ON FUNCTION lifecycle._without_secrets(jsonb) IS
  'Internal: a document with every secret that secrets_in() finds replaced by "[removed: RULE]"; of a text only what the rules'' patterns match. Costs as much as looking where there is none.';
