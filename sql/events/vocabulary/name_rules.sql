-- What event names may not say, beside being no action (#action).
INSERT INTO lifecycle.event_rules (applies_to, pattern, code, reason, origin)
SELECT 'event_name', pattern, 'event_name.' || code, reason, 'shipped'
FROM (VALUES
  ('#snake_case', 'case', 'is not snake_case'),
  ('#action', 'tense', 'has no verb in past tense'),
  ('<auxiliary>_+', 'flag', 'is a flag, not an action'),
  ('+_is_*', 'flag', 'is a flag, not an action'),
  ('+_are_*', 'flag', 'is a flag, not an action'),
  ('+_was_*', 'flag', 'is a flag, not an action'),
  ('+_were_*', 'flag', 'is a flag, not an action'),
  ('+_has_*', 'flag', 'is a flag, not an action'),
  ('+_have_*', 'flag', 'is a flag, not an action'),
  ('+_had_*', 'flag', 'is a flag, not an action'),
  ('+_been_*', 'flag', 'is a flag, not an action'),
  ('+_be_*', 'flag', 'says what is to be, not what happened'),
  ('+_being_*', 'flag', 'says what is going on, not what happened'),
  ('*_not_*', 'state', 'says what did not happen: a state'),
  ('*_never_*', 'state', 'says what did not happen: a state'),
  ('*_no_longer_*', 'state', 'says what is no longer so: a state'),
  ('*_last_<past>', 'state', 'is an attribute of the latest action, not an action'),
  ('*_first_seen', 'state', 'is an attribute, not an action'),
  ('*_latest_<past>', 'state', 'is an attribute of the latest action, not an action'),
  ('*_currently_*', 'state', 'says what is so at the moment: a state'),
  ('*_<person>_satisfied', 'state', 'says how somebody is, not what happened'),
  ('*_<past>_at', 'state', 'is a time, not an action'),
  ('*_created_on', 'state', 'is a date, not an action'),
  ('*_updated_on', 'state', 'is a date, not an action'),
  ('*_verified_on', 'state', 'is a date, not an action'),
  ('total_+', 'count', 'is a count, not an action'),
  ('num_+', 'count', 'is a count, not an action'),
  ('nb_+', 'count', 'is a count, not an action'),
  ('number_of_+', 'count', 'is a count, not an action'),
  ('count_of_+', 'count', 'is a count, not an action'),
  ('sum_of_+', 'count', 'is a measure, not an action'),
  ('avg_+', 'count', 'is a measure, not an action'),
  ('average_+', 'count', 'is a measure, not an action'),
  ('median_+', 'count', 'is a measure, not an action'),
  ('cumulative_+', 'count', 'is a measure, not an action'),
  ('lifetime_+', 'count', 'is a measure, not an action'),
  ('time_spent', 'count', 'is a measure, not an action'),
  ('+_time_spent', 'count', 'is a measure, not an action'),
  ('*_time_elapsed', 'count', 'is a measure, not an action'),
  ('*_amount_<past>', 'count', 'is a measure, not an action'),
  ('*_quantity_<past>', 'count', 'is a measure, not an action'),
  ('*_<time_units>_<past>', 'count', 'is a measure, not an action'),
  ('+_per_+', 'count', 'is a measure, not an action'),
  ('*_last_<number>_*', 'count', 'is a measure over a span of time, not an action'),
  ('*_past_<number>_*', 'count', 'is a measure over a span of time, not an action'),
  ('+_<window>', 'count', 'is a measure over a span of time, not an action'),
  ('+_<version>', 'logic', 'has a version in it: an event keeps its name, its properties may evolve'),
  ('+_<number>', 'logic', 'ends in a number, which belongs into properties'),
  ('*_<standing>_<person>_+', 'logic', 'has business logic in it: who is what is found out downstream'),
  ('*_high_value_*', 'logic', 'has business logic in it: what is of high value is found out downstream'),
  ('*_low_value_*', 'logic', 'has business logic in it: what is of low value is found out downstream'),
  ('*_at_risk_*', 'logic', 'has business logic in it: who is at risk is found out downstream'),
  ('*_power_<person>_*', 'logic', 'has business logic in it: who is one is found out downstream'),
  ('*_churn_risk_*', 'logic', 'has business logic in it: who may churn is found out downstream')) v (pattern, code, reason)
ON CONFLICT DO NOTHING;

-- Off until it is wanted: then only verbs with a row in event_verbs pass.
INSERT INTO lifecycle.event_rules (applies_to, pattern, code, reason, enabled, origin) VALUES
  ('event_name', '#known_verb', 'event_name.unknown_verb', 'has a verb that is not in lifecycle.event_verbs', false, 'shipped')
ON CONFLICT DO NOTHING;

INSERT INTO lifecycle.event_rules (applies_to, pattern, code, severity, reason, origin)
SELECT 'event_name', pattern, 'exception', 'allow', reason, 'shipped'
FROM (VALUES
  ('total_<past>_*', 'The total itself is what something was done to.'),
  ('average_<past>_*', 'The average itself is what something was done to.')) v (pattern, reason)
UNION ALL
SELECT 'event_name', '*_' || measure || '_' || action, 'exception', 'allow', 'The measure itself is what something was done to.', 'shipped'
FROM unnest(ARRAY['amount', 'quantity']) measure,
  string_to_table('changed updated adjusted corrected entered edited set reset calculated confirmed exceeded selected reached', ' ') action
ON CONFLICT DO NOTHING;
