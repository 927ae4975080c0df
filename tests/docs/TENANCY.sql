SET client_min_messages = warning;
DROP ROLE IF EXISTS acme, analyst, hq_receiver, passer_by, web;
CALL lifecycle.install_warehouse('hq', '1 month');
CREATE ROLE analyst;
CREATE ROLE hq_receiver;
CREATE ROLE web;
INSERT INTO hq.dx_person_entities_v1 (export_schema_version, org_id, entity_id, record_version, updated_at) VALUES ('v1', gen_random_uuid(), gen_random_uuid(), 1, '2025-07-01+00');
-- before: as passer_by
SET ROLE passer_by;
-- before: EXPLAIN
RESET ROLE;
-- The tables are next to empty here: the plan is that of full ones.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET ROLE acme;
-- before: 'analyst'
RESET ROLE;
-- before: SET LOCAL lifecycle_ledger.org_id
SET ROLE web;
-- after
RESET ROLE;
DROP OWNED BY acme, analyst, hq_receiver, passer_by, web;
DROP ROLE acme, analyst, hq_receiver, passer_by, web;
