#!/usr/bin/env bash
# docs/REFERENCE.md says what the catalog says.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
cd "$repo"
plan 2

psql -X -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger' \
  -c 'CALL lifecycle.install()'
generated=$(scripts/reference --here)
succeeds 'docs/REFERENCE.md is what make reference writes' diff -u docs/REFERENCE.md <(echo "$generated")
is "$(grep -c 'No description' <<<"$generated" || true)" 0 'nothing is without a description'
