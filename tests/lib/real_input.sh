# For tests on real input, which the tree itself does not hold: LEDGER_SHARED is the directory it is in. Source tap.sh before it.
#   real_input FOLDER             $data is that folder; skips the whole file where it is absent. Installs the ledger in PGDATABASE
#   sql [PSQL ARGUMENT...] SQL    prints what a query gives, rows unaligned
#   load TABLE FILE [NULL]        makes a table of texts from a CSV file (or .csv.gz), its header naming the columns
#   fill TABLE FILE [NULL]        the same into a table there is
#   run PROCEDURE [SOURCE]        CALL lifecycle.PROCEDURE_contact_events(SOURCE)
#   accounts [SOURCE]             what the latest run on each source counted
#   ledger_digest                 of every ledger row and open issue, whenever and however they came about (a held row's updated_at aside)
# shellcheck shell=bash

export PGOPTIONS="-c client_min_messages=error ${PGOPTIONS:-}"

sql() { psql -X -A -t -q -v ON_ERROR_STOP=1 "${@:1:$#-1}" -c "${*: -1}"; }

real_input() {
  data=${LEDGER_SHARED:-}/$1
  [ -n "${LEDGER_SHARED:-}" ] && [ -d "$data" ] || skip_all "the real input $1 is not on this machine"
  sql 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger'
  sql 'CALL lifecycle.install()'
}

contents() {
  case $1 in
    *.gz) gzip -dc "$1" ;;
    *) cat "$1" ;;
  esac
}

fill() { contents "$2" | sql "COPY $1 FROM STDIN (FORMAT csv, HEADER, NULL '${3:-}')"; }

load() {
  local header columns column
  header=$(contents "$2" | head -n 1 | tr -d '"\r' || true)
  IFS=, read -ra columns <<<"$header"
  column=$(printf '"%s" text, ' "${columns[@]}")
  sql "CREATE TABLE $1 (${column%, })"
  fill "$@"
}

run() { sql "CALL lifecycle.$1_contact_events(${2:+'$2'})"; }

accounts() {
  sql "SELECT DISTINCT ON (source_system) format('%s: %s in = %s written + %s unchanged + %s superseded + %s held; %s deleted', source_system, rows_in, written,
      unchanged, superseded, held, deleted) FROM lifecycle.pipeline_runs WHERE source_system = coalesce(nullif('${1:-}', ''), source_system)
      AND rows_in = written + unchanged + superseded + dead + held AND status = 'succeeded' ORDER BY source_system, run_id DESC"
}

ledger_digest() {
  sql "SELECT md5(coalesce((SELECT string_agg(md5(concat_ws('|', contact_id, contact_email, event_type, event_name, event_source,
      extract(epoch FROM event_timestamp), source_system, source_record_id, payload, event_fingerprint)), '' ORDER BY source_system, source_record_id)
      FROM lifecycle.contact_events), '')
    || coalesce((SELECT string_agg(concat_ws('|', source_system, source_record_id, code, severity, detail, body - 'updated_at'), E'\n'
      ORDER BY source_system, source_record_id, code, body) FROM lifecycle.issues WHERE resolved_at IS NULL), ''))"
}
