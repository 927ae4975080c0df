-- Keys in any case and spelling: apiKey, api_key, X-Api-Key. What only counts or describes (token_count, password_policy) ends in something else.
INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, literals, description, numbers, origin)
SELECT name, 'key', '(?i)' || pattern, literals, description, name <> 'key_pass', 'shipped'
FROM (VALUES
  ('key_password', '(password|passwd|passphrase|(^|[_.-])pwd)$', '{password,passwd,passphrase,pwd}'::text[], 'a password by its key'),
  -- Tests that pass are counted, too: no numbers.
  ('key_pass', '(^|[_.-])pass$', '{pass}', 'a password by its key'),
  ('key_secret', '(secret|secret[_.-]?(key|value|token|access[_.-]?key))$', '{secret}', 'a secret by its key'),
  ('key_api_key', '(api|access|private|signing|encryption|master|auth|subscription|(^|[_.-])ssh)[_.-]?key$', (SELECT array_agg(word || sign || 'key') FROM unnest('{api,access,private,signing,encryption,master,auth,subscription,ssh}'::text[]) word, unnest('{"",_,-,.}'::text[]) sign), 'an API key, or another key, by its key'),
  ('key_token', '^(?!.*(page|next|prev|previous|continuation|cursor|sync|resume|pagination)[_.-]?token$)(?!(.*[_.-])?(start|end|max|min|total|used|per|prompt|completion)[_.-]?token$).*token$', '{token}', 'a token by its key'),
  ('key_credentials', '(credentials?|(^|[_.-])(proxy[_.-]?)?authorization|(^|[_.-])(set[_.-]?)?cookie)$', '{credential,authorization,cookie}', 'credentials by their key')
  ) v (name, pattern, literals, description)
ON CONFLICT DO NOTHING;

-- Under such a key: nothing, masks, placeholders, and names of places where the secret is kept.
INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, description, origin) VALUES
  ('mask', 'harmless', '^\s*(.{0,4}[*•xX#.…]{3,}.{0,4}|\*+)\s*$', 'A mask, up to four characters aside.', 'shipped'),
  ('placeholder', 'harmless', '^\s*(<[^<>]*>|\[[^][]*\]|\{\{?[^{}]*\}?\}|\$\{[^{}]*\}|\$[A-Z_][A-Z0-9_]*|%[A-Z_]+%|env:\w+)\s*$', 'What stands for a value: <secret>, [redacted], ${NAME}, {{name}}.', 'shipped'),
  ('kept_elsewhere', 'harmless', '^(vault:|arn:aws:(secretsmanager|ssm|kms):|projects/[^/\s]+/secrets/|op://|ssm:|kms:)', 'The name of a place in a vault.', 'shipped'),
  ('word', 'harmless', '(?i)^\s*(true|false|yes|no|on|off|null|none|nil|unknown|redacted|masked|hidden|removed|missing|invalid|expired|required|optional|present|absent|set|unset|not set|ok|n/?a)\s*$', 'A word that tells about a secret.', 'shipped')
ON CONFLICT DO NOTHING;
