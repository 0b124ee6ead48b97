-- the cohort by unit
SELECT i.first_careunit, count(*) AS stays, count(DISTINCT w.subject_id) AS persons, avg(w.admission_age) AS age, avg(w.sofa) AS sofa, avg(w.sapsii) AS sapsii
FROM wide w JOIN icustays i ON i.stay_id = w.stay_id GROUP BY i.first_careunit ORDER BY 1;

-- mortality by sepsis
SELECT sepsis, count(*) AS n, sum(died) AS deaths, avg(died) AS rate, avg(died_in_a_year) AS rate_year FROM wide GROUP BY sepsis ORDER BY sepsis;

-- organ failure over time
SELECT avg(sofa_0) AS h0, avg(sofa_6) AS h6, avg(sofa_12) AS h12, avg(sofa_24) AS h24 FROM wide;

-- kidney injury stages by sex
SELECT d.gender, k.stage, count(*) AS stays FROM (SELECT stay_id, subject_id, max(aki_stage) AS stage FROM kdigo_stages GROUP BY 1, 2) k JOIN icustay_detail d ON d.stay_id = k.stay_id GROUP BY ALL ORDER BY ALL;

-- ventilation and vasopressors
SELECT invasive_days > 0 AS ventilated, vaso_hours > 0 AS vasopressors, count(*) AS n, avg(los_icu) AS los FROM wide GROUP BY 1, 2 ORDER BY 1, 2;

-- comorbidity classes
SELECT least(charlson, 8) AS charlson, count(*) AS n FROM wide GROUP BY 1 HAVING count(*) > 20 ORDER BY 1;

-- suspected infections by antibiotic
SELECT antibiotic, count(*) AS courses, sum(suspected_infection) AS suspected, sum(positive_culture) AS positive FROM suspicion_of_infection GROUP BY antibiotic ORDER BY antibiotic;

-- days of antibiotics
SELECT day, count(*) AS admissions, avg(agents) AS mean_agents FROM abx_days GROUP BY day HAVING count(*) > 20 ORDER BY day;

-- coma scores
SELECT gcs_min, count(*) AS n FROM first_day_gcs GROUP BY gcs_min HAVING count(*) >= 15 ORDER BY gcs_min NULLS LAST;

-- heart rate on the grid
SELECT quarter, count(heart_rate) AS n, avg(heart_rate) AS mean FROM hr_at_quarter GROUP BY quarter ORDER BY quarter;

-- first day values in classes
SELECT heart_rate_max_class AS class, creatinine_max_3 AS high_creatinine, count(*) AS n FROM wide GROUP BY ALL HAVING count(*) >= 20 ORDER BY ALL;

-- predicted and observed deaths
SELECT count(*) AS n, sum(died) AS observed, sum(sapsii_prob) AS expected FROM wide;

-- the longest drug combinations
SELECT drugs_seen, count(*) AS n FROM med_classes GROUP BY drugs_seen HAVING count(*) >= 11 ORDER BY n DESC, drugs_seen;

-- urine per weight, median
-- smoothed: median
SELECT median(urineoutput / weight) AS median, count(*) AS n FROM first_day_urine_output u JOIN first_day_weight w ON w.stay_id = u.stay_id;
