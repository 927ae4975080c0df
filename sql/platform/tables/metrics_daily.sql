CREATE TABLE IF NOT EXISTS lifecycle.metrics_daily (
  id BIGSERIAL,
  metric_date DATE NOT NULL,
  lifecycle_stage VARCHAR(50) NOT NULL,
  metric_name VARCHAR(100) NOT NULL,
  metric_value NUMERIC NOT NULL,
  dimensions JSONB DEFAULT '{}',

  UNIQUE (metric_date, lifecycle_stage, metric_name, dimensions),
  -- PostgreSQL wants the partition column in the key.
  PRIMARY KEY (id, metric_date)
) PARTITION BY RANGE (metric_date);

CREATE INDEX IF NOT EXISTS idx_metrics_date_stage ON lifecycle.metrics_daily(metric_date DESC, lifecycle_stage);
CREATE INDEX IF NOT EXISTS idx_metrics_name ON lifecycle.metrics_daily(metric_name, metric_date DESC);
SELECT lifecycle._partition_by_time('lifecycle.metrics_daily', 'metric_date', '1 year', premake => 2, since => now() - interval '3 years');

COMMENT ON TABLE lifecycle.metrics_daily IS
  'Figures of each day in UTC, recomputable by roll_up_metrics() from events and user_lifecycle_history alone; partitioned by year of metric_date, kept for three years.';
COMMENT ON COLUMN lifecycle.metrics_daily.id IS 'Number of the row.';
COMMENT ON COLUMN lifecycle.metrics_daily.metric_date IS 'The day, in UTC.';
COMMENT ON COLUMN lifecycle.metrics_daily.lifecycle_stage IS 'The stage the user was in at the time of the event; none where the user is unknown or was in none yet; all for figures over all stages.';
COMMENT ON COLUMN lifecycle.metrics_daily.metric_name IS 'The figure; docs/PLATFORM.md defines each.';
COMMENT ON COLUMN lifecycle.metrics_daily.metric_value IS 'Its value.';
COMMENT ON COLUMN lifecycle.metrics_daily.dimensions IS 'What the figure is narrowed to, such as {"event_name": "..."}; empty: to nothing.';
