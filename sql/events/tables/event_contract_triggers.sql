-- Transition tables want a trigger for each kind of change; TRUNCATE has none.
DO $triggers$
DECLARE
  contract_table text;
  change text;
BEGIN
  FOREACH contract_table IN ARRAY ARRAY['event_verbs', 'event_words', 'event_rules', 'event_sources'] LOOP
    FOR change IN VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE') LOOP
      EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON lifecycle.%I %s FOR EACH STATEMENT EXECUTE FUNCTION lifecycle._event_contract_changed()',
        'contract_changed_' || lower(change), change, contract_table,
        CASE change WHEN 'TRUNCATE' THEN '' WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS changed' ELSE 'REFERENCING NEW TABLE AS changed' END);
    END LOOP;
  END LOOP;
END
$triggers$;
