-- incidence per 100 000 by department, with a public frame
SELECT d.dep, d.label, d.population, count(p.patient_id) AS cases, round(1e5 * count(p.patient_id) / d.population, 2) AS rate
FROM departments d LEFT JOIN patients p ON p.dep = d.dep AND p.smoking = 'current'
GROUP BY d.dep, d.label, d.population ORDER BY d.dep;

-- first heart failure admissions by year per 100 000
WITH incident AS (
  SELECT d.patient_id, min(s.entry_date) AS first_date FROM diagnoses d JOIN stays s ON s.stay_id = d.stay_id WHERE d.code LIKE 'I50%' AND d.role <> 'DAS' GROUP BY d.patient_id
)
SELECT year(i.first_date) AS y, count(*) AS cases, 100000.0 * count(*) / (SELECT sum(population) FROM departments WHERE region = 'Normandie') AS incidence
FROM incident i GROUP BY y ORDER BY y;

-- direct standardisation by age and sex
WITH cases AS (
  SELECT p.dep, p.sex,
         CASE WHEN 2021 - year(p.birth_date) < 40 THEN '00-39' WHEN 2021 - year(p.birth_date) < 60 THEN '40-59' WHEN 2021 - year(p.birth_date) < 75 THEN '60-74' ELSE '75+' END AS age_group,
         count(DISTINCT p.patient_id) AS n
  FROM patients p JOIN stays s USING (patient_id) GROUP BY 1, 2, 3
)
SELECT c.dep, round(sum(st.weight * 1e5 * c.n / po.people) / 2, 4) AS standardised
FROM cases c JOIN population po USING (dep, sex, age_group) JOIN standard st USING (age_group)
GROUP BY c.dep ORDER BY c.dep;

-- crude and expected counts, for a ratio of indirect standardisation
WITH obs AS (
  SELECT dep, sex, CASE WHEN birth_date > DATE '1981-01-01' THEN '00-39' WHEN birth_date > DATE '1961-01-01' THEN '40-59' WHEN birth_date > DATE '1946-01-01' THEN '60-74' ELSE '75+' END AS age_group, count(*) AS n
  FROM patients WHERE smoking IS NOT NULL GROUP BY ALL
), rates AS (
  SELECT o.sex, o.age_group, sum(o.n) / sum(p.people) AS rate FROM obs o JOIN population p USING (dep, sex, age_group) GROUP BY o.sex, o.age_group
)
SELECT o.dep, sum(o.n) AS observed, sum(r.rate * p.people) AS expected, observed / expected AS smr
FROM obs o JOIN population p USING (dep, sex, age_group) JOIN rates r USING (sex, age_group) GROUP BY o.dep ORDER BY o.dep;

-- rate with an approximate confidence interval
WITH r AS (SELECT d.dep, d.population AS pop, count(p.patient_id) AS n FROM departments d JOIN patients p ON p.dep = d.dep WHERE p.death_date IS NOT NULL GROUP BY d.dep, d.population)
SELECT dep, n, round(1e5 * n / pop, 3) AS rate, round(1e5 * (n - 1.96 * sqrt(n)) / pop, 3) AS low, round(1e5 * (n + 1.96 * sqrt(n)) / pop, 3) AS high FROM r ORDER BY rate DESC;

-- persons by urban and rural communes
SELECT c.is_urban, p.dep, count(*) AS n FROM patients p JOIN communes c ON c.insee = p.commune GROUP BY ALL ORDER BY ALL;

-- flow between home department and hospital department
SELECT p.dep AS home, h.dep AS hospital, count(*) AS stays, count(DISTINCT s.patient_id) AS persons
FROM stays s JOIN patients p ON p.patient_id = s.patient_id JOIN hospitals h ON h.hospital_id = s.hospital_id
GROUP BY home, hospital ORDER BY home, hospital;

-- share of leaks out of the department
SELECT home, round(100.0 * sum(CASE WHEN home <> hospital THEN n ELSE 0 END) / sum(n), 2) AS leaks
FROM (SELECT p.dep AS home, h.dep AS hospital, count(*) AS n FROM stays s JOIN patients p USING (patient_id) JOIN hospitals h USING (hospital_id) GROUP BY 1, 2) f
GROUP BY home ORDER BY home;

