-- What looks like a credential, and what does not. Examples are put together from halves, so that no scanner takes this file for a leak.
\ir ../lib/ledger_test.sql
SELECT no_plan();

CREATE TABLE true_values (rule text, example text);
INSERT INTO true_values
SELECT rule, replace(example, '~', '') FROM (VALUES
  ('aws_access_key_id', 'AK~IAIOSFODNN7EXAMPLE'), ('aws_access_key_id', 'denied for AS~IAY34FZKBOKMUTVV7A: expired'),
  ('aws_secret_key', 'aws_secret_access_key = wJalrXUtnFEMI/K7~MDENG/bPxRfiCYEXAMPLEKEY'),
  ('github_token', 'gh~p_16C7e42F292c6912E7710c838347Ae178B4a'), ('github_token', 'https://x.org/?t=gh~s_16C7e42F292c6912E7710c838347Ae178B4a&b=1'),
  ('github_token', 'github~_pat_11AAAAAAA0aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'),
  ('gitlab_token', 'gl~pat-xxXyyYzzZ123456789ab'), ('slack_token', 'xo~xb-17653672481-19874698323-pdFZKVeTuE8sk7oOHcBrzzqy'),
  ('slack_token', 'xa~pp-1-A111111111-1111111111-abcdef'), ('slack_webhook', 'https://hooks.slack.com/ser~vices/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'),
  ('stripe_key', 'sk_li~ve_4eC39HqLyjWDarjtT1zdp7dc'), ('stripe_key', 'rk_te~st_4eC39HqLyjWDarjtT1zdp7dc'), ('webhook_secret', 'wh~sec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  ('google_api_key', 'AI~zaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI'), ('google_oauth', 'GOC~SPX-1a2B3c4D5e6F7g8H9i0JkLmNoPqR'), ('google_oauth', 'ya~29.a0AfH6SMBx1234567890abcdef'),
  ('llm_api_key', 's~k-abcd1234efgh5678ijkl1234mnop5678qrst9012uvwx3456'), ('llm_api_key', 's~k-proj-AbCdEf0123456789_abcdefghijklmnop-QRSTUV'), ('llm_api_key', 's~k-ant-api03-AbCdEf0123456789_abcdefghijklmnop'),
  ('hugging_face_token', 'h~f_AbCdEfGhIjKlMnOpQrStUvWxYz01234567'), ('npm_token', 'np~m_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'), ('pypi_token', 'py~pi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMAAC'),
  ('sendgrid_key', 'S~G.ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr'), ('mailgun_key', 'ke~y-0123456789abcdef0123456789abcdef'),
  ('hubspot_token', 'pa~t-na1-12345678-1234-1234-1234-123456789012'), ('shopify_token', 'shp~at_0123456789abcdef0123456789abcdef'), ('atlassian_token', 'ATA~TT3xFfGF0abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMN=1A2B3C4D'),
  ('linear_key', 'lin_a~pi_abcdefghijklmnopqrstuvwxyz0123456789ABCD'), ('notion_token', 'sec~ret_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'), ('airtable_token', 'pa~tAbCdEfGhIjKlMn.0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'),
  ('digitalocean_token', 'do~p_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'), ('databricks_token', 'da~pi0123456789abcdef0123456789abcdef'),
  ('telegram_token', '110201543:A~AHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'), ('azure_key', 'DefaultEndpointsProtocol=https;Account~Key=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ=='),
  ('jwt', 'ey~JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.ey~JzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'),
  ('bearer', 'Authorization: Bea~rer abc123def456ghi789'), ('bearer', 'authorization=bea~rer  0123456789abcdef0123456789abcdef'), ('basic', 'Bas~ic dXNlcjpwYXNzd29yZA=='), ('basic', 'header "bas~ic YWxhZGRpbjpvcGVuc2VzYW1l1"'),
  ('url_password', 'postgres://app:hun~ter2@db.internal:5432/app'), ('url_password', 'see https://user:p%40ss~@example.com/a?b=c for more'), ('url_password', 'redis://:s3cr~et@cache:6379'),
  ('assigned_password', 'login failed, pass~word=hunter2'), ('assigned_password', '{"api_~key": "0123abcd"}'), ('assigned_password', 'DB_PASS~WORD="s3cr3t!!"'), ('assigned_password', 'GET /?access_t~oken=abc123def'),
  ('said_password', 'Pass~word: hunter2secret'), ('header_key', 'x-api-k~ey: 0123456789abcdef0123'), ('header_key', 'Ocp-Apim-Subscription-K~ey:0123456789abcdef0123'),
  ('private_key', '-----BEGIN RSA PRIV~ATE KEY-----
MIIEpAIBAAKCAQEA
-----END RSA PRIV~ATE KEY-----'), ('private_key', '-----BEGIN PRIV~ATE KEY-----\nMIIEvQ'), ('private_key', 'x -----BEGIN OPENSSH PRIV~ATE KEY-----')) v (rule, example);

CREATE TABLE false_values (example text);
INSERT INTO false_values VALUES
  (''), ('ok'), ('550e8400-e29b-41d4-a716-446655440000'), ('d41d8cd98f00b204e9800998ecf8427e'), ('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
  ('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'), ('ada@example.com'), ('https://example.com/a/b?c=d&e=f#g'), ('https://www.linkedin.com/in/ada-lovelace-0123456789'),
  ('postgres://app@db.internal:5432/app'), ('https://example.com:8443/path'), ('https://example.com/@ada:42'), ('mailto://ada@example.com'), ('s3://bucket/2025/07/01/run_0001.json'), ('git@github.com:org/repo.git'), ('https://x.org/a:b c@d'),
  ('token_count=512'), ('max_tokens: 4096'), ('the password is wrong'), ('password: required'), ('password must have 8 characters'), ('invalid api key'), ('api_key is missing'), ('secret sauce, and a secretary'), ('unexpected token < in JSON at position 0'),
  ('401 Unauthorized: bearer token expired'), ('Bearer authentication_is_required'), ('basic understanding of things'), ('Basic plan, 2025'), ('basic 2024-10-01T00:00'), ('risk-assessment-2025-with-a-long-name'), ('task-0123456789abcdef'),
  ('sk-learn'), ('ask-me-anything-about-0123456789abcdef0123456789abcdef'), ('desk-proj-AbCdEf0123456789abcdefghijklmnop'), ('sk_live_'), ('pk_live_4eC39HqLyjWDarjtT1zdp7dc'), ('AKIA'), ('akiaiosfodnn7example'), ('MAKIAIOSFODNN7EXAMPLE'),
  ('ghp_short'), ('xox'), ('xoxb-'), ('eyJhbGciOiJIUzI1NiJ9'), ('eyJ.eyJ'), ('-----BEGIN PUBLIC KEY-----'), ('-----BEGIN CERTIFICATE-----'), ('the private key of success'), ('AIza'), ('key-value'), ('key-0123456789abcdef'), ('SG.'), ('patient.record'), ('pattern.match'), ('12:AA'),
  ('password=********'), ('password=<hidden>'), ('secret_santa_2025'), ('company.enrich.profile'), ('prospeo.v2'), ('429 Too Many Requests'), ('+4915112345678'), ('Zürich 日本語 🔑'), ('credential stuffing attack'), ('compass=north'), ('2025-07-01T12:00:00.000000Z'),
  ('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), ('0123456789012345678901234567890123456789'), ('passwd file not found'), ('password: 8 characters at least'), ('x-api-key: missing-or-invalid'), ('access-token: expired'), ('pwd'), ('cookie consent given');

SELECT is((SELECT string_agg(DISTINCT s.rule, ', ' ORDER BY s.rule) FROM lifecycle.secrets_in(to_jsonb(v.example)) s), rule, left(example, 4) || '…: ' || rule)
  FROM true_values v WHERE example !~ 'access_key =|^\{"api|PASSWORD=';
SELECT ok(lifecycle._any_secret(example), 'found: ' || rule) FROM true_values;
SELECT is_empty('SELECT example, s.rule FROM false_values v, lifecycle.secrets_in(to_jsonb(v.example)) s', 'nothing is found in what is none');
SELECT is_empty('SELECT example FROM false_values v WHERE lifecycle._any_secret(v.example)', '... nor by the quick look');
SELECT throws_ok(format('SELECT lifecycle._any_secret(%s)', given), '42804', NULL, 'refused, untouched: ' || given) FROM unnest(ARRAY['1', 'true', 'now()', '''x''::name', '''x''::bytea', 'VARIADIC ARRAY[''x'']']) given;
CREATE DOMAIN note AS varchar(200);
SELECT is((SELECT count(*) FILTER (WHERE lifecycle._any_secret(NULL::text, example::note)) FROM true_values), (SELECT count(*) FROM true_values), 'domains over a text are texts');
SELECT is_empty('SELECT name FROM lifecycle.secret_rules WHERE applies_to = ''value'' AND name NOT IN (SELECT rule FROM true_values)', 'every rule of values has an example');

-- Literals leave nothing out: with and without them the same texts are found, whatever surrounds them, wherever they begin.
CREATE TABLE texts AS
  SELECT repeat('x', n % 37) || CASE n % 3 WHEN 0 THEN ' ' WHEN 1 THEN '"' ELSE '' END || example || repeat(' y', n % 5) AS example
  FROM (SELECT example FROM true_values UNION ALL SELECT example FROM false_values) v, generate_series(1, 8) n;
SELECT is_empty($$SELECT example FROM texts t
  WHERE lifecycle._any_secret(t.example) <> EXISTS (SELECT FROM lifecycle.secret_rules r WHERE r.applies_to = 'value' AND t.example COLLATE "C" ~ r.pattern)$$, 'the same as every pattern on every text');
SELECT is_empty($$SELECT t.example FROM texts t WHERE lifecycle._any_secret(t.example) <> lifecycle._any_secret(jsonb_build_object('a', jsonb_build_array(1, t.example)))$$, '... and in a document');

-- Keys
CREATE TABLE keys (key text, is_secret boolean);
INSERT INTO keys SELECT key, true FROM unnest('{password,Password,dbPassword,db_password,user-password,passwd,PWD,db_pwd,passphrase,secret,client_secret,clientSecret,SECRET_KEY,secretAccessKey,aws_secret_access_key,api_key,apiKey,X-Api-Key,api-key,'
  'access_key,private_key,privateKey,signing_key,encryption_key,ssh_key,token,access_token,accessToken,refresh_token,id_token,bot_token,csrf_token,backend_token,admin_token,authorization,Authorization,proxy-authorization,credentials,credential,cookie,Set-Cookie}'::text[]) key;
INSERT INTO keys SELECT key, false FROM unnest('{token_count,tokens,max_tokens,tokens_used,password_policy,password_changed_at,passwords_tried,secretary,secrets_found,key,keys,monkey,primary_key,foreign_key,idempotency_key,api_keys_count,api_key_id,next_page_token,pageToken,'
  'continuation_token,sync_token,range_end_token,startToken,max_token,cost_per_token,compass,bypass,authorization_code_flow,cookie_consent,credentials_checked,author,authority,public_key,cache_key,sort_key,partition_key,path,name,status,hash}'::text[]) key;
SELECT is(EXISTS (SELECT FROM lifecycle.secrets_in(jsonb_build_object(key, 'Tr0ub4dor'))), is_secret, format('key %s: %s', key, is_secret)) FROM keys;
SELECT is(lifecycle._any_secret(jsonb_build_object(key, 'Tr0ub4dor')), is_secret, format('... the quick look: %s', key)) FROM keys;
SELECT ok(NOT lifecycle._any_secret(jsonb_build_object('password', value)), 'no secret under such a key: ' || value::text) FROM unnest('{"null","true","false","0","1","401","-999","999.99","0.12345678","\"\"","\"***\"","\"ab****yz\"","\"[redacted]\"","\"<password>\"","\"${DB_PASSWORD}\"","\"{{ password }}\"","\"vault:kv/db\"","\"required\"","[]","{}","{\"length\": 12}","{\"min_length\": 12000, \"changed_at\": 1735689600}","[1, null, \"\"]","[true, false]"}'::jsonb[]) value;
SELECT ok(lifecycle._any_secret(jsonb_build_object('password', value)), 'a secret under such a key: ' || value::text) FROM unnest('{"12345","-1000","1000.5","12345678901234567890123","1e30","[\"\", 4711]","{\"value\": 4711}","{\"a\": {\"Values\": [1, 4711]}}","\"x\"","\"correct horse\"","[\"a\"]","{\"value\": \"a\"}","{\"a\": [1, {\"b\": \"c\"}]}"}'::jsonb[]) value;

-- What only counts or tells of secrets, and what is counted under the name of one.
SELECT ok(NOT lifecycle._any_secret(document::jsonb), 'counts and flags are none: ' || document) FROM unnest(ARRAY['{"tokens": 1200, "max_token": 4096, "prompt_tokens": 31000, "token_count": 120000, "usage": {"total_tokens": 123456}}',
  '{"password_changed": true, "has_password": true, "password": false, "password_length": 12000, "password_changed_at": 1735689600}', '{"secret_count": 12345, "secrets": 12345, "secret_rotated": true}', '{"tests": {"pass": 12345, "fail": 2}}',
  '{"api_keys": 20000, "api_key_id": 123456, "api_key_count": 1000}', '{"cookies": 5000, "cookie_count": 5000}', '{"token": {"expires_in": 360000, "expires_at": 1735689600}}', '{"authorization": 401}', '{"credentials_checked": 100000}']) document;
SELECT is(lifecycle._without_secrets('{"password": 12345, "pin": {"secret": [1, 4711]}, "n": 12345}'), '{"password": "[removed: key_password]", "pin": {"secret": "[removed: key_secret]"}, "n": 12345}', 'a number goes like a text');
INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, literals, description, numbers) VALUES ('acme_pin', 'key', '^pin$', '{pin}', 'a PIN', true), ('acme_box', 'key', '^mailbox$', '{mailbox}', 'a mailbox', false);
SELECT is((SELECT string_agg(rule, ',') FROM lifecycle.secrets_in('[{"pin": 4711}, {"mailbox": 4711}, {"mailbox": "4711"}]')), 'acme_pin,acme_box', 'whether numbers count is the rule''s');
DELETE FROM lifecycle.secret_rules WHERE origin = 'user';

-- Names before their values: pairs, lists of pairs, lists in which they take turns
SELECT is((SELECT string_agg(json_pointer || ' ' || rule, ', ') FROM lifecycle.secrets_in(document::jsonb)), wanted, document) FROM (VALUES
  ('["Authorization", "Bearer abcdef"]', '/1 key_credentials'), ('{"header": ["X-Api-Key", "k1"]}', '/header/1 key_api_key'), ('[["Accept", "text/plain"], ["Authorization", "abcdef"], ["Cookie", "a=b; c=d; e=f"]]', '/1/1 key_credentials, /2/1 key_credentials'),
  ('{"rawHeaders": ["Host", "x.org", "Authorization", "Basic abcd", "X-Api-Key", "k1"]}', '/rawHeaders/3 key_credentials, /rawHeaders/5 key_api_key'), ('["run", "--user", "ada", "--password=hunter2"]', '/3 assigned_password'), ('["--password", "hunter2"]', '/1 key_password'),
  ('[["password", "hunter"], ["user", "ada"]]', '/0/1 key_password'), ('{"Headers": [{"Name": "Authorization", "Value": "abc"}]}', '/Headers/0/Value key_credentials'), ('[{"KEY": "password", "VALUES": [123456]}]', '/0/VALUES key_password'),
  ('["password", "email"]', NULL), ('["api_key", "api_secret"]', NULL), ('["password", "is too short (minimum is 8 characters)"]', NULL), ('[["password", "email"]]', NULL), ('[["password", "***"], ["email", "x@y.z"]]', NULL), ('[["password", "is too short"], ["email", "is taken"]]', NULL),
  ('["user", "token", "2025-01-01"]', NULL), ('["x", "password", "a1"]', NULL), ('[["token", 1200], ["cookie", 3000]]', NULL), ('[["password", 12345678], ["token", 9999999.5]]', '/0/1 key_password'), ('["user", 1, "client_secret", -20250101123]', '/3 key_secret'), ('["forgot password", "a1"]', NULL), ('["password"]', NULL), ('[]', NULL), ('[[], []]', NULL), ('["password", ["a1"]]', NULL), ('["token_count", "12"]', NULL)) v (document, wanted);
SELECT is(lifecycle._without_secrets('{"h": [["Authorization", "abc"], ["Accept", "x"]]}'), '{"h": [["Authorization", "[removed: key_credentials]"], ["Accept", "x"]]}', '... and are cut out');

-- Keys that are named beside their values, as in lists of headers and settings
SELECT is((SELECT string_agg(json_pointer || ' ' || rule, ', ') FROM lifecycle.secrets_in(document::jsonb)), wanted, document) FROM (VALUES
  ('{"headers": [{"name": "Accept", "value": "text/plain"}, {"name": "X-Api-Key", "value": "k1"}]}', '/headers/1/value key_api_key'), ('{"value": ["a"], "key": "password"}', '/value key_password'),
  ('{"header": "Set-Cookie", "values": ["a=b"], "at": "x"}', '/values key_credentials'), ('{"name": "password", "value": "***"}', NULL), ('{"name": "token_count", "value": "12"}', NULL), ('{"name": "Forgot password", "value": "clicked"}', NULL),
  ('{"name": "password", "label": "Your password"}', NULL), ('{"name": ["password"], "value": "x"}', NULL), ('{"name": "", "value": "x"}', NULL)) v (document, wanted);
SELECT is(lifecycle._without_secrets('[{"name": "authorization", "value": "abc"}]'), '[{"name": "authorization", "value": "[removed: key_credentials]"}]', '... and go with what is cut out');

-- Places
SELECT results_eq($$SELECT json_pointer, rule FROM lifecycle.secrets_in('{"a": [{"b/c~d": "xoxb-17653672481-x"}], "headers": {"authorization": "abc"}, "n": 1}')$$,
  $$VALUES ('/a/0/b~1c~0d', 'slack_token'), ('/headers/authorization', 'key_credentials')$$, 'where, as a JSON pointer');
SELECT is((SELECT string_agg(json_pointer || ' ' || rule, ',') FROM lifecycle.secrets_in(jsonb_build_object('tokens', jsonb_build_object((SELECT example FROM true_values WHERE rule = 'jwt'), 1)))), '/tokens jwt', 'a key that is a secret itself is not told');
SELECT is((SELECT count(*) FROM lifecycle.secrets_in((SELECT jsonb_agg(jsonb_build_object('password', 'x' || n)) FROM generate_series(1, 1500) n))), 1000::bigint, 'the first thousand');

-- Redaction
SELECT is(lifecycle._without_secrets(jsonb_build_object('a', 'login with ' || example || ' failed')) #>> '{a}', format('login with [removed: %s] failed', rule), 'what is cut out of a text: ' || rule)
  FROM true_values WHERE example NOT LIKE '% %' AND example NOT LIKE '%?%' AND rule <> 'assigned_password' AND rule NOT IN ('azure_key', 'url_password') AND example !~ '^(https://h|[1-9])';
SELECT is(lifecycle._without_secrets('{"user": "ada", "auth": {"password": "Tr0ub4dor", "tokens": 5}, "list": ["ok", {"api_key": ["k1", "k2"]}]}'),
  '{"user": "ada", "auth": {"password": "[removed: key_password]", "tokens": 5}, "list": ["ok", {"api_key": "[removed: key_api_key]"}]}', 'what stands under such keys goes');
SELECT is(lifecycle._without_secrets(jsonb_build_object((SELECT example FROM true_values WHERE rule = 'jwt'), 1, 'b', 2)), '{"b": 2, "[removed: jwt]": null}', 'a key that is a secret goes with what it holds');
SELECT is_empty('SELECT rule FROM true_values v WHERE lifecycle._any_secret(lifecycle._without_secrets(to_jsonb(v.example)))', 'what is left has none');
SELECT is_empty($$SELECT example FROM false_values v WHERE lifecycle._without_secrets(to_jsonb(v.example)) <> to_jsonb(v.example)$$, 'what has none is left alone');
SELECT is(lifecycle._any_secret(lifecycle._without_secrets((SELECT jsonb_agg(jsonb_build_object('password', 'x' || n)) FROM generate_series(1, 2500) n))), false, 'however many');

-- Rules are data
INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, literals, description) VALUES ('acme_key', 'value', 'acme-[0-9]{6}', '{acme-}', 'a key of Acme'), ('bare', 'value', '^zz[0-9]+$', NULL, 'without literals');
SELECT is((SELECT string_agg(rule || ': ' || description, '') FROM lifecycle.secrets_in('"my ACME-1 acme-123456"')), 'acme_key: a key of Acme', 'a rule of one''s own');
SELECT is((SELECT string_agg(rule, '') FROM lifecycle.secrets_in('["zz9"]')), 'bare', '... without literals');
UPDATE lifecycle.secret_rules SET enabled = false WHERE name IN ('acme_key', 'key_password');
SELECT ok(NOT lifecycle._any_secret('acme-123456'::text, '{"password": "abc"}'::jsonb), 'one that is switched off');
CALL lifecycle.install();
SELECT is((SELECT enabled FROM lifecycle.secret_rules WHERE name = 'key_password'), false, '... stays so');
INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, description) VALUES ('greedy', 'value', '', 'everything'), ('own_mark', 'value', 'removed', 'its own mark');
SELECT is(lifecycle._without_secrets('{"a": "b", "c": ["d", 1]}'), '{}', 'a rule that finds everything, its own mark too, ends');
SELECT is(lifecycle._without_secrets('"b"'), 'null', '... in a text as well');
DELETE FROM lifecycle.secret_rules WHERE name IN ('greedy', 'own_mark');
UPDATE lifecycle.secret_rules SET enabled = true;
SELECT throws_ok($$INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, description) VALUES ('broken', 'value', '(', 'x')$$, '2201B', NULL, 'a pattern that is none');
SELECT throws_ok($$INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, literals, description) VALUES ('short', 'value', 'x', '{ab}', 'x')$$, '23514', NULL, 'a literal that is too short');
SELECT throws_ok($$INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, literals, description) VALUES ('short', 'value', 'x', '{abcd,ab*cd}', 'x')$$, '23514', NULL, '... before its star');
SELECT throws_ok($$INSERT INTO lifecycle.secret_rules (name, applies_to, pattern, description) VALUES ('other', 'row', 'x', 'x')$$, '23514', NULL, 'what a rule applies to');

-- Values of every storage, and none
SELECT ok(lifecycle._any_secret(NULL::text, repeat('lorem ipsum ', 100000) || 'password=hunter2'), 'at the end of a long text');
CREATE TABLE stored (t text, v varchar(100), j jsonb);
INSERT INTO stored SELECT repeat('lorem ipsum ', 20000) || 'password=hunter2', 'x', jsonb_build_object('a', repeat('lorem ipsum ', 20000), 'password', 'x');
SELECT ok(lifecycle._any_secret(t) AND lifecycle._any_secret(v, j) AND NOT lifecycle._any_secret(v), 'compressed and stored aside') FROM stored;
SELECT ok(NOT lifecycle._any_secret(NULL::text, NULL::jsonb, ''::text, '{}'::jsonb, '[]'::jsonb, 'null'::jsonb, '"x"'::jsonb), 'nothing');
SELECT ok(lifecycle._any_secret('"acme-123456 xoxb-17653672481-x"'::jsonb), 'a text as a document');

SELECT is((SELECT bool_and(lifecycle._is_reference(r, 100)) FROM unnest('{s3://bucket/key.json,raw/2025/07/01/1.json,arn:aws:s3:::b/k,550e8400-e29b-41d4-a716-446655440000,blob 17}'::text[]) r), true, 'references');
SELECT is((SELECT bool_or(lifecycle._is_reference(r, 100)) FROM unnest(ARRAY['{"a": 1}', '  [1]', '<xml/>', '"x"', 'data:application/json;base64,e30=', 'DATA:x', E'a\nb', repeat('x', 101), '', ' ']) r), false, '... and what is none');
SELECT * FROM finish();
