-- Sample data for the demo: a schema "canonical" as a practice's systems would leave it, with contacts and four upstream
-- tables. Deterministic: every choice is a hash of the row's number; only the dates move with the day it runs on, so that
-- "the last 14 days" means something. The trouble in it is the kind that real systems have; each kind says so below.

CREATE SCHEMA canonical;
SET search_path = canonical, pg_catalog;

-- A number in [0, 1) that is the same on every machine.
CREATE FUNCTION pg_temp.dice(row_number bigint, salt bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS
  $$ SELECT (hashint8extended(row_number, salt) & 1048575) / 1048576.0 $$;
CREATE FUNCTION pg_temp.pick(choices text[], row_number bigint, salt bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT choices[1 + floor(pg_temp.dice(row_number, salt) * cardinality(choices))::integer] $$;
CREATE FUNCTION pg_temp.today() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT date_trunc('day', now()) $$;

CREATE TABLE contacts (
  contact_id text PRIMARY KEY,
  email text,
  first_name text,
  last_name text,
  lifecycle_stage text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE measurement_events (
  measurement_event_id uuid PRIMARY KEY,
  measure_id text NOT NULL,
  measure_version text NOT NULL,
  subject_id text,
  "timestamp" timestamptz,
  binding_id text,
  binding_version text,
  form_id text,
  form_submission_id text,
  idem_key text,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE clinical_sessions (
  session_id uuid PRIMARY KEY,
  contact_id text,
  session_num integer,
  status text,
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz,
  idem_key text,
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- No unique key: two connections to one mailbox deliver the same message.
CREATE TABLE emails (
  email_event_id text NOT NULL,
  connection text NOT NULL,
  direction text NOT NULL,
  sender text,
  recipient text,
  subject text,
  sent_at timestamptz,
  thread_id text,
  labels text[],
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- Whose address counts depends on the direction: a view says it better than a mapping.
CREATE VIEW email_events AS
  SELECT email_event_id, direction || ': ' || left(subject, 50) AS event_name, split_part(connection, ':', 1) AS provider,
    CASE direction WHEN 'inbound' THEN sender ELSE recipient END AS contact_address, sent_at, thread_id, labels, direction, updated_at
  FROM emails;
-- Times of the clinic's wall clock, without a zone, as text.
CREATE TABLE messages (
  message_id bigint PRIMARY KEY,
  contact_email text,
  platform text NOT NULL,
  channel text NOT NULL,
  direction text NOT NULL,
  body_preview text,
  sent_at text,
  updated_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO contacts
SELECT 'c-' || lpad(i::text, 4, '0'),
  CASE WHEN pg_temp.dice(i, 3) >= 0.02 THEN
    -- Some address books keep capitals, some people keep their accents.
    CASE WHEN i % 40 = 0 THEN first_name || '.' || last_name || i
      ELSE lower(CASE WHEN i % 10 = 0 THEN first_name || '.' || last_name
        ELSE translate(first_name || '.' || last_name, 'ëéüøáçñŁ', 'eeuoacnL') END) || i END
    || '@' || pg_temp.pick('{mail.example,post.example,clinic.example}', i, 4) END,
  first_name, last_name, pg_temp.pick('{active,active,active,active,onboarding,paused,prospect,terminated}', i, 5),
  pg_temp.today() - interval '410 days' - (i % 300) * interval '1 day'
FROM (
  SELECT i,
    pg_temp.pick('{Ada,Bo,Chloé,Daan,Elif,Farid,Grace,Hana,Ivo,Jürgen,Kira,Liam,Mara,Noor,Omar,Priya,Quinn,Renée,Søren,Tess,Uma,Vito,Wes,Yara,Zoë}', i, 1) AS first_name,
    pg_temp.pick('{Adler,Bianchi,Costa,Duval,Eriksen,Fischer,Gonçalves,Haddad,Ito,Jansen,Kaya,Lind,Moreau,Novak,Okafor,Peña,Quist,Rossi,Silva,Tamm,Ueda,Varga,Weber,Young,Zhang}', i, 2) AS last_name
  FROM generate_series(1, 2400) i) n;
-- Couples who share an address: whose row is it?
UPDATE contacts SET email = 'family.' || lower(last_name) || right(contact_id, 4) || '@post.example'
  WHERE right(contact_id, 4)::integer % 200 = 100;
UPDATE contacts c SET email = upper(p.email), last_name = p.last_name
  FROM contacts p
  WHERE right(c.contact_id, 4)::integer % 200 = 101 AND right(p.contact_id, 4)::integer = right(c.contact_id, 4)::integer - 1;

-- Who an event is about and when: busy contacts have many, every eighth went quiet two months ago, every fiftieth never came.
CREATE FUNCTION pg_temp.event_of(row_number bigint, salt bigint, OUT contact contacts, OUT at timestamptz) LANGUAGE sql STABLE AS $$
  SELECT c, pg_temp.today() - interval '1 day' - floor(pg_temp.dice(row_number, salt) ^ 1.3 * 390) * interval '1 day'
    - (CASE WHEN n.number % 8 = 0 THEN 60 ELSE 0 END) * interval '1 day' + floor(pg_temp.dice(row_number, salt + 1) * 86400) * interval '1 second'
  FROM (SELECT number + (number % 50 = 0)::integer AS number
        FROM (SELECT 1 + floor(pg_temp.dice(row_number, salt + 2) ^ 1.4 * 2399)::integer AS number) d) n
    JOIN contacts c ON c.contact_id = 'c-' || lpad(n.number::text, 4, '0') $$;

INSERT INTO measurement_events
SELECT md5('form ' || i)::uuid, pg_temp.pick('{phq9,gad7,weekly_check_in,pss_10,who_5}', i, 11), '1.0.0',
  CASE
    WHEN (e.contact).email IS NULL OR d < 0.03 THEN 'guest' || i % 400 || '@mail.example'  -- orphans: nobody has that address
    WHEN d < 0.13 THEN upper((e.contact).email)                                            -- typed with caps lock
    WHEN d < 0.21 THEN (e.contact).first_name || ' ' || (e.contact).last_name || ' <' || (e.contact).email || '>'
    WHEN d < 0.24 THEN '  ' || (e.contact).email || ' '
    WHEN d < 0.26 THEN normalize((e.contact).email, NFD)                                   -- accents as a Mac sends them
    WHEN d < 0.262 THEN 'unknown'                                                          -- what the form tool writes for no answer
    WHEN d < 0.263 THEN NULL
    ELSE (e.contact).email
  END,
  CASE WHEN i % 2003 <> 0 THEN e.at END,                                                   -- a few have no time
  'intake_' || i % 3, '1.0.0', 'form_' || i % 7, 'resp_' || lpad(i::text, 6, '0'),
  'google_forms:intake:form_response:resp_' || i || ':measurement', e.at + interval '1 hour'
FROM generate_series(1, 14000) i, pg_temp.dice(i, 12) d, pg_temp.event_of(i, 13) e;

INSERT INTO clinical_sessions
SELECT md5('session ' || i)::uuid,
  CASE WHEN i % 700 = 0 THEN 'c-9' || lpad((i / 700)::text, 3, '0') ELSE (e.contact).contact_id END, -- a contact nobody has heard of
  1 + i % 24, pg_temp.pick('{Session Completed,Session Completed,Session Completed,Session Scheduled,Session Cancelled,Session No-show}', i, 21),
  CASE WHEN d > 0.30 AND i % 1801 <> 0 THEN e.at END,                                               -- started_at, else ended_at, else created_at
  CASE WHEN d > 0.15 AND i % 1801 <> 0 THEN e.at + interval '50 minutes' END,
  CASE WHEN i % 1801 <> 0 THEN e.at - interval '9 days' END,
  'dataverse:session:' || i, e.at + interval '2 hours'
FROM generate_series(1, 9000) i, pg_temp.dice(i, 22) d, pg_temp.event_of(i, 23) e;

INSERT INTO emails
SELECT 'em-' || lpad(i::text, 6, '0'), 'gmail:main', direction,
  CASE direction WHEN 'inbound' THEN address ELSE 'desk@clinic.example' END,
  CASE direction WHEN 'inbound' THEN '"Front desk" <desk@clinic.example>' ELSE address END,
  pg_temp.pick('{Your form is waiting,Form reminder,See you on Tuesday,Re: my appointment,Invoice,Can we move the session?,Thank you}', i, 31),
  e.at, 'thread-' || i / 3, ARRAY[pg_temp.pick('{inbox,sent,important}', i, 32)], e.at + interval '5 minutes'
FROM generate_series(1, 13000) i, pg_temp.dice(i, 33) d, pg_temp.event_of(i, 34) e,
  LATERAL (SELECT pg_temp.pick('{inbound,outbound,outbound}', i, 35) AS direction,
    CASE WHEN (e.contact).email IS NULL OR d < 0.06 THEN 'newsletter' || i % 90 || '@shop.example'
      WHEN d < 0.5 THEN '"' || (e.contact).last_name || ', ' || (e.contact).first_name || '" <' || (e.contact).email || '>'
      WHEN d < 0.6 THEN initcap((e.contact).email)
      ELSE (e.contact).email END AS address) a;
-- The same message through the second connection, fetched later, with the subject as that server shows it.
INSERT INTO emails
SELECT email_event_id, 'outlook:shared', direction, sender, recipient, '[EXT] ' || subject, sent_at, thread_id, labels, updated_at + interval '3 minutes'
FROM emails WHERE right(email_event_id, 6)::integer % 90 = 0;

INSERT INTO messages
SELECT i, CASE WHEN d < 0.05 THEN '+4420' || 70000000 + i WHEN d < 0.2 THEN upper((e.contact).email) ELSE (e.contact).email END, -- some only left a number
  'respond_io',  pg_temp.pick('{sms,sms,whatsapp,webchat}', i, 41), pg_temp.pick('{in,out}', i, 42), 'message ' || i,
  CASE i % 1500 WHEN 7 THEN '2026-02-30 09:00:00' WHEN 8 THEN NULL                    -- a day that no calendar has; no time at all
    ELSE to_char(e.at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD HH24:MI:SS') END,
  e.at + interval '1 minute'
FROM generate_series(1, 6000) i, pg_temp.dice(i, 43) d, pg_temp.event_of(i, 44) e;

CREATE INDEX ON measurement_events (updated_at);
CREATE INDEX ON clinical_sessions (updated_at);
CREATE INDEX ON messages (updated_at);
RESET search_path;
ANALYZE;
