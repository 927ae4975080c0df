#!/usr/bin/env bash
# make install puts the module, the control file and the scripts where the server looks for them, below DESTDIR, and
# nothing else; what stands in the way is named.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
cd "$repo"
plan 11

destination=$(mktemp -d)
build=$(mktemp -d)
at_exit "rm -rf '$destination' '$build'"
pg_config=${PG_CONFIG:-pg_config}
libdir=$("$pg_config" --pkglibdir) extensions=$("$pg_config" --sharedir)/extension
version=$(sed -n 's/^project(lifecycle_ledger VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)

succeeds 'make install' make -s install PG_CONFIG="$pg_config" DESTDIR="$destination"
is "$(cd "$destination" && find . -type f | sed 's/^\.//' | sort)" \
  "$({ echo "$libdir/lifecycle_ledger.so" "$extensions/lifecycle_ledger.control" "$extensions/lifecycle_ledger--$version.sql"
    for script in extension/lifecycle_ledger--*--*.sql; do [ ! -e "$script" ] || echo "$extensions/${script##*/}"; done
  } | tr ' ' '\n' | sort)" 'the module, the control file and the scripts, and nothing else'
like "$(cat "$destination$extensions/lifecycle_ledger.control")" "default_version = '$version'" 'the control file names the version'
is "$(find "$destination$libdir" "$destination$extensions" -type f ! -perm -a+r | wc -l)" 0 'everyone may read them'
installed=$destination$libdir/lifecycle_ledger.so
is "$(readelf -d "$installed" 2>/dev/null | grep -cE 'R(UN)?PATH' || true)" 0 'the module has no run path'
# Two-way: every C function of the script is a symbol of the module, or CREATE EXTENSION would fail later than here.
symbols=$(grep -oE "'MODULE_PATHNAME', *'[a-z0-9_]+'" "$destination$extensions/lifecycle_ledger--$version.sql" | grep -oE "[a-z0-9_]+'$" | tr -d "'" | sort -u)
exported=$(nm -D --defined-only "$installed" | awk '{print $3}' | grep -E '^lifecycle_' | sort -u)
is "$(comm -23 <(echo "$symbols") <(echo "$exported"))" '' 'every C function of the script is in the module'
is "$(comm -13 <(echo "$symbols") <(echo "$exported"))" lifecycle_worker_main 'every exported C function is in the script, but for where background workers begin'
is "$(nm -D --defined-only "$installed" | awk '$2 ~ /[TDB]/ {print $3}' | grep -vE '^(pg_finfo_)?lifecycle_|^_PG_init$|^Pg_magic_func$' | head -n 5)" '' \
  'it exports nothing else'

like "$(make -s build BUILD="$build/no" PG_CONFIG=/nowhere/pg_config 2>&1 || true)" 'PG_CONFIG=/nowhere/pg_config is not a program' \
  'a PG_CONFIG that does not exist is named'
# A server of another age, and one without headers: a pg_config that says so.
fake() { printf '#!/bin/sh\ncase $1 in %s esac\nexec %q "$1"\n' "$1" "$(command -v "$pg_config")" >"$build/pg_config" && chmod +x "$build/pg_config"; }
fake '--version) echo "PostgreSQL 13.4"; exit ;;'
like "$(make -s build BUILD="$build/old" PG_CONFIG="$build/pg_config" 2>&1 || true)" 'supports PostgreSQL 14 to 18' 'a server too old is refused'
fake '--includedir-server) echo /nowhere; exit ;;'
like "$(make -s build BUILD="$build/bare" PG_CONFIG="$build/pg_config" 2>&1 || true)" 'install postgresql-server-dev-' 'missing headers are named'
