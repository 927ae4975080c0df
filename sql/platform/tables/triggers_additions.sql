-- What process_triggers() needs beside the documented columns.
SELECT lifecycle._ensure_column('lifecycle.triggers', 'operator', 'text NOT NULL DEFAULT ''AND'' CONSTRAINT valid_operator CHECK (operator IN (''AND'', ''OR''))');
SELECT lifecycle._ensure_column('lifecycle.triggers', 'rule', 'jsonb');
SELECT lifecycle._ensure_column('lifecycle.triggers', 'enabled_at', 'timestamptz');
SELECT lifecycle._ensure_column('lifecycle.triggers', 'max_event_age', 'interval CONSTRAINT valid_max_event_age CHECK (max_event_age > ''0'' AND max_event_age <= ''1000 years'')');
SELECT lifecycle._ensure_trigger('lifecycle.triggers', 'prepare', 'BEFORE INSERT OR UPDATE', 'lifecycle._prepare_trigger()');

COMMENT ON COLUMN lifecycle.triggers.operator IS 'Where conditions are a list: AND, all must hold; OR, one is enough.';
COMMENT ON COLUMN lifecycle.triggers.rule IS 'The conditions as one JsonLogic rule: what is evaluated. Set by a trigger from conditions and operator.';
COMMENT ON COLUMN lifecycle.triggers.enabled_at IS
  'Since when it listens: it sees only events received from then on. Set by a trigger when it is enabled or given another event_type. Null where it never was.';
COMMENT ON COLUMN lifecycle.triggers.max_event_age IS
  'Events whose time is longer ago than this when it is their turn are passed over, so that backfills start nothing. Null: events of any age.';
