-- defined daily doses by class and year
SELECT g.class, year(d.delivered) AS y, sum(d.days) AS days, sum(d.boxes) AS boxes, count(*) AS deliveries
FROM dispensings d JOIN drugs g ON g.atc = d.atc GROUP BY ALL ORDER BY ALL;

-- defined daily doses per 1 000 inhabitants and day
WITH use AS (SELECT p.dep, sum(d.days) AS ddd FROM dispensings d JOIN patients p USING (patient_id) WHERE year(d.delivered) = 2021 AND d.atc LIKE 'C%' GROUP BY p.dep)
SELECT u.dep, round(1000 * u.ddd / (dp.population * 365.0), 6) AS did FROM use u JOIN departments dp ON dp.dep = u.dep ORDER BY u.dep;

-- new users: first delivery with a year without one
WITH firsts AS (SELECT patient_id, atc, min(delivered) AS first_delivery FROM dispensings GROUP BY patient_id, atc)
SELECT g.label, count(*) AS new_users FROM firsts f JOIN drugs g USING (atc) WHERE f.first_delivery >= DATE '2020-01-01' GROUP BY g.label ORDER BY g.label;

-- first line of treatment for diabetes
SELECT first_drug, count(*) AS persons FROM (
  SELECT patient_id, arg_min(atc, delivered) AS first_drug FROM dispensings WHERE atc IN ('A10BA02', 'A10BB09') GROUP BY patient_id HAVING count(DISTINCT delivered) = count(*)
) GROUP BY first_drug ORDER BY first_drug;

-- second line after metformin
WITH lines AS (
  SELECT patient_id, atc, delivered, row_number() OVER (PARTITION BY patient_id, atc ORDER BY delivered, boxes, prescriber) AS nth FROM dispensings WHERE atc LIKE 'A10%'
), f AS (SELECT * FROM lines WHERE nth = 1)
SELECT count(*) AS switched FROM f a JOIN f b ON b.patient_id = a.patient_id AND a.atc = 'A10BA02' AND b.atc = 'A10BB09' AND b.delivered > a.delivered;

-- polypharmacy: five classes or more in one year
SELECT n_atc >= 5 AS polypharmacy, count(*) AS persons FROM (
  SELECT patient_id, count(DISTINCT atc) AS n_atc FROM dispensings WHERE delivered BETWEEN DATE '2019-01-01' AND DATE '2022-12-31' GROUP BY patient_id
) GROUP BY 1 ORDER BY 1;

-- persistence: gaps of more than 200 days end a treatment
WITH d AS (
  SELECT patient_id, atc, delivered, lag(delivered + days::INT) OVER (PARTITION BY patient_id, atc ORDER BY delivered, boxes, prescriber) AS supplied_to FROM dispensings
), g AS (SELECT patient_id, atc, max(CASE WHEN delivered - supplied_to > 200 THEN 1 ELSE 0 END) AS stopped, count(*) AS n FROM d GROUP BY patient_id, atc HAVING count(*) > 1)
SELECT atc, count(*) AS treatments, avg(stopped) AS share_stopped FROM g GROUP BY atc HAVING count(*) > 100 ORDER BY atc;

-- proportion of days covered
SELECT CASE WHEN pdc >= 0.8 THEN 'good' WHEN pdc >= 0.4 THEN 'fair' ELSE 'poor' END AS adherence, count(*) AS persons
FROM (SELECT patient_id, least(1.0, sum(days) / nullif(date_diff('day', min(delivered), max(delivered)) + 30, 0)) AS pdc FROM dispensings WHERE atc = 'C10AA05' GROUP BY patient_id)
GROUP BY adherence ORDER BY adherence;

-- two drugs at the same time
SELECT count(DISTINCT a.patient_id) AS persons, count(*) AS overlaps
FROM dispensings a JOIN dispensings b ON a.patient_id = b.patient_id AND a.atc = 'B01AC06' AND b.atc = 'C09AA05'
 AND a.delivered < b.delivered + b.days::INTEGER AND b.delivered < a.delivered + a.days::INTEGER;

-- prescribers by class, with subtotals
SELECT g.class, d.prescriber, count(*) AS n, count(DISTINCT d.patient_id) AS persons
FROM dispensings AS d LEFT JOIN drugs AS g ON d.atc = g.atc GROUP BY ROLLUP (g.class, d.prescriber) ORDER BY grouping(g.class), grouping(d.prescriber), g.class, d.prescriber;

-- antibiotics in winter and in summer
SELECT CASE WHEN month(delivered) IN (12, 1, 2) THEN 'winter' WHEN month(delivered) IN (6, 7, 8) THEN 'summer' ELSE 'between' END AS season, sum(boxes) AS boxes
FROM dispensings WHERE atc = 'J01CA04' GROUP BY season ORDER BY season;

-- delivery within 90 days of discharge
SELECT s.ward, count(DISTINCT s.stay_id) AS stays
FROM stays s JOIN dispensings d ON d.patient_id = s.patient_id AND d.delivered > s.exit_date AND d.delivered <= s.exit_date + INTERVAL '90 days'
WHERE d.atc IN (SELECT atc FROM drugs WHERE class = 'heart')
GROUP BY s.ward ORDER BY s.ward;

-- treated and untreated among those with a diagnosis
SELECT treated, count(*) AS n FROM (
  SELECT DISTINCT x.patient_id, CASE WHEN t.patient_id IS NULL THEN 'no' ELSE 'yes' END AS treated
  FROM (SELECT patient_id FROM diagnoses WHERE code LIKE 'E78%' GROUP BY patient_id) x
  LEFT JOIN (SELECT patient_id FROM dispensings WHERE atc = 'C10AA05' GROUP BY patient_id) t ON t.patient_id = x.patient_id
) GROUP BY treated ORDER BY treated;

-- sequence of the first two drugs
SELECT drugs[1] AS one, drugs[2] AS two, count(*) AS n
FROM (SELECT patient_id, list(atc ORDER BY delivered, atc, boxes) AS drugs FROM dispensings GROUP BY patient_id HAVING count(*) >= 2)
GROUP BY ALL HAVING count(*) >= 25 ORDER BY n DESC, one, two;

-- mean number of boxes per delivery by age
SELECT CASE WHEN date_diff('year', p.birth_date, d.delivered) >= 65 THEN '65+' ELSE '<65' END AS age, avg(d.boxes) AS boxes, count(*) AS n FROM dispensings d, patients p WHERE p.patient_id = d.patient_id GROUP BY age ORDER BY age;

-- users of benzodiazepines by month with a cumulated sum
WITH m AS (SELECT time_bucket(INTERVAL '1 year', delivered) AS y, count(*) AS n FROM dispensings WHERE atc = 'N05BA12' GROUP BY 1)
SELECT y, n, sum(n) OVER (ORDER BY y) AS cumulated, n / sum(n) OVER () AS share FROM m ORDER BY y;
