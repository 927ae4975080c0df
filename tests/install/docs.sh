#!/usr/bin/env bash
# The SQL that README.md and docs/*.md show runs, and prints what they show. tests/docs/NAME.sql has what a document takes for granted.
# DOCUMENT=name runs one of them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
cd "$repo"
directory=$(mktemp -d /tmp/docs.XXXXXX)
chmod 777 "$directory"
export DOCS_DIRECTORY=$directory PGTZ=UTC
database=$PGDATABASE
template=${database}_docs
at_exit "psql -X -q -d '$database' -c 'DROP DATABASE IF EXISTS \"$template\"' -c 'DROP DATABASE IF EXISTS \"${template}_one\"' 2>/dev/null; rm -rf '$directory'"
for name in "$template" "${template}_one"; do must psql -X -q -c "DROP DATABASE IF EXISTS \"$name\""; done
must psql -X -q -c "CREATE DATABASE \"$template\" TEMPLATE template0 ENCODING 'UTF8'"
must psql -X -q -v ON_ERROR_STOP=1 -d "$template" -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION lifecycle_ledger' -c 'CALL lifecycle.install()'
# What documents call /srv.
mkdir -m 777 "$directory"/{archive,export,lake,mirror}

total=0 failed=0
for document in README.md docs/*.md; do
  name=$(basename "$document" .md)
  [ -z "${DOCUMENT:-}" ] || [ "$DOCUMENT" = "$name" ] || continue
  grep -qx '```sql' "$document" || continue
  # README.md begins with nothing.
  from=$template
  [ "$name" != README ] || from=template0
  must psql -X -q -c "CREATE DATABASE \"${template}_one\" TEMPLATE \"$from\" ENCODING 'UTF8'"
  must psql -X -q -v ON_ERROR_STOP=1 -d "${template}_one" -f tests/docs/pg_cron.sql
  arguments=("$repo/$document")
  [ ! -e "tests/docs/$name.sql" ] || arguments+=("$repo/tests/docs/$name.sql")
  output=$(cd "$directory" && PGDATABASE=${template}_one perl "$repo/tests/docs/run_blocks.pl" "${arguments[@]}") || true
  [ -n "$output" ] || output="not ok - $document could not be run"
  while IFS= read -r line; do
    case $line in
      'ok - '*) total=$((total + 1)); echo "ok $total - ${line#ok - }" ;;
      'not ok - '*) total=$((total + 1)) failed=1; echo "not ok $total - ${line#not ok - }" ;;
      *) echo "$line" ;;
    esac
  done <<<"$output"
  must psql -X -q -c "DROP DATABASE \"${template}_one\""
done
echo "1..$total"
exit "$failed"
