CREATE FUNCTION lifecycle._distribution_shift(days date[], categories text[], counts bigint[], checked date,
  OUT rows_before bigint, OUT rows_now bigint, OUT days_before integer, OUT moved double precision, OUT statistic double precision, OUT degrees integer,
  OUT dispersion double precision, OUT probability double precision)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH given AS (SELECT u.day, u.category, sum(u.n)::double precision AS n FROM unnest(days, categories, counts) u (day, category, n) GROUP BY 1, 2),
    sums AS (SELECT coalesce(sum(n) FILTER (WHERE day < checked), 0) AS before, coalesce(sum(n) FILTER (WHERE day = checked), 0) AS now,
      count(DISTINCT day) FILTER (WHERE day < checked AND n > 0) AS days FROM given),
    -- Values of which fewer than five rows are expected on the day are taken together.
    pooled AS (SELECT g.category, CASE WHEN sum(g.n) / nullif(s.before + s.now, 0) * s.now < 5 THEN '' ELSE 'v' || g.category END AS class
      FROM given g CROSS JOIN sums s GROUP BY g.category, s.before, s.now),
    cells AS (SELECT g.day, p.class, sum(g.n) AS n FROM given g JOIN pooled p USING (category) GROUP BY 1, 2),
    classes AS (SELECT c.class, coalesce(sum(c.n) FILTER (WHERE c.day < checked), 0) AS before, coalesce(sum(c.n) FILTER (WHERE c.day = checked), 0) AS now FROM cells c GROUP BY 1),
    test AS (SELECT 2 * sum(CASE WHEN c.before > 0 THEN c.before * ln(c.before / ((c.before + c.now) * s.before / (s.before + s.now))) ELSE 0 END
          + CASE WHEN c.now > 0 THEN c.now * ln(c.now / ((c.before + c.now) * s.now / (s.before + s.now))) ELSE 0 END) AS g,
        count(*)::integer - 1 AS df, sum(abs(c.before / s.before - c.now / s.now)) / 2 AS moved
      FROM classes c CROSS JOIN sums s WHERE s.before > 0 AND s.now > 0),
    -- How much more the days before differ from each other than chance alone makes them.
    spread AS (SELECT sum((coalesce(x.n, 0) - d.n * c.before / s.before) ^ 2 / nullif(d.n * c.before / s.before, 0)) / nullif((s.days - 1) * (count(DISTINCT c.class) - 1), 0) AS phi
      FROM (SELECT day, sum(n) AS n FROM cells WHERE day < checked GROUP BY day HAVING sum(n) > 0) d CROSS JOIN (SELECT * FROM classes WHERE before > 0) c CROSS JOIN sums s
        LEFT JOIN cells x ON x.day = d.day AND x.class = c.class
      GROUP BY s.days)
  SELECT s.before::bigint, s.now::bigint, s.days::integer, t.moved, t.g, t.df, greatest(1, coalesce(p.phi, 1)),
    CASE WHEN t.df > 0 THEN lifecycle._chi_square_tail(greatest(t.g, 0) / greatest(1, coalesce(p.phi, 1)), t.df) ELSE 1 END
  FROM sums s LEFT JOIN test t ON true LEFT JOIN spread p ON true
$$;
COMMENT ON FUNCTION lifecycle._distribution_shift(date[], text[], bigint[], date) IS
  'Internal: holds how the rows of one day fall on categories against the days before it (counts by day and category): moved, the share of rows that would have to be in another category for both to be alike; the G statistic of the two, its degrees of freedom, the dispersion of the days before (Pearson''s chi-square of their table by its degrees of freedom, at least 1), and the probability of a G, divided by it, as large or larger by chance.';
