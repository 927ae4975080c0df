CREATE FUNCTION lifecycle._chi_square_tail(statistic double precision, degrees integer) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  a double precision := degrees / 2.0;
  x double precision := statistic / 2.0;
  log_gamma double precision := CASE WHEN degrees % 2 = 0 THEN 0 ELSE ln(pi()) / 2 END;
  factor double precision;
  term double precision;
  total double precision;
  b double precision;
  c double precision;
  d double precision;
BEGIN
  IF x <= 0 THEN
    RETURN 1;
  ELSIF x > 700 THEN
    RETURN 0;
  END IF;
  -- Gamma of a, from 1/2 or 1 upwards.
  SELECT log_gamma + coalesce(sum(ln(CASE WHEN degrees % 2 = 0 THEN i ELSE i - 0.5 END)), 0) INTO log_gamma FROM generate_series(1, ceil(a)::integer - 1) i;
  factor := exp(a * ln(x) - x - log_gamma);
  IF x < a + 1 THEN
    -- The power series of the lower incomplete gamma function.
    term := 1 / a;
    total := term;
    FOR n IN 1 .. 1000 LOOP
      term := term * x / (a + n);
      total := total + term;
      EXIT WHEN term < total * 1e-15;
    END LOOP;
    RETURN greatest(1 - total * factor, 0);
  END IF;
  -- The continued fraction of the upper one, evaluated from the front.
  b := x + 1 - a;
  c := 1e300;
  d := 1 / b;
  total := d;
  FOR n IN 1 .. 1000 LOOP
    b := b + 2;
    d := 1 / (n * (a - n) * d + b);
    c := b + n * (a - n) / c;
    total := total * c * d;
    EXIT WHEN abs(c * d - 1) < 1e-14;
  END LOOP;
  RETURN total * factor;
END
$$;
COMMENT ON FUNCTION lifecycle._chi_square_tail(double precision, integer) IS
  'Internal: the probability that a chi-square variable of so many degrees of freedom is larger than the statistic.';
