#!/usr/bin/env bash
# The life of the extension in a database: refused where it cannot work, never taking the ledger along, dumped and
# restored like anything else, with a way up from every version.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
cd "$repo"
plan 26

sql() { psql -X -A -t -q -v ON_ERROR_STOP=1 -v VERBOSITY=verbose "$@" 2>&1; }
scratch=${PGDATABASE}_life
at_exit "psql -X -q -d '$PGDATABASE' -c 'DROP DATABASE IF EXISTS ${scratch} WITH (FORCE)' >/dev/null 2>&1"
create() { psql -X -q -c "SET client_min_messages = error" -c "DROP DATABASE IF EXISTS $scratch WITH (FORCE)" -c "CREATE DATABASE $scratch TEMPLATE template0 $*"; }

# Databases that cannot hold it.
create "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
refused=$(sql -d "$scratch" -c 'CREATE EXTENSION lifecycle_ledger' || true)
like "$refused" 'ERROR:  0A000: lifecycle_ledger needs a database with encoding UTF8' 'a LATIN1 database is refused'
like "$refused" 'DETAIL:  Database "[^"]+" has encoding LATIN1\.' '… naming it and its encoding'
like "$refused" "HINT:  Create a database with ENCODING 'UTF8' TEMPLATE template0" '… and the mend'
is "$(sql -d "$scratch" -c "SELECT count(*) FROM pg_namespace WHERE nspname = 'lifecycle'")" 0 '… and nothing is left of it'

create "ENCODING 'UTF8'"
must sql -d "$scratch" -c 'CREATE SCHEMA lifecycle' -c "CREATE FUNCTION lifecycle.normalize_email(text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'"
like "$(sql -d "$scratch" -c 'CREATE EXTENSION lifecycle_ledger' || true)" 'normalize_email.* already exists' \
  'a function that lies in wait under one of its names is not taken over'
must sql -d "$scratch" -c 'DROP SCHEMA lifecycle CASCADE'
like "$(sql -d "$scratch" -f "$BUILD"/lifecycle_ledger--[0-9]*[0-9].sql || true)" 'Use "CREATE EXTENSION lifecycle_ledger" to load this file' \
  'the script is not for psql'
is "$(sql -d "$scratch" -c "SELECT count(*) FROM pg_namespace WHERE nspname = 'lifecycle'")" 0 '… which it leaves at once'

# A ledger with rows in it.
must sql -v rows=2000 -d "$scratch" -f tests/lib/ledger_fixture.sql
must sql -d "$scratch" -c "CALL lifecycle.rebuild_contact_events()"
digest() { sql -d "$1" -c 'SELECT digest FROM ledger_digest'; }
before=$(digest "$scratch")
rows=$(sql -d "$scratch" -c 'SELECT count(*) FROM lifecycle.contact_events')
ok "$([ "$rows" -gt 1000 ] && echo t)" "the ledger has rows ($rows)"
is "$(sql -d "$scratch" -c 'SET client_min_messages = error' -c 'CALL lifecycle.install()'; digest "$scratch")" "$before" 'install() again changes nothing'

# Dump and restore, as custom format and as text.
restored=${scratch}_restored
at_exit "psql -X -q -d '$PGDATABASE' -c 'DROP DATABASE IF EXISTS ${restored} WITH (FORCE)' >/dev/null 2>&1"
dump=$(mktemp -d)
at_exit "rm -rf '$dump'"
for format in custom plain; do
  must sql -c 'SET client_min_messages = error' -c "DROP DATABASE IF EXISTS $restored WITH (FORCE)" -c "CREATE DATABASE $restored TEMPLATE template0 ENCODING 'UTF8'"
  succeeds "pg_dump ($format)" pg_dump -F "$format" -f "$dump/$format" "$scratch"
  if [ "$format" = custom ]; then
    succeeds 'pg_restore, stopping at any error' pg_restore --exit-on-error -d "$restored" "$dump/custom"
  else
    succeeds 'psql, stopping at any error' psql -X -q -v ON_ERROR_STOP=1 -d "$restored" -f "$dump/plain"
  fi
  is "$(digest "$restored")" "$before" "the ledger is the same ($format)"
  before_runs=$(sql -d "$restored" -c "SELECT count(*) FROM lifecycle.sources")
  is "$before_runs" 1 "the registration came along ($format)"
done
must sql -d "$restored" -c "UPDATE upstream.forms SET score = 99, updated_at = now() WHERE form_id = 3" -c 'CALL lifecycle.sync_contact_events()'
is "$(sql -d "$restored" -c "SELECT payload->>'score' FROM lifecycle.contact_events WHERE source_record_id = '3'")" 99 'the restored ledger goes on with a sync'
must sql -d "$scratch" -c "UPDATE upstream.forms SET score = 99, updated_at = now() WHERE form_id = 3" -c 'CALL lifecycle.sync_contact_events()'
is "$(digest "$restored")" "$(digest "$scratch")" '… and comes to the same as the original'

# Dropping. Views that call our functions depend on them, so plain DROP EXTENSION is refused; CASCADE takes those views,
# and never a table.
refused=$(sql -d "$scratch" -c 'DROP EXTENSION lifecycle_ledger' || true)
like "$refused" 'ERROR:  2BP01: cannot drop extension lifecycle_ledger because other objects depend on it' \
  'DROP EXTENSION is refused while the installed tables and views depend on it'
before=$(digest "$scratch")
tables="SELECT string_agg(relname::text, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'lifecycle'::regnamespace AND relkind IN ('r', 'p')"
had=$(sql -d "$scratch" -c "$tables")
objects="SELECT md5(string_agg(o, '#' ORDER BY o)) FROM (
  SELECT conrelid::regclass || pg_get_constraintdef(oid) AS o FROM pg_constraint WHERE connamespace = 'lifecycle'::regnamespace
  UNION ALL SELECT tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT oid::regclass || coalesce(relacl::text, '') || pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v' AND relnamespace = 'lifecycle'::regnamespace
  UNION ALL SELECT evtname || evtenabled::text FROM pg_event_trigger) x"
defined=$(sql -d "$scratch" -c "$objects")
succeeds 'DROP EXTENSION … CASCADE' sql -d "$scratch" -c 'DROP EXTENSION lifecycle_ledger CASCADE'
is "$(sql -d "$scratch" -c "$tables")" "$had" '… takes no table along'
is "$(digest "$scratch")" "$before" '… nor a row'
must sql -d "$scratch" -c 'SET client_min_messages = error' -c 'CREATE EXTENSION lifecycle_ledger' -c 'CALL lifecycle.install()' -c 'CALL lifecycle.sync_contact_events()'
is "$(digest "$scratch")" "$before" 'created again, install() and sync go on where they were'
is "$(sql -d "$scratch" -c "$objects")" "$defined" '… and what went with the functions is back: constraints, triggers, views'

# Upgrades: from every version whose script is there, to the one installed.
is "$(sql -c "SELECT count(*) FROM pg_extension_update_paths('lifecycle_ledger') u, pg_available_extensions e
  WHERE e.name = 'lifecycle_ledger' AND u.target = e.default_version AND u.path IS NULL")" 0 'every version has a way to this one'
