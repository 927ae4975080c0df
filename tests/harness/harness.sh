#!/usr/bin/env bash
# The harness that keeps the score: everything that is not a clean pass counts as a failure.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
plan 30

work=$(mktemp -d)
at_exit "rm -rf '$work'"

# A test script, and the harness over some of them.
script() { printf '#!/usr/bin/env bash\n%s\n' "$2" >"$work/$1.sh"; chmod +x "$work/$1.sh"; }
harness() {
  status=0
  rm -f "$work/totals"
  output=$("$repo/tests/lib/harness" --suite s --totals "$work/totals" "$@" 2>&1) || status=$?
  totals=$(cut -d ' ' -f 1-4 "$work/totals" 2>/dev/null || true)
}
one() { script one "$1"; harness "$work/one.sh"; }

one 'echo 1..2; echo ok 1 - a; echo ok 2 - b'
is "$status $totals" '0 s 2 0 0' 'two passes'
like "$output" '^ok +s/one +2 passed, [0-9.]+ s$' '… are one line'
one 'echo 1..1; echo "# figure: 7 of 9"; echo "# a remark"; echo ok 1 - a'
is "$(tail -n +2 <<<"$output")" '         7 of 9' 'figures are shown, other remarks are not'
one 'echo 1..2; echo ok 1 - a; echo not ok 2 - b; echo "# some reason"'
is "$status $totals" '1 s 1 1 0' 'a failed test'
like "$output" '# some reason' '… shows the whole output'
one 'echo 1..3; echo ok 1 - a; echo ok 2 - b'
is "$status $totals" '1 s 2 1 0' 'a plan that did not hold'
like "$output" 'planned 3 tests but ran 2' '… is named'
one 'echo 1..1; echo ok 1 - a; exit 3'
is "$status $totals" '1 s 1 1 0' 'an exit status after all passed'
like "$output" 'exit status 3' '… is named'
one 'echo 1..1; echo ok 1 - a; kill -9 $$'
is "$status $totals" '1 s 1 1 0' 'a test that was killed'
one 'echo hello'
is "$status $totals" '1 s 0 1 0' 'no plan'
one 'true'
is "$status $totals" '1 s 0 1 0' 'no output at all'
one 'echo 1..0'
is "$status $totals" '1 s 0 1 0' 'an empty plan without a reason'
one 'echo "1..0 # SKIP no such tool"'
is "$status $totals" '0 s 0 0 1' 'a file that skips itself'
like "$output" 'skipped: no such tool' '… says why'
one 'echo 1..3; echo ok 1 "# SKIP no data"; echo ok 2 "# SKIP no data"; echo ok 3'
is "$status $totals" '0 s 1 0 2' 'skipped tests'
like "$output" 'skipped 2: no data' '… say why, once'
one 'echo ok 1 - a; echo 1..1; echo a warning >&2'
is "$status $totals" '0 s 1 0 0' 'a plan at the end, with messages between'
one 'echo 1..2; echo ok 1 - a; echo ok 1 - a'
is "$status $totals" '1 s 2 1 0' 'tests out of sequence'

script one 'echo 1..1; sleep 60; echo ok 1'
began=$SECONDS
harness --timeout 1 "$work/one.sh"
is "$status $totals" '1 s 0 1 0' 'a test that takes too long'
like "$output" 'stopped after 1 seconds' '… is stopped'
ok "$([ $((SECONDS - began)) -lt 30 ] && echo t)" '… in time'
script one 'trap "echo cleaned >$0.cleaned; exit 143" TERM; echo >$0.started; echo 1..1; sleep 60 & wait; echo ok 1'
"$repo/tests/lib/harness" --suite s --totals "$work/totals" "$work/one.sh" >/dev/null 2>&1 &
harness_process=$!
for _ in {1..200}; do [ ! -e "$work/one.sh.started" ] || break; sleep 0.05; done
kill -INT "$harness_process"
wait "$harness_process" && status=0 || status=$?
is "$status" 130 'an interrupted harness says so'
is "$(cat "$work/one.sh.cleaned" 2>/dev/null)" cleaned '… after its tests have cleaned up'

# Side by side: four tests of a second each, two at a time.
for name in a b c d; do script "$name" 'echo 1..1; sleep 0.5; echo ok 1'; done
harness --jobs 2 "$work"/[a-d].sh
is "$status $totals" '0 s 4 0 0' 'files side by side'
is "$(grep -c '^ok' <<<"$output")" 4 '… each with its line'

# GoogleTest, isolationtester, psql.
unit() { printf '#!/usr/bin/env bash\ncat <<"END"\n%s\nEND\nexit %s\n' "$1" "$2" >"$work/unit_tests"; chmod +x "$work/unit_tests"; harness "$work/unit_tests"; }
unit '[==========] Running 2 tests from 1 test suite.
[ RUN      ] A.One
[       OK ] A.One (0 ms)
[ RUN      ] A.Two
file.cpp:3: Failure
some difference
[  FAILED  ] A.Two (0 ms)' 1
is "$status $totals" '1 s 1 1 0' 'GoogleTest: a failure'
unit '[==========] Running 2 tests from 1 test suite.
[ RUN      ] A.One
[       OK ] A.One (0 ms)
[ RUN      ] A.Two
==1==ERROR: AddressSanitizer: heap-use-after-free' 1
is "$status $totals" '1 s 1 1 0' 'GoogleTest: a crash'
like "$output" 'heap-use-after-free' '… shows the report'
unit '[==========] Running 1 test from 1 test suite.
[ RUN      ] A.One
file.cpp:3: Skipped
no data here
[  SKIPPED ] A.One (0 ms)' 0
is "$status $totals" '0 s 0 0 1' 'GoogleTest: a skip'
