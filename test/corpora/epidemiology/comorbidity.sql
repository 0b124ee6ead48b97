-- Charlson score by CASE over code prefixes
WITH flags AS (
  SELECT p.patient_id,
    max(CASE WHEN d.code LIKE 'I21%' THEN 1 ELSE 0 END) AS mi,
    max(CASE WHEN d.code LIKE 'I50%' THEN 1 ELSE 0 END) AS chf,
    max(CASE WHEN d.code LIKE 'I63%' THEN 1 ELSE 0 END) AS stroke,
    max(CASE WHEN substr(d.code, 1, 3) IN ('F00', 'F01', 'F03') THEN 1 ELSE 0 END) AS dementia,
    max(CASE WHEN d.code LIKE 'J44%' THEN 1 ELSE 0 END) AS copd,
    max(CASE WHEN d.code BETWEEN 'E10' AND 'E149' THEN 1 ELSE 0 END) AS diabetes,
    max(CASE WHEN d.code LIKE 'N18%' THEN 2 ELSE 0 END) AS renal,
    max(CASE WHEN regexp_matches(d.code, '^C(50|34)') THEN 2 ELSE 0 END) AS cancer,
    max(CASE WHEN d.code SIMILAR TO 'C7[789].*' THEN 6 ELSE 0 END) AS metastasis
  FROM patients p LEFT JOIN diagnoses d ON d.patient_id = p.patient_id
  GROUP BY p.patient_id
), score AS (
  SELECT patient_id, mi + chf + stroke + dementia + copd + diabetes + renal + greatest(cancer, metastasis) AS charlson FROM flags
)
SELECT CASE WHEN charlson = 0 THEN '0' WHEN charlson <= 2 THEN '1-2' WHEN charlson <= 4 THEN '3-4' ELSE '5+' END AS class, count(*) AS persons, avg(charlson) AS mean_score
FROM score GROUP BY class ORDER BY class;

-- Charlson score through a public table of weights
SELECT total, count(*) AS persons FROM (
  SELECT patient_id, sum(weight) AS total FROM (
    SELECT d.patient_id, c.illness, max(c.weight) AS weight FROM diagnoses d JOIN charlson c ON starts_with(d.code, c.prefix) GROUP BY d.patient_id, c.illness
  ) GROUP BY patient_id
) GROUP BY total HAVING count(*) >= 25 ORDER BY total;

-- Charlson at each stay, from the year before it
WITH looked AS (
  SELECT i.stay_id, i.patient_id, sum(DISTINCT c.weight) AS score
  FROM stays i
  JOIN stays b ON b.patient_id = i.patient_id AND b.entry_date BETWEEN i.entry_date - INTERVAL 1 YEAR AND i.entry_date
  JOIN diagnoses d ON d.stay_id = b.stay_id
  JOIN charlson c ON d.code LIKE c.prefix || '%'
  GROUP BY i.stay_id, i.patient_id
)
SELECT s.ward, avg(coalesce(l.score, 0)) AS mean_score, count(*) AS n
FROM stays s LEFT JOIN looked l ON l.stay_id = s.stay_id AND l.patient_id = s.patient_id
GROUP BY s.ward ORDER BY s.ward;

-- prevalence of Elixhauser-like groups
SELECT illness, count(DISTINCT patient_id) AS persons FROM (
  SELECT patient_id, CASE
      WHEN code ~ '^I(09|50)' THEN 'heart failure'
      WHEN code ~ '^E1[0-4]' THEN 'diabetes'
      WHEN code ~ '^J4[0-7]' THEN 'lung'
      WHEN code ~ '^N1[89]' THEN 'kidney'
      WHEN code ~ '^C[0-7]' THEN 'cancer'
      WHEN code ILIKE 'i10%' THEN 'hypertension' END AS illness
  FROM diagnoses) e
WHERE illness IS NOT NULL GROUP BY illness ORDER BY persons DESC;

-- pairs of illnesses in one person
WITH ill AS (SELECT DISTINCT d.patient_id, c.illness FROM diagnoses d JOIN charlson c ON c.prefix = left(d.code, 3))
SELECT a.illness, b.illness AS other, count(*) AS persons
FROM ill a JOIN ill b ON a.patient_id = b.patient_id AND a.illness < b.illness
GROUP BY a.illness, b.illness ORDER BY persons DESC, a.illness, other LIMIT 15;

