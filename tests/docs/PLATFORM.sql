-- before: TO app
SET client_min_messages = warning;
DROP ROLE IF EXISTS app;
CREATE ROLE app;
-- after
DROP OWNED BY app;
DROP ROLE app;
