-- What refresh_segments() needs beside the documented columns.
SELECT lifecycle._ensure_column('lifecycle.user_segments', 'operator', 'text NOT NULL DEFAULT ''AND'' CONSTRAINT valid_operator CHECK (operator IN (''AND'', ''OR''))');
SELECT lifecycle._ensure_column('lifecycle.user_segments', 'rule', 'jsonb');
SELECT lifecycle._ensure_column('lifecycle.user_segments', 'time_use', 'text');
SELECT lifecycle._ensure_column('lifecycle.user_segments', 'valid_for', 'interval CONSTRAINT valid_valid_for CHECK (valid_for > ''0'' AND valid_for <= ''1000 years'')');
SELECT lifecycle._ensure_trigger('lifecycle.user_segments', 'prepare', 'BEFORE INSERT OR UPDATE', 'lifecycle._prepare_segment()');
SELECT lifecycle._ensure_trigger('lifecycle.user_segments', 'members_leave', 'BEFORE DELETE', 'lifecycle._leave_segment()');

COMMENT ON COLUMN lifecycle.user_segments.operator IS 'Where conditions are a list: AND, all must hold; OR, one is enough.';
COMMENT ON COLUMN lifecycle.user_segments.rule IS 'The conditions as one JsonLogic rule: what is evaluated. Set by a trigger from conditions and operator.';
COMMENT ON COLUMN lifecycle.user_segments.time_use IS
  'Whether time alone can change who is in it: none; foreseen, where it is known for each user when; unforeseen, where each refresh has to judge everyone. Set by a trigger.';
COMMENT ON COLUMN lifecycle.user_segments.valid_for IS
  'How long a membership is taken as valid at most before it is judged again though nothing changed. For one of time_use unforeseen: how long the whole segment is. Null: as long as nothing changes.';
