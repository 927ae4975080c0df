#!/usr/bin/env bash
# Names labelled good and bad: those the specification decides must all be judged so; of the others the share is printed.
# And past forms of a reference list: how many the contract knows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/real_input.sh
real_input verbs
plan 6

load names "$data/../event-names.csv"
sql 'CREATE VIEW judged AS SELECT *, CASE WHEN lifecycle.event_name_problem(name) IS NULL THEN $$good$$ ELSE $$bad$$ END AS judgement FROM names'
ok "$(sql 'SELECT count(*) > 40 FROM names')" 'there are names'
is "$(sql "SELECT string_agg(format('%s should be %s', name, verdict), ', ') FROM judged WHERE sure = 'yes' AND judgement <> verdict")" '' \
  'the sure ones are judged right'
figure "$(sql "SELECT format('sure: %s of %s right; the rest: %s of %s right%s', count(*) FILTER (WHERE sure = 'yes' AND judgement = verdict), count(*) FILTER (WHERE sure = 'yes'),
    count(*) FILTER (WHERE sure <> 'yes' AND judgement = verdict), count(*) FILTER (WHERE sure <> 'yes'),
    ', but for ' || string_agg(name, ', ') FILTER (WHERE sure <> 'yes' AND judgement <> verdict)) FROM judged")"
is "$(sql "SELECT count(*) FROM judged WHERE verdict = 'good' AND sure = 'yes' AND lifecycle.event_problems(jsonb_build_object('event_id', gen_random_uuid(), 'event_name', name,
    'event_time', '2025-01-31T08:30:00Z', 'user_id', '1', 'properties', '{}'::jsonb)) <> '{}'")" 0 'and so are events with them'

load doubled "$data/doubled-or-y-past.csv"
load irregular "$data/irregular-past.csv"
known() { sql "SELECT count(*) FROM $1 WHERE lifecycle.event_name_problem('thing_' || $2) IS NULL"; }
share() { figure "$1: $2 of $(sql "SELECT count(*) FROM $3") known"; }
regular=$(known doubled past)
share 'regular forms' "$regular" doubled
ok "$([ "$regular" -gt 930 ] && echo t)" 'nearly all regular forms are known'
is "$(sql "SELECT string_agg(past, ' ') FROM doubled WHERE lifecycle.event_name_problem('thing_' || past) LIKE 'event_name.spelling%' AND past NOT IN ('betted', 'quitted', 'ridded', 'spitted')")" '' \
  'none is taken for a slip but rare forms of irregular verbs'
irregular=$(known irregular past_or_participle)
share 'irregular forms, archaic ones included' "$irregular" irregular
ok "$([ "$irregular" -gt 310 ] && echo t)" 'and the irregular ones in use'
