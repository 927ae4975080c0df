#!/usr/bin/env bash
# "Another server" of docs/EXPORT.md, as it stands there, block by block, on two servers: the role that delivers has what the document grants
# it, and nothing else. Exports and erasures arrive through its door; whatever else it tries there is refused. Then the document's other two ways.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/second_server.sh
plan 41
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
# block N: the Nth block of SQL of that chapter.
block() { awk -v want="$1" '/^## /{ inside = $0 == "## Another server" } inside && /^```(sql|postgresql)$/{ n++; on = n == want; next } /^```$/{ on = 0 } on' docs/EXPORT.md; }
like "$(block 1)" 'CREATE EXTENSION lifecycle_ledger CASCADE;.*install_warehouse' 'the first block is for the other server'
like "$(block 2)" 'CREATE ROLE exporter.*GRANT EXECUTE' 'the second makes the role and its door'
like "$(block 3)" 'CREATE SERVER hq.*register_destination' 'the third is for this server'

second_server start_bare
far_owner() { psql -X -A -t -q -v ON_ERROR_STOP=1 -h "$second_host" -p 5432 -U warehouse_owner -d postgres "$@"; }
# The owner of the tables there is no superuser, whose right to anything would hide what is missing.
second "CREATE ROLE warehouse_owner LOGIN CREATEROLE" 'GRANT CREATE ON DATABASE postgres TO warehouse_owner' 'CREATE EXTENSION lifecycle_ledger' \
  'GRANT USAGE, CREATE ON SCHEMA lifecycle TO warehouse_owner' 'CREATE SCHEMA partman' 'CREATE EXTENSION pg_partman SCHEMA partman' \
  'GRANT ALL ON SCHEMA partman TO warehouse_owner' 'GRANT ALL ON ALL TABLES IN SCHEMA partman TO warehouse_owner' >/dev/null 2>&1
is "$(block 1 | sed 's/^CREATE EXTENSION /&IF NOT EXISTS /' | far_owner -f - 2>&1 | grep ERROR)" '' 'the first block runs, by an owner who is no superuser'
is "$(block 2 | far_owner -f - 2>&1)" '' 'the second'
second "CREATE TABLE public.salaries (name text); INSERT INTO public.salaries VALUES ('Bolt')" >/dev/null
second_server trust 'local all exporter scram-sha-256'

PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
ALTER DATABASE :DBNAME SET lifecycle_ledger.retry_base = 0;
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE PROCEDURE add(first bigint, last bigint) LANGUAGE sql AS $$
  INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) SELECT id(n), 'user' || n || '@example.com', 'Activation' FROM generate_series(first, last) n;
  INSERT INTO lifecycle.person_entities (org_id, entity_id, full_name, work_email) SELECT id(n % 3), id(1000 + n), 'Person ' || n, 'user' || n || '@example.com' FROM generate_series(first, last) n;
  INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, started_at, created_at, error_message)
    SELECT id(2000 + n), 'op', 'act', 'person', id(1000 + n), id(n % 3), 'failed', t, t, 'no Person ' || n FROM generate_series(first, last) n, LATERAL (SELECT timestamptz '2001-02-03+00' + n * interval '9 hours' AS t) t
$$;
SQL
value 'CALL add(1, 50)'
near_block() { block 3 | sed "s|host 'hq.example', dbname 'warehouse', sslmode 'verify-full'|host '$second_host', port '5432', dbname 'postgres'|"; }
like "$(near_block)" "host '/tmp" 'only the address is another one here'
is "$(near_block | psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = warning' -f - 2>&1)" \
  'Server "hq" gets dx_company_entities_v1, dx_entity_snapshots_v1, dx_operation_events_v1, dx_operation_runs_v1, dx_person_entities_v1 with the next export.' 'the third block runs, without a warning'
