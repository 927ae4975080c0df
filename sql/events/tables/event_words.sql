CREATE TABLE IF NOT EXISTS lifecycle.event_words (
  class text COLLATE "C" NOT NULL CHECK (class ~ '^[a-z]+(_[a-z]+)*$'),
  word text COLLATE "C" NOT NULL CHECK (word ~ '^[a-z0-9]+$'),
  becomes text CHECK (becomes ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'),
  enabled boolean NOT NULL DEFAULT true,
  origin text NOT NULL DEFAULT 'user' CHECK (origin IN ('shipped', 'user')),
  PRIMARY KEY (class, word)
);

COMMENT ON TABLE lifecycle.event_words IS 'The words of the event contract by class; a pattern in event_rules names a class as <class>. Plurals need no row. Classes of one''s own may be added. Add rows, or set enabled to false; install() brings deleted rows back, and leaves changed ones alone.';
COMMENT ON COLUMN lifecycle.event_words.class IS 'auxiliary, state, metric, period, person, standing, adjective, action_noun, particle, preposition, adverb, noun, descriptive, negative_prefix, verb_prefix, or one of your own. What each does is in docs/EVENTS.md.';
COMMENT ON COLUMN lifecycle.event_words.word IS 'The word, in lower case and singular.';
COMMENT ON COLUMN lifecycle.event_words.becomes IS 'What a mended name has in its place (login: logged_in). Null: nothing.';
COMMENT ON COLUMN lifecycle.event_words.enabled IS 'False: as if the row were not there.';
COMMENT ON COLUMN lifecycle.event_words.origin IS 'shipped: by the extension. user: added here.';
