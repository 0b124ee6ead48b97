-- persons of the study
SELECT count(*) AS n, count(DISTINCT dep) AS departments FROM patients;

-- table 1, by sex
SELECT sex, count(*) AS n, avg(2023 - year(birth_date)) AS mean_age, count(death_date) AS deaths,
       round(100.0 * count(death_date) / count(*), 1) AS pct_dead
FROM patients GROUP BY sex ORDER BY sex;

-- age groups, as a SAS format would make them
select case when 2023 - extract(year from birth_date) < 40 then '00-39'
            when 2023 - extract(year from birth_date) between 40 and 59 then '40-59'
            when 2023 - extract(year from birth_date) between 60 and 74 then '60-74'
            else '75+' end as age_group,
       sex, count(*) as n
from patients
group by 1, 2
order by 1, 2;

-- sex ratio by department
SELECT dep, count(*) FILTER (WHERE sex = 'M') AS men, count(*) FILTER (WHERE sex = 'F') AS women,
       men / nullif(women, 0) AS ratio
FROM patients GROUP BY dep ORDER BY dep;

-- missing data
SELECT count(*) AS n, count(*) - count(smoking) AS missing_smoking, count_if(smoking IS NULL) AS again, round(100 * avg(CASE WHEN smoking IS NULL THEN 1 ELSE 0 END), 2) AS pct
FROM patients;

-- smoking with a label for what is missing
SELECT COALESCE(smoking, 'unknown') AS smoking, COUNT(*) AS n, SUM(COUNT(*)) OVER () AS total
FROM patients GROUP BY COALESCE(smoking, 'unknown') ORDER BY n DESC, smoking;

-- cross table of smoking and sex
SELECT smoking,
  sum(CASE WHEN sex = 'F' THEN 1 ELSE 0 END) AS f,
  sum(CASE WHEN sex = 'M' THEN 1 ELSE 0 END) AS m,
  count(*) AS total
FROM patients WHERE smoking IS NOT NULL GROUP BY smoking ORDER BY smoking;

-- stays, patients and stays per patient by year
SELECT extract(year FROM entry_date) AS y, count(*) AS stays, count(DISTINCT patient_id) AS patients,
       round(count(*) / count(DISTINCT patient_id), 3) AS per_patient
FROM stays GROUP BY ALL ORDER BY y;

-- how many persons had how many stays
WITH n AS (SELECT patient_id, count(*) AS stays FROM stays GROUP BY patient_id)
SELECT least(stays, 5) AS stays, count(*) AS persons FROM n GROUP BY 1 ORDER BY 1;

-- persons with and without any stay
SELECT CASE WHEN s.patient_id IS NULL THEN 'never' ELSE 'at least once' END AS admitted, count(*) AS n
FROM patients p LEFT JOIN (SELECT DISTINCT patient_id FROM stays) s ON s.patient_id = p.patient_id
GROUP BY 1 ORDER BY 1;

-- mean and spread of age by ward
SELECT s.ward, avg(date_diff('year', p.birth_date, s.entry_date)) AS mean_age, stddev_samp(date_diff('year', p.birth_date, s.entry_date)) AS sd_age, count(*) AS n
FROM stays s JOIN patients p USING (patient_id) GROUP BY s.ward ORDER BY s.ward;

-- exact age at admission
SELECT CASE WHEN age < 18 THEN 'child' WHEN age < 65 THEN 'adult' ELSE 'older' END AS who, count(*) AS stays
FROM (SELECT date_sub('year', p.birth_date, s.entry_date) AS age FROM stays AS s INNER JOIN patients AS p ON s.patient_id = p.patient_id) a
GROUP BY who ORDER BY who;

-- entry and exit modes with grouping sets
SELECT entry_mode, exit_mode, count(*) AS n FROM stays
GROUP BY GROUPING SETS ((entry_mode, exit_mode), (entry_mode), ())
ORDER BY grouping(entry_mode), grouping(exit_mode), entry_mode, exit_mode;

-- the five commonest principal diagnoses
SELECT code, count(DISTINCT stay_id) AS stays FROM diagnoses WHERE role = 'DP' GROUP BY code ORDER BY stays DESC, code LIMIT 5;

-- diagnoses by chapter and role
SELECT left(code, 1) AS chapter, role, count(*) AS n, count(DISTINCT patient_id) AS patients
FROM diagnoses GROUP BY ALL HAVING count(*) >= 30 ORDER BY ALL;

-- correlation of cost and length of stay
SELECT round(corr(cost, exit_date - entry_date), 6) AS r, count(*) AS n FROM stays;

-- slope of cost on length of stay
SELECT regr_slope(cost, date_diff('day', entry_date, exit_date)) AS slope, regr_intercept(cost, date_diff('day', entry_date, exit_date)) AS intercept FROM stays;

-- total, mean and spread of costs by hospital with its name
SELECT h.name, h.category, sum(s.cost) AS total, avg(s.cost) AS mean_cost, stddev(s.cost) AS sd
FROM stays s LEFT JOIN hospitals h ON h.hospital_id = s.hospital_id
GROUP BY h.name, h.category ORDER BY total DESC;

-- day of the week of admissions
SELECT dayname(entry_date) AS day, isodow(entry_date) AS d, count(*) AS n FROM stays GROUP BY 1, 2 ORDER BY 2;

-- season of birth of dead persons
SELECT quarter(birth_date) AS season, count(*) AS n FROM patients WHERE death_date IS NOT NULL GROUP BY season ORDER BY season;
