#!/usr/bin/env bash
# The TAP helpers must be able to fail: a helper that always says ok proves nothing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
plan 15

# Runs a small script over tap.sh; sets output and status.
script() {
  status=0
  output=$(bash -euo pipefail -c ". '$repo/tests/lib/tap.sh'; $1" 2>&1) || status=$?
}

script 'plan 1; ok 0 "zero"'
is "$output" $'1..1\nok 1 - zero' 'ok passes for exit status 0'
is "$status" 0 'a passing script exits 0'
script 'ok f "false"; done_testing'
like "$output" '^not ok 1 - false' 'ok fails for false'
is "$status" 1 'a failing script exits 1'
script 'is a b "differ"; done_testing'
like "$output" $'^not ok 1 - differ\n#   have: a\n#   want: b' 'is fails and shows both values'
script 'like abc "^b" "regex"; done_testing'
like "$output" '^not ok 1' 'like fails without a match'
script 'isnt a a "same"; done_testing'
like "$output" '^not ok 1' 'isnt fails on equal texts'
script 'succeeds "no such file" test -e /nowhere; done_testing'
like "$output" $'^not ok 1 - no such file\n#   exit status 1: test -e /nowhere' 'succeeds fails with the command'
script 'fails "a file" test -e /; done_testing'
like "$output" '^not ok 1 - a file' 'fails fails when the command succeeds'
script 'plan 1; must ls /nowhere; pass one'
like "$status$output" '^1.*exit status 2: ls /nowhere.*No such file' 'must ends the script and shows why'
script 'plan 2; pass one; false; pass two'
is "$status" 1 'a script that stops early exits non-zero'
is "$output" $'1..2\nok 1 - one' '… with a plan that does not hold'
script 'skip_all "no such tool"'
is "$output" '1..0 # SKIP no such tool' 'skip_all skips the file'
script 'at_exit "echo second"; at_exit "echo first"; exit 3'
is "$output/$status" $'first\nsecond/3' 'at_exit runs in reverse order and keeps the status'
script 'plan 1; pass "a # name"'
is "$output" $'1..1\nok 1 - a \\# name' 'a # in a name is no directive'
