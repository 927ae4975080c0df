-- A user, a contact, and an earlier erasure.
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) VALUES ('8f14e45f-ceea-467a-9a36-dedd4bea2543', 'ann@example.com', 'Acquisition');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c7', 'bo@example.com');
