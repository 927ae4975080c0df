-- Stands in for pg_cron, which only a server started with it can have, so that what documents schedule can be called.
CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, schedule text, command text, jobname text UNIQUE, username text DEFAULT current_user);
CREATE TABLE cron.job_run_details (jobid bigint, status text, end_time timestamptz);
CREATE FUNCTION cron.schedule(name text, cadence text, command text) RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO cron.job (schedule, command, jobname) VALUES ($2, $3, $1) ON CONFLICT (jobname) DO UPDATE SET schedule = $2, command = $3 RETURNING jobid $$;
CREATE FUNCTION cron.unschedule(jobid bigint) RETURNS boolean LANGUAGE sql AS $$ DELETE FROM cron.job j WHERE j.jobid = $1 RETURNING true $$;