-- deaths by cause and sex with totals
SELECT d.cause, p.sex, count(*) AS n, grouping(d.cause, p.sex) AS level
FROM deaths d JOIN patients p USING (patient_id) GROUP BY CUBE (d.cause, p.sex) ORDER BY level, d.cause, p.sex;

-- age pyramid by five years
SELECT (floor((2023 - year(birth_date)) / 5) * 5)::INT AS age, sex, count(*) AS n FROM patients GROUP BY age, sex HAVING count(*) > 20 ORDER BY age, sex;

-- monthly cases with a moving average of three months
WITH m AS (SELECT date_trunc('month', s.entry_date) AS month, count(DISTINCT s.stay_id) AS n FROM stays s JOIN diagnoses d USING (stay_id) WHERE d.code LIKE 'J44%' GROUP BY 1)
SELECT month, n, round(avg(n) OVER (ORDER BY month ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), 3) AS ma3
FROM m WHERE month BETWEEN DATE '2020-01-01' AND DATE '2021-12-01' ORDER BY month;

-- weekly admissions and the change from the week before
WITH w AS (SELECT date_trunc('week', entry_date) AS week, count(*) AS n FROM stays WHERE entry_date BETWEEN '2020-03-02' AND '2021-02-28' GROUP BY week)
SELECT week, n, n - lag(n) OVER (ORDER BY week) AS change, sum(n) OVER (ORDER BY week) AS cumulated FROM w ORDER BY week;

-- year on year growth
WITH y AS (SELECT year(entry_date) AS y, ward, count(*) AS n FROM stays GROUP BY ALL)
SELECT a.ward, a.y, a.n, round(100.0 * (a.n - b.n) / b.n, 1) AS growth FROM y a JOIN y b ON a.ward = b.ward AND a.y = b.y + 1 ORDER BY a.ward, a.y;

-- index 100 in the first year
WITH y AS (SELECT year(entry_date) AS y, count(*) AS n FROM stays WHERE year(entry_date) <= 2022 GROUP BY 1)
SELECT y, n, round(100.0 * n / first_value(n) OVER (ORDER BY y), 2) AS idx FROM y ORDER BY y;

-- months without a gap, by the calendar
SELECT c.day, count(s.stay_id) AS entries, dayofweek(c.day) IN (0, 6) AS weekend
FROM calendar c LEFT JOIN stays s ON date_trunc('month', s.entry_date) = c.day
WHERE day(c.day) = 1 AND c.day BETWEEN '2020-02-01' AND '2021-06-01' GROUP BY c.day ORDER BY c.day;

-- mean entries of working days and of week-ends
SELECT CASE WHEN isodow(day) >= 6 THEN 'week-end' ELSE 'working day' END AS kind, avg(n) AS mean_entries
FROM (SELECT entry_date AS day, count(*) AS n FROM stays WHERE hospital_id IN ('H1', 'H2') AND entry_date < '2022-06-01' GROUP BY entry_date HAVING count(DISTINCT patient_id) > 11) t
GROUP BY kind ORDER BY kind;

-- prevalence on a given day by sex
SELECT sex, count(*) AS alive FROM patients WHERE birth_date <= DATE '2022-01-01' AND (death_date IS NULL OR death_date > DATE '2022-01-01') GROUP BY sex ORDER BY sex;

-- person-years at risk by sex
SELECT sex, sum(date_diff('day', DATE '2019-01-01', least(coalesce(death_date, DATE '2023-12-31'), DATE '2023-12-31'))) / 365.25 AS person_years, count(death_date) AS deaths
FROM patients GROUP BY sex ORDER BY sex;

-- person-years split by calendar year
SELECT y.y, sum(CASE WHEN p.death_date IS NULL OR p.death_date >= make_date(y.y + 1, 1, 1) THEN 365 WHEN p.death_date < make_date(y.y, 1, 1) THEN 0 ELSE p.death_date - make_date(y.y, 1, 1) END) / 365.0 AS py
FROM patients p, (VALUES (2020), (2021), (2022)) y(y) GROUP BY y.y ORDER BY y.y;
