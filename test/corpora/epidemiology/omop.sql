-- persons by gender concept
SELECT c.concept_name AS gender, COUNT(*) AS num_persons FROM person p INNER JOIN concept c ON p.gender_concept_id = c.concept_id GROUP BY c.concept_name ORDER BY gender;

-- persons by year of birth in decades
SELECT (year_of_birth // 10) * 10 AS decade, count(DISTINCT person_id) AS n FROM person GROUP BY decade HAVING count(*) > 20 ORDER BY decade;

-- visits per type and year
SELECT c.concept_name, extract('year' FROM v.visit_start_date) AS y, count(v.visit_occurrence_id) AS visits
FROM visit_occurrence v LEFT JOIN concept c ON c.concept_id = v.visit_concept_id GROUP BY 1, 2 ORDER BY 1, 2;

-- persons with any descendant of a condition
SELECT anc.concept_name, count(DISTINCT co.person_id) AS persons
FROM condition_occurrence co
JOIN concept_ancestor ca ON ca.descendant_concept_id = co.condition_concept_id
JOIN concept anc ON anc.concept_id = ca.ancestor_concept_id
GROUP BY anc.concept_name ORDER BY persons DESC, anc.concept_name;

-- prevalence by condition, with concepts that nobody has
SELECT c.concept_id, c.concept_name, count(DISTINCT co.person_id) AS persons
FROM concept c LEFT JOIN condition_occurrence co ON co.condition_concept_id = c.concept_id
WHERE c.domain_id = 'Condition' GROUP BY c.concept_id, c.concept_name ORDER BY c.concept_id;

-- a cohort: first diabetes, 365 days of observation before, adults
WITH first_condition AS (
  SELECT co.person_id, min(co.condition_start_date) AS index_date FROM condition_occurrence co
  WHERE co.condition_concept_id IN (SELECT descendant_concept_id FROM concept_ancestor WHERE ancestor_concept_id = 201820)
  GROUP BY co.person_id
), cohort AS (
  SELECT f.person_id, f.index_date, op.observation_period_end_date AS end_date
  FROM first_condition f
  JOIN observation_period op ON op.person_id = f.person_id AND f.index_date >= op.observation_period_start_date + 365 AND f.index_date <= op.observation_period_end_date
  JOIN person p ON p.person_id = f.person_id
  WHERE year(f.index_date) - p.year_of_birth >= 18
)
SELECT year(index_date) AS y, count(*) AS persons, avg(end_date - index_date) AS mean_follow_up FROM cohort GROUP BY y ORDER BY y;

-- drug exposures within a year after the condition
SELECT dc.concept_name, COUNT(DISTINCT de.person_id) AS persons
FROM (SELECT person_id, MIN(condition_start_date) AS idx FROM condition_occurrence WHERE condition_concept_id = 201826 GROUP BY person_id) i
JOIN drug_exposure de ON de.person_id = i.person_id AND DATEDIFF('day', i.idx, de.drug_exposure_start_date) BETWEEN 0 AND 365
JOIN concept dc ON dc.concept_id = de.drug_concept_id
GROUP BY dc.concept_name ORDER BY dc.concept_name;

-- length of observation in years
-- smoothed: median_years
SELECT avg(years) AS mean_years, median(years) AS median_years FROM (SELECT (observation_period_end_date - observation_period_start_date) / 365.25 AS years FROM observation_period);

-- drug eras: gaps of thirty days
WITH ends AS (
  SELECT person_id, drug_concept_id, drug_exposure_start_date AS s, drug_exposure_start_date + days_supply AS e,
         max(drug_exposure_start_date + days_supply) OVER (PARTITION BY person_id, drug_concept_id ORDER BY drug_exposure_start_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS prev_e
  FROM drug_exposure
), marked AS (SELECT *, CASE WHEN s <= prev_e + 30 THEN 0 ELSE 1 END AS fresh FROM ends),
eras AS (SELECT person_id, drug_concept_id, s, e, sum(fresh) OVER (PARTITION BY person_id, drug_concept_id ORDER BY s ROWS UNBOUNDED PRECEDING) AS era FROM marked)
SELECT c.concept_name, count(*) AS eras, avg(len) AS mean_days
FROM (SELECT person_id, drug_concept_id, era, max(e) - min(s) AS len FROM eras GROUP BY ALL) x JOIN concept c ON c.concept_id = x.drug_concept_id GROUP BY c.concept_name ORDER BY 1;

-- measurement in classes by gender
SELECT g.concept_name AS gender, CASE WHEN m.value_as_number < 65 THEN 'low' WHEN m.value_as_number < 75 THEN 'middle' ELSE 'high' END AS level, count(*) AS n
FROM measurement m JOIN person p ON p.person_id = m.person_id JOIN concept g ON g.concept_id = p.gender_concept_id
GROUP BY g.concept_name, level ORDER BY 1, 2;

-- both schemas name the same persons
SELECT p.sex, count(*) AS n FROM patients p JOIN condition_occurrence c ON c.person_id = p.patient_id AND c.condition_concept_id = 4329847 GROUP BY p.sex ORDER BY p.sex;

-- temporal order of two conditions
SELECT count(*) AS persons FROM (
  SELECT h.person_id FROM condition_occurrence h JOIN condition_occurrence d ON d.person_id = h.person_id AND d.condition_start_date < h.condition_start_date
  WHERE h.condition_concept_id IN (316139, 319835) AND d.condition_concept_id = 201826 GROUP BY h.person_id
);
