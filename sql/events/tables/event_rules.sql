CREATE TABLE IF NOT EXISTS lifecycle.event_rules (
  applies_to text COLLATE "C" NOT NULL CHECK (applies_to IN ('event_name', 'property')),
  pattern text COLLATE "C" NOT NULL CHECK (pattern <> ''),
  code text COLLATE "C" NOT NULL DEFAULT 'own_rule',
  severity text NOT NULL DEFAULT 'error' CHECK (severity IN ('error', 'warning', 'allow')),
  reason text NOT NULL DEFAULT 'is not wanted here',
  enabled boolean NOT NULL DEFAULT true,
  origin text NOT NULL DEFAULT 'user' CHECK (origin IN ('shipped', 'user')),
  PRIMARY KEY (applies_to, pattern)
);

COMMENT ON TABLE lifecycle.event_rules IS 'The rules for event names and for keys of properties, and the exceptions to them. Add rows, change severity, or set enabled to false; install() brings deleted rows back, and leaves changed ones alone.';
COMMENT ON COLUMN lifecycle.event_rules.applies_to IS 'event_name, or property for the keys of properties at any depth.';
COMMENT ON COLUMN lifecycle.event_rules.pattern IS 'Over the words of a name or key, joined by "_": a word, <class> for any word of that class in event_words, + for one word or more, * for any number of them. camelCase, dots and dashes separate words as "_" does. #snake_case, #action and #known_verb stand for the checks that no pattern can express.';
COMMENT ON COLUMN lifecycle.event_rules.code IS 'What findings by this rule are called, such as property.metric. #action has codes of its own: event_name.tense, .state, .count, .adjective, .spelling.';
COMMENT ON COLUMN lifecycle.event_rules.severity IS 'error: refuses. warning: is reported with the event. allow: an exception, which lifts every rule that refers only to words this pattern matches; one that matches every word of a name lifts #action too.';
COMMENT ON COLUMN lifecycle.event_rules.reason IS 'What findings say of the name or key, after it.';
COMMENT ON COLUMN lifecycle.event_rules.enabled IS 'False: as if the row were not there.';
COMMENT ON COLUMN lifecycle.event_rules.origin IS 'shipped: by the extension. user: added here.';
