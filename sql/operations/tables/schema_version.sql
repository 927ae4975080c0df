CREATE TABLE IF NOT EXISTS lifecycle.schema_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version text NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE lifecycle.schema_version IS 'The release whose tables are installed here. Every procedure compares it with the extension''s own.';
COMMENT ON COLUMN lifecycle.schema_version.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN lifecycle.schema_version.version IS 'Version of the extension whose install() ran last.';
COMMENT ON COLUMN lifecycle.schema_version.installed_at IS 'When it ran.';
