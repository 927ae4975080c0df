SET client_min_messages = warning;
DROP ROLE IF EXISTS ledger_owner, ledger_operator, ledger_reader;
CREATE SCHEMA crm;
CREATE TABLE crm.contacts (contact_id text, email text);
CREATE TABLE crm.sessions (session_id text);
-- before: CREATE ROLE ledger_owner
-- As after CREATE EXTENSION.
DROP EXTENSION lifecycle_ledger, pg_partman CASCADE;
DROP SCHEMA lifecycle, partman CASCADE;
CREATE EXTENSION lifecycle_ledger;
-- before: TO ledger_operator
RESET ROLE;
CREATE ROLE ledger_operator;
-- before: TO ledger_reader
CREATE ROLE ledger_reader;
-- after
DROP OWNED BY ledger_owner, ledger_operator, ledger_reader CASCADE;
DROP ROLE ledger_owner, ledger_operator, ledger_reader;