-- number of illnesses per person, with those who have none
SELECT n_ill, count(*) AS persons FROM (
  SELECT (SELECT count(DISTINCT left(d.code, 3)) FROM diagnoses d WHERE d.patient_id = p.patient_id AND left(d.code, 3) IN (SELECT prefix FROM charlson)) AS n_ill
  FROM patients p
) GROUP BY n_ill HAVING count(*) > 50 ORDER BY n_ill;

-- persons with diabetes and no heart failure
SELECT p.sex, count(*) AS n FROM patients p
WHERE p.patient_id IN (SELECT patient_id FROM diagnoses WHERE code LIKE 'E11%')
  AND p.patient_id NOT IN (SELECT patient_id FROM diagnoses WHERE code LIKE 'I50%')
GROUP BY p.sex ORDER BY p.sex;

-- the same by EXCEPT
WITH only_diabetes AS (
  SELECT patient_id FROM diagnoses WHERE code LIKE 'E11%' EXCEPT SELECT patient_id FROM diagnoses WHERE code LIKE 'I50%'
)
SELECT sex, count(*) AS n FROM only_diabetes JOIN patients USING (patient_id) GROUP BY sex ORDER BY sex;

-- the same by ANTI join
SELECT p.sex, count(*) AS n FROM patients p
SEMI JOIN (SELECT patient_id FROM diagnoses WHERE code LIKE 'E11%') d ON d.patient_id = p.patient_id
ANTI JOIN (SELECT patient_id FROM diagnoses WHERE code LIKE 'I50%') h ON h.patient_id = p.patient_id
GROUP BY p.sex ORDER BY p.sex;

-- case definition by two sources: a diagnosis or two dispensings
WITH by_code AS (SELECT DISTINCT patient_id FROM diagnoses WHERE code IN ('E112', 'E119')),
     by_drug AS (SELECT patient_id FROM dispensings WHERE atc LIKE 'A10%' GROUP BY patient_id HAVING count(DISTINCT delivered) >= 2)
SELECT (c.patient_id IS NOT NULL) AS has_code, (d.patient_id IS NOT NULL) AS has_drug, count(*) AS persons
FROM patients p LEFT JOIN by_code c ON c.patient_id = p.patient_id LEFT JOIN by_drug d ON d.patient_id = p.patient_id
GROUP BY 1, 2 ORDER BY 1, 2;

-- union of two definitions
SELECT count(*) AS cases FROM (
  SELECT patient_id FROM diagnoses WHERE code LIKE 'E11%'
  UNION
  SELECT patient_id FROM dispensings WHERE atc LIKE 'A10%'
) cases;

-- severity of the principal diagnosis by associated ones
WITH counted AS (
  SELECT d.stay_id, any_value(d.code) FILTER (WHERE d.role = 'DP') AS dp, count(*) FILTER (WHERE d.role = 'DAS') AS das
  FROM diagnoses d GROUP BY d.stay_id
)
SELECT left(dp, 1) AS chapter, CASE WHEN das >= 3 THEN '3+' ELSE das::VARCHAR END AS associated, count(*) AS stays
FROM counted GROUP BY ALL HAVING count(*) >= 60 ORDER BY ALL;

-- weighted score as a sum of products
SELECT sex, avg(score) AS mean_score, var_samp(score) AS var_score FROM (
  SELECT p.sex, 1 * (count_if(d.code LIKE 'I50%') > 0)::INT + 2 * (count_if(d.code LIKE 'N18%') > 0)::INT + 6 * (count_if(d.code LIKE 'C78%') > 0)::INT AS score
  FROM patients p JOIN diagnoses d USING (patient_id) GROUP BY p.patient_id, p.sex
) GROUP BY sex ORDER BY sex;

-- stays with an act and a diagnosis of the same organ
SELECT s.ward, count(*) AS n FROM stays s
WHERE EXISTS (FROM procedures a WHERE a.stay_id = s.stay_id AND a.act LIKE 'D%')
  AND EXISTS (FROM diagnoses d WHERE d.stay_id = s.stay_id AND d.code LIKE 'I%')
GROUP BY s.ward ORDER BY s.ward;
