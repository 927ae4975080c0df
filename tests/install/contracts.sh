#!/usr/bin/env bash
# docs/EXPORT_CONTRACT_V1.md says what the contract documents say.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
cd "$repo"
plan 3

psql -X -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger'
generated=$(scripts/contracts --here)
succeeds 'docs/EXPORT_CONTRACT_V1.md is what scripts/contracts writes' diff -u docs/EXPORT_CONTRACT_V1.md <(echo "$generated")
is "$(psql -X -A -t -c 'SELECT count(*) FROM lifecycle._shipped_contracts()')" "$(find sql/export/contracts -name '*.json' | wc -l)" \
  'every document of sql/export/contracts is in the extension'
is "$(psql -X -A -t -c "SELECT count(*) FROM lifecycle._shipped_contracts() c WHERE cardinality(lifecycle._contract_problems(c)) > 0")" 0 \
  'and without a problem'
