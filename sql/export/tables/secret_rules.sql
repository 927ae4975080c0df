CREATE TABLE IF NOT EXISTS lifecycle.secret_rules (
  name text COLLATE "C" PRIMARY KEY,
  applies_to text NOT NULL CHECK (applies_to IN ('key', 'value', 'harmless')),
  pattern text COLLATE "C" NOT NULL CHECK (('' ~ pattern) IS NOT NULL),
  literals text[] CHECK (array_to_string(literals, E'\n') ~ '^[^\n*]{3,}(\*[^\n*]+)*(\n[^\n*]{3,}(\*[^\n*]+)*)*$'),
  description text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  origin text NOT NULL DEFAULT 'user' CHECK (origin IN ('shipped', 'user'))
);
SELECT lifecycle._ensure_column('lifecycle.secret_rules', 'numbers', 'boolean NOT NULL DEFAULT true');

COMMENT ON TABLE lifecycle.secret_rules IS
  'What looks like a credential and so never leaves in a dataset: a row that has one becomes a dead letter, with the secret cut out of it. Add rows, or set enabled to false; install() brings deleted rows back, and leaves changed ones alone. secrets_in() tries them.';
COMMENT ON COLUMN lifecycle.secret_rules.name IS 'Name of the rule, as findings tell it. Of two that find the same the first by name is told.';
COMMENT ON COLUMN lifecycle.secret_rules.applies_to IS
  'value: to every text, and to every key as a text. key: to the key of a member of a JSON object, which makes a secret of any text under it; and to a name that stands before its value, in a list of pairs, say. harmless: to a text under such a key, which it clears: a mask, a placeholder, a reference.';
COMMENT ON COLUMN lifecycle.secret_rules.pattern IS 'A regular expression of PostgreSQL (ARE), which finds it anywhere in the text; letters and digits are ASCII''s. What it matches is what is cut out.';
COMMENT ON COLUMN lifecycle.secret_rules.literals IS
  'Texts of at least three characters of which every match has one, whatever their case: the pattern is asked only where one stands. A * says that what is behind it follows somewhere. Null: asked of every text, which costs about a microsecond each. Of no use where harmless.';
COMMENT ON COLUMN lifecycle.secret_rules.description IS 'What it finds, as in "a password".';
COMMENT ON COLUMN lifecycle.secret_rules.numbers IS 'Of key: whether numbers under it are secrets, too: those of at least four digits before the point, right under it, in a list there, or called value. False for a key that counts as well, such as pass. Of no use elsewhere.';
COMMENT ON COLUMN lifecycle.secret_rules.enabled IS 'False: as if the row were not there.';
COMMENT ON COLUMN lifecycle.secret_rules.origin IS 'shipped: by the extension. user: added here.';
