# A second PostgreSQL, the receiving side of deliveries. Source tap.sh before it.
#   second_server start [SETTING=VALUE...]   starts it, with the extension and a warehouse in database postgres; sets second_host to its
#                                            socket's directory; stopped when the script ends
#   second_server start_bare [SETTING=...]   the same without extension and warehouse
#   second_server kill9 | up | restart       as own_server
#   second_server log                        prints its log
#   second_server trust RULE...              puts rules on top of its pg_hba.conf
#   second SQL...                            runs SQL there, one -c each, and prints what comes, unaligned
#   second_unguarded SQL...                  the same with no event trigger that would refuse it
#   second_tamper TABLE SQL                  the same in a table that is append-only, as nobody may
#   second_server destination [OPTIONS]      on the first server: foreign server hq, user mapping, destination hq with these JSON options
# shellcheck shell=bash

second_directory=${second_directory:-${BUILD:-$repo/build}/second.$$}

second() {
  local arguments=() statement
  for statement in "$@"; do arguments+=(-c "$statement"); done
  psql -X -A -t -q -v ON_ERROR_STOP=1 -h "$second_host" -p 5432 -U postgres -d postgres "${arguments[@]}"
}

second_triggers() {
  second "DO \$\$ DECLARE name name; BEGIN FOR name IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('ALTER EVENT TRIGGER %I $1', name); END LOOP; END \$\$" >/dev/null
}

second_unguarded() {
  second_triggers DISABLE
  second 'SET client_min_messages = error' "$@" >/dev/null
  second_triggers ENABLE
}

second_tamper() {
  second_unguarded \
    "DO \$\$ DECLARE t regclass; BEGIN FOR t IN SELECT relid FROM pg_partition_tree('lifecycle.$1') LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', t); END LOOP; END \$\$" \
    "$2" "SELECT lifecycle._guard_append_only('lifecycle.$1')"
}

second_server() {
  local action=$1
  shift
  case $action in
    start | start_bare)
      at_exit "KEEP= '$repo/scripts/server' stop '$second_directory' >/dev/null 2>&1"
      "$repo/scripts/server" start "$second_directory" "$@"
      second_host=$(eval "$("$repo/scripts/server" env "$second_directory")" && echo "$PGHOST")
      [ "$action" = start_bare ] || second 'SET client_min_messages = error' 'CREATE EXTENSION lifecycle_ledger' 'CALL lifecycle.install()' 'CALL lifecycle.install_warehouse()' >/dev/null
      ;;
    destination)
      psql -X -q -v ON_ERROR_STOP=1 -v host="$second_host" -v options="${1:-{\}}" >/dev/null <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER hq FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port '5432', dbname 'postgres');
CREATE USER MAPPING FOR CURRENT_USER SERVER hq OPTIONS (user 'postgres');
SELECT lifecycle.register_destination('hq', 'server', 'hq', :'options');
SQL
      ;;
    trust)
      local rules=$second_directory/data/pg_hba.conf
      { printf '%s\n' "$@"; cat "$rules"; } >"$rules.new"
      cat "$rules.new" >"$rules"
      rm "$rules.new"
      second 'SELECT pg_reload_conf()' >/dev/null
      ;;
    log) cat "$second_directory/data/server.log" ;;
    *) "$repo/scripts/server" "$action" "$second_directory" ;;
  esac
}
