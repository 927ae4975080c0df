CREATE TABLE runs AS SELECT n AS id, CASE WHEN n % 7 > 0 THEN (n % 1000) / 80.0 END AS cost, (ARRAY['succeeded', 'failed', E'back\\slash', NULL])[1 + n % 4] AS status,
  timestamptz '2025-01-01+00' + n * interval '1.000001 s' AS finished_at FROM generate_series(1, 100000) n;
