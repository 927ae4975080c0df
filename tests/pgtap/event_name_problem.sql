-- event_name_problem(): which names are events, what is wrong with the others, and the mended name.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();

-- Code and mend of a problem, null for none.
CREATE FUNCTION pg_temp.verdict(name text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', split_part(p, ' at ', 1), substring(p FROM '; use "(.*)"$')) FROM lifecycle.event_name_problem(name) p WHERE p IS NOT NULL
$$;

SELECT is(pg_temp.verdict(name), NULL, name) FROM unnest(ARRAY['user_signed_up', 'login_succeeded', 'project_created', 'feature_used', 'invoice_sent',
  'trial_began', 'signed_up']) name;
SELECT is(pg_temp.verdict(name), problem, name) FROM (VALUES
  ('is_active_user', 'event_name.flag user_activated'), ('user_status', 'event_name.state user_status_changed'),
  ('daily_login_count', 'event_name.count user_logged_in'), ('churned_user', 'event_name.adjective user_churned'),
  ('UserSignedUp', 'event_name.case user_signed_up'), ('user.signup', 'event_name.case user_signed_up')) v (name, problem);
SELECT is(lifecycle.event_name_problem('user_status'),
  'event_name.state at /event_name: "user_status" names a state, not an action (rule #action); use "user_status_changed"', 'the whole text');
SELECT * FROM finish();
ROLLBACK;
