-- A batch of a tenth of a table's rows, in no order: nine tenths of it stale, half, none; three versions of each key; the same batch once
-- more. What is not stale is to nine tenths an update, else new.
\set versions 1
\set replay false
\set path upsert_90
\set stale 90
\ir setup/upsert_batch.sql
\set path upsert_replay
\set replay true
\ir setup/upsert_batch.sql
\set replay false
\set path upsert_50
\set stale 50
\ir setup/upsert_batch.sql
\set path upsert_0
\set stale 0
\ir setup/upsert_batch.sql
\set path upsert_three
\set versions 3
\ir setup/upsert_batch.sql
