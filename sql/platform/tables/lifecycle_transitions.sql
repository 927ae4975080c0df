CREATE TABLE IF NOT EXISTS lifecycle.lifecycle_transitions (
  from_stage VARCHAR(50) NOT NULL,
  to_stage VARCHAR(50) NOT NULL,
  note text,
  PRIMARY KEY (from_stage, to_stage),
  CONSTRAINT valid_transition CHECK (
    from_stage IN ('Acquisition', 'Activation', 'Retention', 'Revenue', 'Referral')
    AND to_stage IN ('Acquisition', 'Activation', 'Retention', 'Revenue', 'Referral')
    AND from_stage <> to_stage
  )
);
-- Only while it is empty: rows that were taken out on purpose do not come back.
INSERT INTO lifecycle.lifecycle_transitions (from_stage, to_stage, note)
SELECT f.stage, t.stage, CASE
    WHEN t.place = f.place + 1 THEN 'one step on'
    WHEN t.place > f.place THEN 'on, with steps left out'
    ELSE 'back' END
FROM unnest(lifecycle._lifecycle_stages()) WITH ORDINALITY AS f (stage, place),
  unnest(lifecycle._lifecycle_stages()) WITH ORDINALITY AS t (stage, place)
WHERE f.stage <> t.stage AND t.stage <> 'Acquisition' AND NOT EXISTS (SELECT FROM lifecycle.lifecycle_transitions);

COMMENT ON TABLE lifecycle.lifecycle_transitions IS
  'The moves between stages that set_lifecycle_stage() allows; add and delete rows as your lifecycle has it. As installed: from every stage to every other but Acquisition, since nobody is acquired twice. A new user may start in any stage.';
COMMENT ON COLUMN lifecycle.lifecycle_transitions.from_stage IS 'The stage to leave.';
COMMENT ON COLUMN lifecycle.lifecycle_transitions.to_stage IS 'The stage to enter.';
COMMENT ON COLUMN lifecycle.lifecycle_transitions.note IS 'What the move means. For people; nothing reads it.';
