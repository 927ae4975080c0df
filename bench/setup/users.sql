-- Users with a dozen attributes, as a segment's condition reads them.
CREATE SCHEMA bench;
CREATE TABLE bench.users AS
  SELECT i AS user_id, jsonb_build_object(
    'plan', (ARRAY['free', 'starter', 'pro', 'enterprise'])[1 + i * 7 % 4], 'country', (ARRAY['DE', 'FR', 'AT', 'US', 'GB', 'JP', 'BR', 'IN'])[1 + i * 11 % 8],
    'age', 18 + i * 13 % 60, 'logins', i * 17 % 500, 'score', round((i % 1000) / 10.0, 1), 'email_opt_in', i % 3 = 0,
    'city', 'City ' || i % 1000, 'language', (ARRAY['de', 'fr', 'en', 'ja'])[1 + i % 4], 'signup_source', (ARRAY['ad', 'referral', 'organic'])[1 + i % 3],
    'last_seen', to_char(timestamp '2025-01-01' + i * interval '7 seconds', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'company', 'Company ' || i % 5000,
    'tags', jsonb_build_array('t' || i % 10, 't' || i % 7)) AS attributes
  FROM generate_series(1, :rows) i;
CREATE TABLE bench.tenth_of_users AS SELECT * FROM bench.users WHERE user_id <= :rows / 10;
VACUUM ANALYZE;
\ir interpreter.sql
