-- Contacts for every path: text ids as a CRM gives them, one address in ten with capitals, one contact in a hundred
-- sharing an address with the next one.
CREATE SCHEMA bench;
CREATE FUNCTION bench.dice(row_number bigint, salt bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT (hashint8extended(row_number, salt) & 1048575) / 1048576.0 $$;
CREATE FUNCTION bench.address(number bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT 'first' || number % 97 || '.last' || number || '@' || (ARRAY['mail', 'post', 'clinic'])[1 + number % 3] || '.example' $$;
CREATE TABLE bench.contacts (contact_id text, email text, first_name text, last_name text);
INSERT INTO bench.contacts
  SELECT md5('contact ' || i)::uuid::text, CASE WHEN i % 10 = 3 THEN initcap(a) ELSE a END, 'first' || i % 97, 'last' || i
  FROM generate_series(1, :contacts) i, bench.address(CASE WHEN i % 100 = 0 THEN i - 1 ELSE i END) a;
ALTER TABLE bench.contacts ADD PRIMARY KEY (contact_id);

-- A contact and an address for row i: 5 % of the addresses are nobody's, 1 % are shared, one in five is typed in capitals.
-- 30 % of the rows have the contact id; what then becomes of the address is the caller's choice.
CREATE FUNCTION bench.person(i bigint, contacts bigint, OUT contact_id text, OUT email text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN d < 0.30 THEN md5('contact ' || n)::uuid::text END,
    CASE WHEN d < 0.30 THEN bench.address(n)
      WHEN d < 0.35 THEN 'nobody' || i || '@mail.example'
      WHEN d < 0.36 THEN bench.address(greatest(n - n % 100, 100) - 1)
      WHEN d < 0.50 THEN upper(bench.address(n)) ELSE bench.address(n) END
  FROM (SELECT bench.dice(i, 1) AS d,
          -- not one of the two who share
          n - CASE n % 100 WHEN 0 THEN 2 WHEN 99 THEN 1 ELSE 0 END AS n
        FROM (SELECT 1 + floor(bench.dice(i, 2) * contacts)::bigint AS n) r) x $$;
SELECT lifecycle.use_contacts('bench.contacts');
