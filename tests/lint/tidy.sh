#!/usr/bin/env bash
# clang-tidy has nothing to say about the module's sources.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
command -v clang-tidy >/dev/null || skip_all 'clang-tidy is not installed'
# Over the whole tree it takes longer than every other test together.
[ -n "${TIDY:-}" ] || skip_all 'clang-tidy takes many minutes: TIDY=1 make test, or make tidy'
plan 1
succeeds 'clang-tidy passes (make tidy)' "$repo/scripts/tidy"
