SET client_min_messages = warning;
DROP ROLE IF EXISTS acme, analyst, hq_receiver, web;
CALL lifecycle.install_warehouse('hq', '1 month');
CREATE ROLE analyst;
CREATE ROLE hq_receiver;
CREATE ROLE web;
-- before: EXPLAIN
-- The tables are empty here: the plan is that of full ones.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET ROLE acme;
-- before: 'analyst'
RESET ROLE;
-- before: SET LOCAL lifecycle_ledger.org_id
SET ROLE web;
-- after
RESET ROLE;
DROP OWNED BY acme, analyst, hq_receiver, web;
DROP ROLE acme, analyst, hq_receiver, web;
