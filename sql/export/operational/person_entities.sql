CREATE TABLE IF NOT EXISTS lifecycle.person_entities (
  org_id uuid NOT NULL,
  company_id uuid,
  entity_id uuid NOT NULL DEFAULT gen_random_uuid(),
  full_name text,
  first_name text,
  last_name text,
  linkedin_url text,
  title text,
  seniority text,
  department text,
  work_email text,
  email_status text,
  phone_e164 text,
  contact_confidence numeric,
  last_enriched_at timestamptz,
  last_operation_id text,
  last_run_id uuid,
  record_version bigint NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  changed_xid xid8,
  PRIMARY KEY (org_id, entity_id)
);
CREATE INDEX IF NOT EXISTS person_entities_changed ON lifecycle.person_entities (changed_xid);
SELECT lifecycle._ensure_trigger('lifecycle.person_entities', 'a_version', 'BEFORE UPDATE', 'lifecycle._next_entity_version()');
SELECT lifecycle._ensure_trigger('lifecycle.person_entities', 'changed_xid', 'BEFORE INSERT OR UPDATE', 'lifecycle._set_changed_xid()');
SELECT lifecycle._ensure_trigger('lifecycle.person_entities', 'snapshot', 'AFTER INSERT OR UPDATE', 'lifecycle._keep_entity_version(''person'')');
ALTER TABLE lifecycle.person_entities ENABLE ALWAYS TRIGGER changed_xid;

COMMENT ON TABLE lifecycle.person_entities IS
  'The canonical state of each person. Every UPDATE that changes something is a version: record_version and updated_at move by themselves, and entity_snapshots keeps what it was. Delete by setting deleted_at. The source of dx_person_entities_v1.';
COMMENT ON COLUMN lifecycle.person_entities.org_id IS 'Tenant.';
COMMENT ON COLUMN lifecycle.person_entities.company_id IS 'Company the row is scoped to. May be null.';
COMMENT ON COLUMN lifecycle.person_entities.entity_id IS 'The entity.';
COMMENT ON COLUMN lifecycle.person_entities.full_name IS 'Full name.';
COMMENT ON COLUMN lifecycle.person_entities.first_name IS 'Given name.';
COMMENT ON COLUMN lifecycle.person_entities.last_name IS 'Family name.';
COMMENT ON COLUMN lifecycle.person_entities.linkedin_url IS 'LinkedIn URL.';
COMMENT ON COLUMN lifecycle.person_entities.title IS 'Job title.';
COMMENT ON COLUMN lifecycle.person_entities.seniority IS 'Seniority.';
COMMENT ON COLUMN lifecycle.person_entities.department IS 'Department.';
COMMENT ON COLUMN lifecycle.person_entities.work_email IS 'E-mail address at work.';
COMMENT ON COLUMN lifecycle.person_entities.email_status IS 'Status of the e-mail address.';
COMMENT ON COLUMN lifecycle.person_entities.phone_e164 IS 'Telephone number in E.164 form.';
COMMENT ON COLUMN lifecycle.person_entities.contact_confidence IS 'Confidence of the contact data.';
COMMENT ON COLUMN lifecycle.person_entities.last_enriched_at IS 'When the entity was last enriched.';
COMMENT ON COLUMN lifecycle.person_entities.last_operation_id IS 'Operation that enriched it last.';
COMMENT ON COLUMN lifecycle.person_entities.last_run_id IS 'Run that enriched it last.';
COMMENT ON COLUMN lifecycle.person_entities.record_version IS 'Version: grows by one with every change, or to what the UPDATE sets if that is higher.';
COMMENT ON COLUMN lifecycle.person_entities.updated_at IS 'When this version came to be: now(), or what the UPDATE sets.';
COMMENT ON COLUMN lifecycle.person_entities.deleted_at IS 'When the entity was deleted. Null while it exists.';
COMMENT ON COLUMN lifecycle.person_entities.changed_xid IS 'The transaction that wrote this version of the row, for cuts. Set by a trigger.';
