#!/usr/bin/env bash
# Shell scripts parse, say so in their first line, stop at errors and can be executed; shellcheck where it is installed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
cd "$repo"
plan 4

mapfile -t scripts < <(grep -rlE --exclude-dir={.git,node_modules} --exclude-dir='build*' '^#!.*\bbash$' . | sort)
isnt "${#scripts[@]}" 0 'there are scripts'
broken='' loose=''
for script in "${scripts[@]}"; do
  bash -n "$script" || broken+=" $script"
  [ -x "$script" ] && grep -q '^set -euo pipefail$' "$script" || loose+=" $script"
done
is "$broken" '' 'every script parses'
is "$loose" '' 'every script is executable and stops at errors (set -euo pipefail)'
if command -v shellcheck >/dev/null; then
  succeeds 'shellcheck passes' shellcheck -x -S warning -e SC1090,SC1091,SC2034,SC2120,SC2154 "${scripts[@]}"
else
  skip 1 'shellcheck is not installed'
fi
