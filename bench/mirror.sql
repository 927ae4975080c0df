-- Ledger and contacts into one SQLite file. "import": psql's CSV into sqlite3's .import, with the tables and indexes that
-- the mirror has.
\set path mirror
\set form ours
\ir begin.sql
CALL lifecycle.mirror_sqlite(:'mirror');
\ir end.sql
\! sh bench/mirror-import prepare
\set form import
\ir begin.sql
\! sh bench/mirror-import
\ir end.sql
\if :first
\! sh bench/mirror-import check
\endif
