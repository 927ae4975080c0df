-- Contact id, e-mail and outcome for every event, consumed by an aggregate. "join": the set-based plain SQL anyone would
-- write; "map": the same with an address map kept ready.
\set path resolve
\set form scan
\ir begin.sql
SELECT count(num_nonnulls(contact_id, contact_email)) FROM bench.given;
\ir end.sql
\set form join
\ir begin.sql
SELECT count(CASE WHEN e.contact_id IS NOT NULL THEN c.contact_id WHEN m.contacts = 1 THEN m.contact_id END),
  count(coalesce(e.contact_email, c.email)),
  count(CASE WHEN e.contact_id IS NOT NULL THEN CASE WHEN c.contact_id IS NULL THEN 'unknown_contact' ELSE 'given' END
    WHEN m.contacts = 1 THEN 'matched' WHEN m.contacts > 1 THEN 'ambiguous' ELSE 'orphan' END)
FROM bench.given e
  LEFT JOIN bench.contacts c ON c.contact_id = e.contact_id
  LEFT JOIN (SELECT lower(email) AS address, min(contact_id) AS contact_id, count(*) AS contacts FROM bench.contacts GROUP BY 1) m
    ON m.address = lower(e.contact_email);
\ir end.sql
\set form map
\ir begin.sql
SELECT count(CASE WHEN e.contact_id IS NOT NULL THEN c.contact_id WHEN m.contacts = 1 THEN m.contact_id END),
  count(coalesce(e.contact_email, c.email)),
  count(CASE WHEN e.contact_id IS NOT NULL THEN CASE WHEN c.contact_id IS NULL THEN 'unknown_contact' ELSE 'given' END
    WHEN m.contacts = 1 THEN 'matched' WHEN m.contacts > 1 THEN 'ambiguous' ELSE 'orphan' END)
FROM bench.given e
  LEFT JOIN bench.contacts c ON c.contact_id = e.contact_id
  LEFT JOIN bench.contact_map m ON m.address = lower(e.contact_email COLLATE "C");
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(lifecycle.resolved_contact_id(contact_id, contact_email)), count(lifecycle.resolved_contact_email(contact_id, contact_email)),
  count(lifecycle.contact_outcome(contact_id, contact_email))
FROM bench.given;
\ir end.sql
\if :first
WITH plain AS (
    SELECT event_id, CASE WHEN e.contact_id IS NOT NULL THEN c.contact_id WHEN m.contacts = 1 THEN m.contact_id END AS id,
      coalesce(e.contact_email, c.email) AS email,
      CASE WHEN e.contact_id IS NOT NULL THEN CASE WHEN c.contact_id IS NULL THEN 'unknown_contact' ELSE 'given' END
        WHEN m.contacts = 1 THEN 'matched' WHEN m.contacts > 1 THEN 'ambiguous' ELSE 'orphan' END AS outcome
    FROM bench.given e
      LEFT JOIN bench.contacts c ON c.contact_id = e.contact_id
      LEFT JOIN bench.contact_map m ON m.address = lower(e.contact_email COLLATE "C")),
  ours AS (
    SELECT event_id, lifecycle.resolved_contact_id(contact_id, contact_email) AS id,
      lifecycle.resolved_contact_email(contact_id, contact_email) AS email, lifecycle.contact_outcome(contact_id, contact_email) AS outcome
    FROM bench.given)
SELECT 'resolve,' || ((SELECT sum(hash_record_extended(p, 0)::numeric) FROM plain p) = (SELECT sum(hash_record_extended(o, 0)::numeric) FROM ours o))
\g |cat >>"$BENCH_CHECKED"
\endif
