#!/usr/bin/env bash
# clang-tidy has nothing to say about the module's sources.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
command -v clang-tidy >/dev/null || skip_all 'clang-tidy is not installed'
plan 1
succeeds 'clang-tidy passes (make tidy)' "$repo/scripts/tidy"
