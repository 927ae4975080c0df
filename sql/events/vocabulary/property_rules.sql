-- What keys of properties may not say: properties describe the context of an action; insight is derived from events.
INSERT INTO lifecycle.event_rules (applies_to, pattern, code, reason, origin)
SELECT 'property', pattern, 'property.' || code, reason, 'shipped'
FROM (VALUES
  ('<auxiliary>_+_<person>', 'flag', 'is a flag of what somebody was found to be, which is derived from events'),
  ('<auxiliary>_*_<standing>', 'flag', 'is a flag of what somebody was found to be, which is derived from events'),
  ('<standing>', 'flag', 'is a flag of what somebody was found to be, which is derived from events'),
  ('*_<standing>_<person>', 'classification', 'classifies, which is derived from events'),
  ('*_at_risk_*', 'derived', 'carries a prediction, which is derived from events'),
  ('*_high_value_*', 'classification', 'classifies, which is derived from events'),
  ('*_low_value_*', 'classification', 'classifies, which is derived from events'),
  ('*_power_<person>_*', 'classification', 'classifies, which is derived from events'),
  ('*_vip_*', 'classification', 'classifies, which is derived from events'),
  ('*_churn_*', 'derived', 'carries derived insight about churn'),
  ('*_churned_*', 'derived', 'carries derived insight about churn'),
  ('*_retention_*', 'derived', 'carries derived insight about retention'),
  ('*_retained_*', 'derived', 'carries derived insight about retention'),
  ('*_propensity_*', 'derived', 'carries a prediction, which is derived from events'),
  ('*_likelihood_*', 'derived', 'carries a prediction, which is derived from events'),
  ('*_probability_*', 'derived', 'carries a prediction, which is derived from events'),
  ('*_predicted_*', 'derived', 'carries a prediction, which is derived from events'),
  ('*_prediction_*', 'derived', 'carries a prediction, which is derived from events'),
  ('+_prob', 'derived', 'carries a prediction, which is derived from events'),
  ('+_risk', 'derived', 'carries a prediction, which is derived from events'),
  ('*_risk_<state>', 'derived', 'carries a prediction, which is derived from events'),
  ('*_risk_<metric>', 'derived', 'carries a prediction, which is derived from events'),
  ('*_risk_category', 'derived', 'carries a prediction, which is derived from events'),
  ('*_engagement_level', 'classification', 'classifies, which is derived from events'),
  ('*_activity_level', 'classification', 'classifies, which is derived from events'),
  ('*_lifecycle_stage', 'classification', 'classifies, which is derived from events'),
  ('+_score', 'derived', 'carries a score, which is derived from events'),
  ('+_bucket', 'classification', 'classifies, which is derived from events'),
  ('*_cohort_*', 'classification', 'classifies, which is derived from events'),
  ('*_<person>_segment_*', 'classification', 'classifies, which is derived from events'),
  ('<person>_tier', 'classification', 'classifies, which is derived from events'),
  ('<person>_grade', 'classification', 'classifies, which is derived from events'),
  ('<person>_cluster', 'classification', 'classifies, which is derived from events'),
  ('<person>_quality', 'classification', 'classifies, which is derived from events'),
  ('<person>_health', 'classification', 'classifies, which is derived from events'),
  ('<person>_value', 'classification', 'classifies, which is derived from events'),
  ('+_segment', 'classification', 'classifies, which is derived from events'),
  ('+_persona', 'classification', 'classifies, which is derived from events'),
  ('+_percentile', 'metric', 'is a metric, which is derived from events'),
  ('+_quartile', 'metric', 'is a metric, which is derived from events'),
  ('+_decile', 'metric', 'is a metric, which is derived from events'),
  ('rfm_*', 'classification', 'classifies, which is derived from events'),
  ('+_count', 'metric', 'is a counter, which is derived from events'),
  ('+_counter', 'metric', 'is a counter, which is derived from events'),
  ('times_<past>_*', 'metric', 'is a counter, which is derived from events'),
  ('count_of_+', 'metric', 'is a counter, which is derived from events'),
  ('number_of_*_<action_noun>_*', 'metric', 'is a counter, which is derived from events'),
  ('num_*_<action_noun>_*', 'metric', 'is a counter, which is derived from events'),
  ('total_*_<action_noun>', 'metric', 'is a counter, which is derived from events'),
  ('total_*_<person>', 'metric', 'is a counter, which is derived from events'),
  ('<period>_*_<metric>', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('<period>_*_<action_noun>', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('<period>_active_*', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('+_<window>', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('*_last_<number>_*', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('*_<action_noun>_per_*', 'metric', 'is a metric, which is derived from events'),
  ('*_<action_noun>_frequency', 'metric', 'is a metric, which is derived from events'),
  ('*_<action_noun>_rate', 'metric', 'is a metric, which is derived from events'),
  ('*_through_rate', 'metric', 'is a metric, which is derived from events'),
  ('*_win_rate', 'metric', 'is a metric, which is derived from events'),
  ('<period>_*_spend', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('total_spend', 'metric', 'is a cumulative value, which is derived from events'),
  ('total_spent', 'metric', 'is a cumulative value, which is derived from events'),
  ('+_to_date', 'metric', 'is a cumulative value, which is derived from events'),
  ('ytd_+', 'metric', 'is a cumulative value, which is derived from events'),
  ('mtd_+', 'metric', 'is a cumulative value, which is derived from events'),
  ('+_ytd', 'metric', 'is a cumulative value, which is derived from events'),
  ('+_mtd', 'metric', 'is a cumulative value, which is derived from events'),
  ('+_this_week', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('+_this_month', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('+_this_year', 'metric', 'is a metric over a span of time, which is derived from events'),
  ('avg_+', 'metric', 'is a metric, which is derived from events'),
  ('average_+', 'metric', 'is a metric, which is derived from events'),
  ('median_+', 'metric', 'is a metric, which is derived from events'),
  ('+_avg', 'metric', 'is a metric, which is derived from events'),
  ('+_average', 'metric', 'is a metric, which is derived from events'),
  ('cumulative_+', 'metric', 'is a metric, which is derived from events'),
  ('lifetime_+', 'metric', 'is a metric, which is derived from events'),
  ('rolling_+', 'metric', 'is a metric, which is derived from events'),
  ('*_lifetime_value_*', 'metric', 'is a metric, which is derived from events'),
  ('*_ltv_*', 'metric', 'is a metric, which is derived from events'),
  ('*_clv_*', 'metric', 'is a metric, which is derived from events'),
  ('*_cltv_*', 'metric', 'is a metric, which is derived from events'),
  ('*_arpu_*', 'metric', 'is a metric, which is derived from events'),
  ('*_mrr_*', 'metric', 'is a metric, which is derived from events'),
  ('*_kpi_*', 'metric', 'is a metric, which is derived from events'),
  ('*_dau_*', 'metric', 'is a metric, which is derived from events'),
  ('*_wau_*', 'metric', 'is a metric, which is derived from events'),
  ('*_mau_*', 'metric', 'is a metric, which is derived from events'),
  ('+_streak', 'metric', 'is a metric, which is derived from events'),
  ('+_recency', 'metric', 'is a metric, which is derived from events'),
  ('+_trend', 'metric', 'is a metric, which is derived from events'),
  ('days_since_+', 'metric', 'is a metric, which is derived from events'),
  ('hours_since_+', 'metric', 'is a metric, which is derived from events'),
  ('weeks_since_+', 'metric', 'is a metric, which is derived from events'),
  ('months_since_+', 'metric', 'is a metric, which is derived from events'),
  ('time_since_+', 'metric', 'is a metric, which is derived from events')) v (pattern, code, reason)
ON CONFLICT DO NOTHING;

-- Facts of the action that look like insight.
INSERT INTO lifecycle.event_rules (applies_to, pattern, code, severity, reason, origin)
SELECT 'property', pattern, 'exception', 'allow', reason, 'shipped'
FROM (
  SELECT kind || '_count' AS pattern, 'The size of what was acted on, not a counter.' AS reason
  FROM string_to_table('*_item *_line *_page *_word *_character *_char *_row *_column *_file *_record *_byte *_result *_recipient *_attachment '
    '*_attempt *_retry *_seat *_guest *_participant *_passenger *_ticket *_product *_unit *_step *_question *_answer *_option *_field '
    '*_image *_photo *_variant *_piece *_token *_chapter *_installment *_device *_node *_room *_bedroom', ' ') kind
  UNION ALL
  SELECT '<auxiliary>_' || kind || '_<person>', 'What the account is for, not what its owner was found to be.'
  FROM string_to_table('test internal guest anonymous admin business system demo', ' ') kind
  UNION ALL
  SELECT '*_' || kind || '_score', 'What was scored in the action itself.'
  FROM string_to_table('quiz test exam assessment game match nps csat ces survey review final home away player team credit', ' ') kind
  UNION ALL
  SELECT pattern, 'A price.' FROM string_to_table('*_hourly_rate *_daily_rate *_weekly_rate *_monthly_rate *_nightly_rate', ' ') pattern
  UNION ALL
  SELECT pattern, 'A place that things are stored in.'
  FROM string_to_table('*_s3_bucket *_gcs_bucket *_storage_bucket *_upload_bucket *_destination_bucket *_source_bucket', ' ') pattern
  UNION ALL
  SELECT '*_' || kind || '_segment', 'A part of something.'
  FROM string_to_table('url path video audio route flight trip text memory network line track', ' ') kind
  UNION ALL
  SELECT pattern, 'How long data is kept.'
  FROM string_to_table('*_retention_days *_retention_period *_retention_policy *_data_retention_* *_log_retention_*', ' ') pattern
  UNION ALL
  SELECT pattern, 'What somebody said.' FROM string_to_table('*_churn_reason_* *_churn_feedback_*', ' ') pattern) v
ON CONFLICT DO NOTHING;
