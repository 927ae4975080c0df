#!/usr/bin/env bash
# The C++ sources are in the tree's format.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
command -v clang-format >/dev/null || skip_all 'clang-format is not installed'
plan 1
succeeds 'C++ sources are formatted (make format)' "$repo/scripts/format" --check
