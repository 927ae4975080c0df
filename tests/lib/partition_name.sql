-- The name of the partition that holds a time, whether it exists or not: pg_partman's releases name them differently.
CREATE FUNCTION partition_name(relation text, moment timestamptz) RETURNS text LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
  SELECT partition_schema || '.' || partition_table FROM partman.show_partition_name(relation, moment::text)
$$;
