-- life table by half years since the first admission
WITH entry AS (SELECT patient_id, min(entry_date) AS t0 FROM stays GROUP BY patient_id),
follow AS (
  SELECT e.patient_id, date_diff('day', e.t0, least(coalesce(p.death_date, DATE '2023-12-31'), DATE '2023-12-31')) AS days,
         (p.death_date IS NOT NULL AND p.death_date <= DATE '2023-12-31') AS died
  FROM entry e JOIN patients p USING (patient_id)
),
bands AS (SELECT days // 183 AS band, count(*) AS leaving, count(*) FILTER (WHERE died) AS deaths FROM follow WHERE days >= 0 GROUP BY 1)
SELECT band, leaving, deaths, sum(leaving) OVER (ORDER BY band DESC) AS at_risk FROM bands WHERE band < 8 ORDER BY band;

-- Kaplan-Meier by year of follow-up
WITH follow AS (
  SELECT p.patient_id, datediff('month', min(s.entry_date), coalesce(p.death_date, DATE '2023-12-31')) AS months, p.death_date IS NOT NULL AS died
  FROM patients p JOIN stays s ON s.patient_id = p.patient_id GROUP BY p.patient_id, p.death_date
), intervals AS (
  SELECT greatest(months, 0) // 12 AS t, count(*) AS n, sum(CASE WHEN died THEN 1 ELSE 0 END) AS d FROM follow GROUP BY 1
), risk AS (
  SELECT t, d, sum(n) OVER (ORDER BY t ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS r FROM intervals
)
SELECT t, r AS at_risk, d AS events, round(exp(sum(ln(1 - d / r)) OVER (ORDER BY t)), 5) AS survival FROM risk WHERE t < 4 ORDER BY t;

-- survival at fixed times, with a public list of times
SELECT t.months, count(*) AS n, avg(CASE WHEN p.death_date <= p.first_entry + to_months(t.months) THEN 0.0 ELSE 1.0 END) AS surviving
FROM (SELECT pa.patient_id, pa.death_date, min(st.entry_date) AS first_entry FROM patients pa JOIN stays st USING (patient_id) GROUP BY pa.patient_id, pa.death_date) p
CROSS JOIN (VALUES (6), (12), (24), (36)) t(months)
GROUP BY t.months ORDER BY t.months;

-- mean time to death by cause
SELECT d.cause, count(*) AS n, avg(d.death_date - f.t0) AS mean_days
FROM deaths d JOIN (SELECT patient_id, min(entry_date) t0 FROM stays GROUP BY 1) f ON f.patient_id = d.patient_id AND d.death_date >= f.t0
GROUP BY d.cause ORDER BY d.cause;

-- flow chart with nested exclusions
WITH steps AS (
  SELECT p.patient_id, true AS s0, p.birth_date < DATE '2004-01-01' AS s1, p.smoking IS NOT NULL AS s2,
         EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id) AS s3
  FROM patients p
)
SELECT count(*) AS all_persons, count(*) FILTER (WHERE s1) AS adults, count(*) FILTER (WHERE s1 AND s2) AS known, count(*) FILTER (WHERE s1 AND s2 AND s3) AS included
FROM steps;

-- flow chart as rows
WITH adults AS (SELECT * FROM patients WHERE year(birth_date) <= 2003),
     known AS (SELECT * FROM adults WHERE smoking IS NOT NULL),
     seen AS (SELECT k.* FROM known k WHERE k.patient_id IN (SELECT s.patient_id FROM stays s))
SELECT '1 source' AS step, count(*) AS n FROM patients
UNION ALL SELECT '2 adults', count(*) FROM adults
UNION ALL SELECT '3 smoking known', count(*) FROM known
UNION ALL SELECT '4 admitted', count(*) FROM seen
ORDER BY step;

-- reasons of exclusion, the first that applies
SELECT CASE WHEN p.birth_date >= DATE '2004-01-01' THEN '1 child' WHEN p.smoking IS NULL THEN '2 smoking unknown' WHEN s.n IS NULL THEN '3 never admitted' ELSE '4 included' END AS reason, count(*) AS persons
FROM patients p LEFT JOIN (SELECT patient_id, count(*) AS n FROM stays GROUP BY patient_id) s USING (patient_id)
GROUP BY ALL ORDER BY ALL;

-- two by two table of smoking and death
SELECT smoking = 'current' AS exposed, death_date IS NOT NULL AS died, count(*) AS n FROM patients WHERE smoking IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2;

-- odds ratio from the four counts
WITH c AS (
  SELECT count(*) FILTER (WHERE smoking = 'current' AND death_date IS NOT NULL) AS a, count(*) FILTER (WHERE smoking = 'current' AND death_date IS NULL) AS b,
         count(*) FILTER (WHERE smoking = 'never' AND death_date IS NOT NULL) AS c, count(*) FILTER (WHERE smoking = 'never' AND death_date IS NULL) AS d
  FROM patients
)
SELECT a, b, c, d, round((a * d) / (b * c), 4) AS odds_ratio, round(exp(ln(a * d / (b * c)) - 1.96 * sqrt(1 / a + 1 / b + 1 / c + 1 / d)), 4) AS low FROM c;

-- relative risk by age group
WITH g AS (
  SELECT CASE WHEN birth_date < DATE '1960-01-01' THEN 'old' ELSE 'young' END AS age, smoking, count(*) AS n, count(death_date) AS deaths
  FROM patients WHERE smoking IN ('current', 'never') GROUP BY 1, 2
)
SELECT e.age, e.deaths / e.n AS risk_exposed, u.deaths / u.n AS risk_unexposed, risk_exposed / risk_unexposed AS rr
FROM g e JOIN g u ON e.age = u.age WHERE e.smoking = 'current' AND u.smoking = 'never' ORDER BY e.age;

-- Mantel-Haenszel odds ratio over strata
WITH s AS (
  SELECT dep, sum(CASE WHEN sex = 'M' AND death_date IS NOT NULL THEN 1 ELSE 0 END) AS a, sum(CASE WHEN sex = 'M' AND death_date IS NULL THEN 1 ELSE 0 END) AS b,
         sum(CASE WHEN sex = 'F' AND death_date IS NOT NULL THEN 1 ELSE 0 END) AS c, sum(CASE WHEN sex = 'F' AND death_date IS NULL THEN 1 ELSE 0 END) AS d, count(*) AS n
  FROM patients GROUP BY dep
)
SELECT round(sum(a * d / n) / sum(b * c / n), 5) AS mh FROM s;

-- cohort matched by strata: how many unexposed persons per exposed one
WITH strata AS (SELECT sex, (year(birth_date) // 10) * 10 AS decade, dep, count(*) FILTER (WHERE smoking = 'current') AS exposed, count(*) FILTER (WHERE smoking = 'never') AS unexposed FROM patients GROUP BY ALL)
SELECT sex, decade, exposed, unexposed, round(unexposed / exposed, 3) AS ratio FROM (SELECT sex, decade, sum(exposed) AS exposed, sum(unexposed) AS unexposed FROM strata WHERE dep = '76' GROUP BY sex, decade) m
WHERE exposed > 11 AND unexposed > 11 AND decade BETWEEN 1930 AND 1999 ORDER BY sex, decade;

-- kept persons of strata that both arms share
WITH shared AS (
  SELECT sex, dep FROM patients WHERE smoking = 'current' GROUP BY sex, dep
  INTERSECT
  SELECT sex, dep FROM patients WHERE smoking = 'never' GROUP BY sex, dep
)
SELECT count(*) AS strata FROM shared;

-- events after exposure, self-controlled windows
WITH exposure AS (SELECT patient_id, min(delivered) AS d0 FROM dispensings WHERE atc = 'J01CA04' GROUP BY patient_id),
     windows AS (
       SELECT e.patient_id, CASE WHEN s.entry_date BETWEEN e.d0 - 90 AND e.d0 - 1 THEN 'before' WHEN s.entry_date BETWEEN e.d0 AND e.d0 + 90 THEN 'after' END AS period
       FROM exposure e JOIN stays s ON s.patient_id = e.patient_id
     )
SELECT period, count(*) AS admissions, count(DISTINCT patient_id) AS persons FROM windows WHERE period IS NOT NULL GROUP BY period ORDER BY period;

-- time-varying exposure: person-days on and off treatment
SELECT sum(on_days) AS on_treatment, sum(follow - on_days) AS off_treatment FROM (
  SELECT p.patient_id, 1826 AS follow, least(coalesce(sum(d.days), 0), 1826) AS on_days
  FROM patients p LEFT JOIN dispensings d ON d.patient_id = p.patient_id AND d.atc = 'C10AA05'
  WHERE p.death_date IS NULL GROUP BY p.patient_id
);

-- competing events: what came first
SELECT CASE WHEN stay IS NULL AND died IS NULL THEN 'none' WHEN died IS NULL OR stay <= died THEN 'admission' ELSE 'death' END AS first_event, count(*) AS n
FROM (SELECT p.patient_id, p.death_date AS died, (SELECT min(s.entry_date) FROM stays s WHERE s.patient_id = p.patient_id AND s.entry_date >= DATE '2020-06-01') AS stay FROM patients p)
GROUP BY first_event ORDER BY first_event;
