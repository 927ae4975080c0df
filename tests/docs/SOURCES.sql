CREATE SCHEMA helpdesk;
CREATE SCHEMA canonical;
CREATE TABLE canonical.emails (email_event_id text, connection text, direction text, sender text, recipient text, subject text, sent_at timestamptz, thread_id text, labels text[], updated_at timestamptz);
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com'), ('c2', 'bo@example.com'), ('c3', 'Bo@Example.com');
-- before: CALL lifecycle.sync_contact_events('helpdesk.tickets')
INSERT INTO helpdesk.tickets VALUES (1, ' Ann@Example.com', 'Refund', '2025-07-01 12:00', '2025-07-01 11:50', 2, 'kim'), (2, 'nobody@example.com', 'Login', NULL, '2025-07-02 09:00', 1, 'kim'),
  (3, 'bo@example.com', 'Invoice', '2025-07-03 12:00', '2025-07-03 11:00', 1, 'lee');
