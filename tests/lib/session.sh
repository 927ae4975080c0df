# Background psql sessions, for tests that need two or more connections at once. Source tap.sh before it.
#   session_open NAME [PSQL ARGUMENT...]  connects as PGHOST… say; call it in the main shell, not in $(…)
#   session_send NAME SQL                 sends and returns at once
#   session_wait NAME [SECONDS]           waits until all that was sent is done and prints what came out: rows unaligned,
#                                         messages as psql prints them (ERROR:  …), in order
#   session_query NAME SQL [SECONDS]      send, then wait
#   session_running NAME                  succeeds while something sent is not done
#   session_blocked NAME [SECONDS]        waits until the session waits for a lock; fails if it never does
#   session_pid NAME                      the backend's process id
#   session_close NAME                    ends the session; all sessions are ended when the script ends
#   session_kill NAME                     kill -9 of the psql process, as a client that vanishes
#   wait_until SQL [SECONDS]              waits until a query in a connection of its own gives t
# An error in one session does not end the script. A wait that runs out of time (default session_timeout, 30 s) prints
# what came so far and what the server is doing, and fails. All but session_open may be called in $(…).
# shellcheck shell=bash

session_timeout=${session_timeout:-30}
session_directory=$(mktemp -d "${TMPDIR:-/tmp}/sessions.XXXXXX")
declare -A session_fd=() session_client=()
mkfifo "$session_directory/clock"
exec {session_clock}<>"$session_directory/clock"
at_exit session_cleanup

# A sleep of 20 ms that starts no process.
session_pause() { read -r -t 0.02 -u "$session_clock" _ || true; }
session_now() { printf -v "$1" %d "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

session_open() {
  local name=$1 base=$session_directory/$1
  shift
  [ -z "${session_fd[$name]:-}" ] || { echo "session $name is open already" >&2; return 1; }
  rm -f "$base".*
  mkfifo "$base.in"
  echo 0 >"$base.sent"
  echo 0 >"$base.seen"
  # Line-buffered and both streams in one file, so that rows and messages keep their order.
  stdbuf -oL psql -X -A -t -q -v ON_ERROR_STOP=0 -v VERBOSITY=default "$@" <"$base.in" >>"$base.out" 2>&1 &
  session_client[$name]=$!
  local fd
  # Open for reading too: writing to a session whose psql has died must not end the script by SIGPIPE.
  exec {fd}<>"$base.in"
  session_fd[$name]=$fd
  session_query "$name" 'SELECT pg_backend_pid();' >"$base.pid"
  grep -qxE '[0-9]+' "$base.pid" || { echo "session $name could not connect: $(cat "$base.pid")" >&2; return 1; }
}

session_send() {
  local name=$1 sql=$2 base=$session_directory/$1 number
  number=$(($(<"$base.sent") + 1))
  echo "$number" >"$base.sent"
  case $sql in
    *';' | '\'*) ;;
    *) sql+=';' ;;
  esac
  printf '%s\n\\echo --done:%d\n' "$sql" "$number" >&"${session_fd[$name]}"
}

session_running() {
  local base=$session_directory/$1
  ! grep -qx -- "--done:$(<"$base.sent")" "$base.out" 2>/dev/null
}

session_wait() {
  local name=$1 base=$session_directory/$1 now end
  session_now end
  end=$((end + ${2:-$session_timeout} * 1000))
  while session_running "$name"; do
    session_now now
    if ! kill -0 "${session_client[$name]}" 2>/dev/null; then
      session_running "$name" || break
      session_print "$name"
      echo "session $name has ended"
      return 1
    fi
    if [ "$now" -ge "$end" ]; then
      {
        echo "session $name: no answer in ${2:-$session_timeout} s; so far:"
        session_print "$name"
        psql -X -c "SELECT pid, state, wait_event_type, wait_event, left(query, 60) AS query FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()" || true
      } >&2
      return 1
    fi
    session_pause
  done
  session_print "$name"
}

# Prints what came since the last time, without the markers.
session_print() {
  local base=$session_directory/$1 seen total
  seen=$(<"$base.seen")
  total=$(wc -l <"$base.out")
  tail -n "+$((seen + 1))" "$base.out" | head -n "$((total - seen))" | grep -v '^--done:[0-9]*$' || true
  echo "$total" >"$base.seen"
}

session_query() {
  session_send "$1" "$2"
  session_wait "$1" "${3:-$session_timeout}"
}

session_pid() { cat "$session_directory/$1.pid"; }

wait_until() {
  local now end answer=''
  session_now end
  end=$((end + ${2:-$session_timeout} * 1000))
  while :; do
    answer=$(psql -X -A -t -q -c "$1" 2>&1) || true
    [ "$answer" != t ] || return 0
    session_now now
    [ "$now" -lt "$end" ] || { echo "never came true in ${2:-$session_timeout} s: $1 (last: $answer)" >&2; return 1; }
    session_pause
  done
}

session_blocked() {
  wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $(session_pid "$1") AND wait_event_type = 'Lock')" \
    "${2:-$session_timeout}"
}

session_close() {
  local name=$1 now end fd=${session_fd[$1]}
  printf '\n\\q\n' >&"$fd"
  exec {fd}>&-
  session_now end
  end=$((end + 5000))
  while kill -0 "${session_client[$name]}" 2>/dev/null; do
    session_now now
    [ "$now" -lt "$end" ] || kill -9 "${session_client[$name]}" 2>/dev/null || true
    session_pause
  done
  wait "${session_client[$name]}" 2>/dev/null || true
  unset "session_fd[$name]" "session_client[$name]"
}

session_kill() {
  local fd=${session_fd[$1]}
  kill -9 "${session_client[$1]}" 2>/dev/null || true
  wait "${session_client[$1]}" 2>/dev/null || true
  exec {fd}>&-
  unset "session_fd[$1]" "session_client[$1]"
}

session_cleanup() {
  local name
  for name in "${!session_client[@]}"; do session_kill "$name"; done
  rm -rf "$session_directory"
}
