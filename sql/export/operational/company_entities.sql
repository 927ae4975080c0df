CREATE TABLE IF NOT EXISTS lifecycle.company_entities (
  org_id uuid NOT NULL,
  company_id uuid NOT NULL,
  entity_id uuid NOT NULL DEFAULT gen_random_uuid(),
  canonical_name text,
  canonical_domain text,
  linkedin_url text,
  linkedin_page_id text,
  industry text,
  employee_count integer,
  revenue_band text,
  hq_country text,
  enrichment_confidence numeric,
  last_enriched_at timestamptz,
  last_operation_id text,
  last_run_id uuid,
  source_priority text,
  record_version bigint NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  changed_xid xid8,
  PRIMARY KEY (org_id, entity_id)
);
CREATE INDEX IF NOT EXISTS company_entities_changed ON lifecycle.company_entities (changed_xid);
SELECT lifecycle._ensure_trigger('lifecycle.company_entities', 'a_version', 'BEFORE UPDATE', 'lifecycle._next_entity_version()');
SELECT lifecycle._ensure_trigger('lifecycle.company_entities', 'changed_xid', 'BEFORE INSERT OR UPDATE', 'lifecycle._set_changed_xid()');
SELECT lifecycle._ensure_trigger('lifecycle.company_entities', 'snapshot', 'AFTER INSERT OR UPDATE', 'lifecycle._keep_entity_version(''company'')');
ALTER TABLE lifecycle.company_entities ENABLE ALWAYS TRIGGER changed_xid;

COMMENT ON TABLE lifecycle.company_entities IS
  'The canonical state of each company. Every UPDATE that changes something is a version: record_version and updated_at move by themselves, and entity_snapshots keeps what it was. Delete by setting deleted_at. The source of dx_company_entities_v1.';
COMMENT ON COLUMN lifecycle.company_entities.org_id IS 'Tenant.';
COMMENT ON COLUMN lifecycle.company_entities.company_id IS 'Company the row is scoped to.';
COMMENT ON COLUMN lifecycle.company_entities.entity_id IS 'The entity.';
COMMENT ON COLUMN lifecycle.company_entities.canonical_name IS 'Name of the company.';
COMMENT ON COLUMN lifecycle.company_entities.canonical_domain IS 'Its domain.';
COMMENT ON COLUMN lifecycle.company_entities.linkedin_url IS 'Its LinkedIn URL.';
COMMENT ON COLUMN lifecycle.company_entities.linkedin_page_id IS 'Its LinkedIn page id.';
COMMENT ON COLUMN lifecycle.company_entities.industry IS 'Its industry.';
COMMENT ON COLUMN lifecycle.company_entities.employee_count IS 'How many it employs.';
COMMENT ON COLUMN lifecycle.company_entities.revenue_band IS 'Band of its yearly revenue.';
COMMENT ON COLUMN lifecycle.company_entities.hq_country IS 'Country of its headquarters.';
COMMENT ON COLUMN lifecycle.company_entities.enrichment_confidence IS 'Confidence of the enrichment.';
COMMENT ON COLUMN lifecycle.company_entities.last_enriched_at IS 'When it was last enriched.';
COMMENT ON COLUMN lifecycle.company_entities.last_operation_id IS 'Operation that enriched it last.';
COMMENT ON COLUMN lifecycle.company_entities.last_run_id IS 'Run that enriched it last.';
COMMENT ON COLUMN lifecycle.company_entities.source_priority IS 'Which source took precedence.';
COMMENT ON COLUMN lifecycle.company_entities.record_version IS 'Version: grows by one with every change, or to what the UPDATE sets if that is higher.';
COMMENT ON COLUMN lifecycle.company_entities.updated_at IS 'When this version came to be: now(), or what the UPDATE sets.';
COMMENT ON COLUMN lifecycle.company_entities.deleted_at IS 'When the entity was deleted. Null while it exists.';
COMMENT ON COLUMN lifecycle.company_entities.changed_xid IS 'The transaction that wrote this version of the row, for cuts. Set by a trigger.';