arrived() { second "SELECT (SELECT count(*) FROM lifecycle.dx_operation_runs_v1) || ' ' || (SELECT count(*) FROM lifecycle.dx_person_entities_v1) || ' ' || (SELECT count(*) FROM lifecycle.dx_entity_snapshots_v1)"; }
of_person() { second "SELECT (SELECT count(*) FROM lifecycle.dx_operation_runs_v1 t WHERE t::text LIKE '%Person $1\"%' OR t.error_message = 'no Person $1') + (SELECT count(*) FROM lifecycle.dx_person_entities_v1 WHERE full_name = 'Person $1')
  + (SELECT count(*) FROM lifecycle.dx_entity_snapshots_v1 t WHERE t.canonical_payload_json ->> 'full_name' = 'Person $1')"; }
is "$(arrived)" '50 50 50' 'and everything is there, rows of times that had no partition too'
is "$(of_person 7)" 3 'somebody is there'
is "$(value 'CALL lifecycle.erase_user(id(7))' 2>&1)" '' 'an erasure'
is "$(value "SELECT count(*) || ' ' || count(delivered_at) FROM lifecycle.export_erasures")" "$(value "SELECT count(delivered_at) || ' ' || count(*) FROM lifecycle.export_erasures")" '... is delivered through the door'
is "$(of_person 7)" 0 '... and done there'
is "$(of_person 8)" 3 '... to nobody else'

# What the role may not.
as_exporter() { PGPASSWORD='a long one' psql -X -A -t -q -v VERBOSITY=sqlstate -h "$second_host" -p 5432 -U exporter -d postgres -c "$1" 2>&1 || true; }
is "$(as_exporter 'SELECT current_user')" exporter 'the role can log in'
refused() { is "$(as_exporter "$2")" 'ERROR:  42501' "it cannot $1"; }
refused 'read a dataset' 'SELECT FROM lifecycle.dx_person_entities_v1'
refused 'read what was received' 'SELECT FROM lifecycle.received_batches'
refused 'write to a dataset' "INSERT INTO lifecycle.dx_operation_runs_v1_keys SELECT"
refused 'change or delete rows' 'DELETE FROM lifecycle.dx_person_entities_v1'
refused 'drop a table' 'DROP TABLE lifecycle.dx_person_entities_v1'
refused 'read another table' 'SELECT FROM public.salaries'
refused 'call the functions behind the door' "SELECT lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), '')"
refused 'change the door' 'CREATE OR REPLACE FUNCTION delivery.receive_batch(text, uuid, text, text, text, name, text[]) RETURNS int LANGUAGE sql AS $$SELECT 1$$'
refused 'make tables' 'CREATE TABLE delivery.mine ()'
refused 'become the owner' 'SET ROLE warehouse_owner'
refused 'read files' "SELECT pg_read_file('/etc/passwd')"
# A table of its own in the place where the door reads a batch into one.
stage=$(far_owner -c "SELECT 'lifecycle_batch_' || left(md5(current_user || ' ' || string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place)), 16)
  FROM lifecycle._contract_columns(lifecycle._dataset_contract('dx_operation_runs_v1')) c")
refused 'plant a table for the owner to fill' "CREATE TEMP TABLE $stage (n int); SELECT delivery.receive_batch('dx_operation_runs_v1', gen_random_uuid(), '{}')"

# Without a door for erasures: told when the destination is registered, and when somebody is erased.
far_owner -c 'DROP FUNCTION delivery.receive_erasure' >/dev/null
register="SELECT lifecycle.register_destination('hq', 'server', 'hq'"
like "$(psql -X -q -c "$register, '{\"receiver\": \"delivery.receive_batch\"}')" 2>&1)" 'WARNING:  server "hq" takes batches from here, but no erasures.*Role "exporter" has no function delivery.receive_erasure' 'no door for erasures: told at registration'
like "$(psql -X -q -c 'CALL lifecycle.erase_user(id(8))' 2>&1)" 'still has the person: server "hq" does not take erasures from here: function delivery.receive_erasure.* does not exist' '... and by the erasure'
is "$(value 'SELECT finished_at IS NOT NULL FROM lifecycle.erasures ORDER BY erasure_id DESC LIMIT 1')" t '... which is done here'
like "$(value 'CALL lifecycle.export()' 2>&1)" 'ERROR:  export of dataset .* failed: server "hq" does not take erasures.*HINT: .*a function delivery.receive_erasure\(\) beside delivery.receive_batch' '... and by the next export, with the mend'
block 2 | grep -A 2 'CREATE FUNCTION delivery.receive_erasure' | far_owner -f - >/dev/null
is "$(value 'CALL lifecycle.export()' 2>&1)$(of_person 8)" 0 'mended, the next export delivers it'

# A receiver, which has rights to the tables: exports, no erasures, no reconciliation.
grant="SELECT lifecycle.grant_warehouse('exporter', 'receiver')"
like "$(far_owner -c "$grant" 2>&1)" 'ERROR:  role exporter cannot be given the use of schema lifecycle.*WITH GRANT OPTION' 'a receiver: not by an owner who cannot grant the use of the schema'
second 'GRANT USAGE ON SCHEMA lifecycle TO warehouse_owner WITH GRANT OPTION' >/dev/null
far_owner -c 'SET client_min_messages = error' -c 'DROP SCHEMA delivery CASCADE' -c "$grant" >/dev/null
like "$(psql -X -q -c "$register)" 2>&1)" 'WARNING:  server "hq" takes batches from here, but no erasures' 'a receiver: told that it takes no erasures'
far_owner -c "SELECT lifecycle._ensure_partition('lifecycle.dx_operation_runs_v1', d) FROM generate_series(timestamptz '2001-02-01+00', '2001-06-01+00', '1 day') d" >/dev/null
value 'CALL add(51, 60)'
is "$(value 'CALL lifecycle.export()' 2>&1)" '' '... it takes exports'
is "$(arrived)" '60 60 62' '... which arrive'
like "$(psql -X -q -c 'CALL lifecycle.erase_user(id(51))' 2>&1)" 'does not take erasures from here: permission denied' '... and no erasures'
is "$(of_person 51)" 3 '... which would be done by halves otherwise'
is "$(as_exporter 'DELETE FROM lifecycle.dx_operation_runs_v1')$(as_exporter 'DROP TABLE lifecycle.dx_person_entities_v1')$(as_exporter 'SELECT FROM public.salaries')" \
  "$(printf 'ERROR:  42501%.0s' 1 2 3)" '... and it can neither delete nor drop nor read other tables'

# A member of the owner: all of it.
far_owner -c "SELECT lifecycle.revoke_warehouse('exporter', 'receiver')" >/dev/null
# From PostgreSQL 16 on no role may grant itself, and whoever makes a role is a member of it.
second 'REVOKE exporter FROM warehouse_owner' 'GRANT warehouse_owner TO exporter' >/dev/null 2>&1
is "$(psql -X -q -A -t -c "$register)" 2>&1 | grep -c WARNING)" 0 'a member of the owner: no warning'
is "$(value 'CALL lifecycle.export()' 2>&1)$(of_person 51)" 0 '... what waited is delivered'
is "$(value 'CALL lifecycle.reconcile()' 2>&1)" '' '... and both sides can be reconciled'
