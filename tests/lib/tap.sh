# TAP for bash tests: source it first, from a script that says `set -euo pipefail`.
#   plan N                     the number of tests; or call done_testing last
#   ok TRUTH NAME              passes for 0, t or true: an exit status or what psql prints for a boolean
#   is HAVE WANT NAME          passes when both are the same text
#   isnt HAVE OTHER NAME
#   like HAVE REGEX NAME       passes when the extended regular expression matches somewhere in HAVE
#   succeeds NAME COMMAND...   passes when the command exits 0;  fails NAME COMMAND... when it does not. Its output is
#                              shown only where the test fails
#   pass NAME, fail NAME
#   must COMMAND...            set-up: quiet, but its output is shown and the script ends if it fails
#   diag TEXT...               a comment for whoever reads a failure
#   figure TEXT...             a measured value, which the harness shows where the file passes too
#   skip N REASON              counts N tests as skipped;  skip_all REASON skips the whole file (before plan)
#   at_exit COMMAND            runs COMMAND when the script ends, however it ends; last given runs first
# $repo is the root of the tree. A script that stops early breaks its plan, which the harness counts as a failure.
# shellcheck shell=bash

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tap_number=0 tap_failed=0 tap_plan='' tap_exit_commands=()

at_exit() { tap_exit_commands=("$1" "${tap_exit_commands[@]+"${tap_exit_commands[@]}"}"); }

tap_on_exit() {
  local status=$? command
  trap - EXIT
  set +e
  for command in "${tap_exit_commands[@]+"${tap_exit_commands[@]}"}"; do eval "$command"; done
  [ "$status" != 0 ] || [ "$tap_failed" = 0 ] || status=1
  exit "$status"
}
trap tap_on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

diag() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do printf '#   %s\n' "$line"; done <<<"$*"
}

figure() { printf '# figure: %s\n' "$*"; }

plan() { tap_plan=$1; printf '1..%s\n' "$1"; }
done_testing() { [ -n "$tap_plan" ] || plan "$tap_number"; }
skip_all() { printf '1..0 # SKIP %s\n' "$1"; exit 0; }

# tap_line PASSED NAME: the name must not look like a directive.
tap_line() {
  local word='ok'
  tap_number=$((tap_number + 1))
  [ "$1" = 1 ] || { word='not ok'; tap_failed=$((tap_failed + 1)); }
  printf '%s %d - %s\n' "$word" "$tap_number" "${2//\#/\\#}"
}

pass() { tap_line 1 "$1"; }
fail() { tap_line 0 "$1"; }

ok() {
  case $1 in
    0 | t | true) tap_line 1 "$2" ;;
    *) tap_line 0 "$2"; diag "have: $1 (want 0, t or true)" ;;
  esac
}

is() {
  if [ "$1" = "$2" ]; then tap_line 1 "$3"; else tap_line 0 "$3"; diag "have: $1"; diag "want: $2"; fi
}

isnt() {
  if [ "$1" != "$2" ]; then tap_line 1 "$3"; else tap_line 0 "$3"; diag "have: $1"; diag "want: anything else"; fi
}

like() {
  if [[ $1 =~ $2 ]]; then tap_line 1 "$3"; else tap_line 0 "$3"; diag "have: $1"; diag "want: match for $2"; fi
}

must() {
  local output status=0
  output=$("$@" 2>&1) || status=$?
  [ "$status" = 0 ] || { diag "exit status $status: $*"; diag "$output"; exit 1; }
}

succeeds() {
  local name=$1 output status=0
  shift
  output=$("$@" 2>&1) || status=$?
  if [ "$status" = 0 ]; then tap_line 1 "$name"; else tap_line 0 "$name"; diag "exit status $status: $*"; diag "$output"; fi
}

fails() {
  local name=$1 output status=0
  shift
  output=$("$@" 2>&1) || status=$?
  if [ "$status" != 0 ]; then tap_line 1 "$name"; else tap_line 0 "$name"; diag "exit status 0: $*"; diag "$output"; fi
}

skip() {
  local count=$1
  while [ "$count" -gt 0 ]; do
    tap_number=$((tap_number + 1)) count=$((count - 1))
    printf 'ok %d # SKIP %s\n' "$tap_number" "$2"
  done
}
