# A private server for one test script (recovery, settings that need a restart). Source tap.sh before it.
#   own_server start [SETTING=VALUE...]   starts it, exports PGHOST, PGPORT, PGUSER, PGDATABASE; stopped when the script ends
#   own_server kill9 | up | restart       kills every process of it at once; starts it again; both
#   own_server log                        prints the server log
# shellcheck shell=bash

own_server_directory=${own_server_directory:-${BUILD:-$repo/build}/server.$$}

own_server() {
  local action=$1
  shift
  case $action in
    start)
      at_exit "KEEP= '$repo/scripts/server' stop '$own_server_directory' >/dev/null 2>&1"
      "$repo/scripts/server" start "$own_server_directory" "$@"
      eval "$("$repo/scripts/server" env "$own_server_directory")"
      ;;
    log) cat "$own_server_directory/data/server.log" ;;
    *) "$repo/scripts/server" "$action" "$own_server_directory" ;;
  esac
}
