CREATE TABLE IF NOT EXISTS lifecycle.event_verbs (
  past text COLLATE "C" NOT NULL CHECK (past ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
  base text COLLATE "C" NOT NULL CHECK (base ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
  kind text NOT NULL DEFAULT 'past' CHECK (kind IN ('past', 'same', 'none')),
  proposed boolean NOT NULL DEFAULT true,
  enabled boolean NOT NULL DEFAULT true,
  origin text NOT NULL DEFAULT 'user' CHECK (origin IN ('shipped', 'user')),
  PRIMARY KEY (past, base)
);

COMMENT ON TABLE lifecycle.event_verbs IS 'The verbs of event names: irregular past forms, regular ones that mends should know, and words that look like a past form and are none. Regular past forms need no row. Add rows, or set enabled to false; install() brings deleted rows back, and leaves changed ones alone.';
COMMENT ON COLUMN lifecycle.event_verbs.past IS 'The past form, or what looks like one; of kind none also two words (data_set).';
COMMENT ON COLUMN lifecycle.event_verbs.base IS 'The verb. Of kind none the word again.';
COMMENT ON COLUMN lifecycle.event_verbs.kind IS 'past: a past form of its own. same: spelled like the base (reset). none: no past form (need, embed, data_set).';
COMMENT ON COLUMN lifecycle.event_verbs.proposed IS 'Whether this form of several is the one that mends use.';
COMMENT ON COLUMN lifecycle.event_verbs.enabled IS 'False: as if the row were not there.';
COMMENT ON COLUMN lifecycle.event_verbs.origin IS 'shipped: by the extension. user: added here.';
