CREATE TABLE IF NOT EXISTS lifecycle.release_policy (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  release_cycle interval NOT NULL DEFAULT '1 month' CHECK (release_cycle >= interval '1 day'),
  cycles integer NOT NULL DEFAULT 2 CHECK (cycles >= 2)
);
INSERT INTO lifecycle.release_policy DEFAULT VALUES ON CONFLICT DO NOTHING;

COMMENT ON TABLE lifecycle.release_policy IS
  'How long a deprecated dataset is exported beside its successor at least: one row, to be updated. It counts for successors published from then on; a window that is open keeps its length.';
COMMENT ON COLUMN lifecycle.release_policy.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN lifecycle.release_policy.release_cycle IS 'Length of a release cycle.';
COMMENT ON COLUMN lifecycle.release_policy.cycles IS 'How many of them; the contract asks for at least 2.';
