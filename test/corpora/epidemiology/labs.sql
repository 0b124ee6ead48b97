-- results by test
SELECT test, count(*) AS n, avg(value) AS mean, stddev_samp(value) AS sd FROM labs GROUP BY test ORDER BY test;

-- extremes and quartiles by test
-- smoothed: low, q1, q2, q3, high
SELECT test, min(value) AS low, quantile_cont(value, 0.25) AS q1, median(value) AS q2, quantile_cont(value, 0.75) AS q3, max(value) AS high FROM labs GROUP BY test ORDER BY test;

-- last creatinine before discharge
WITH last_value AS (
  SELECT l.stay_id, l.patient_id, l.value FROM labs l JOIN stays s USING (stay_id)
  WHERE l.test = 'creatinine' AND l.taken_at::DATE <= s.exit_date
  QUALIFY row_number() OVER (PARTITION BY l.patient_id, l.stay_id ORDER BY l.taken_at DESC) = 1
)
SELECT s.ward, count(*) AS n, avg(v.value) AS mean FROM last_value v JOIN stays s ON s.stay_id = v.stay_id GROUP BY s.ward ORDER BY s.ward;

-- last haemoglobin before each act
SELECT act, count(*) AS n, avg(hb) AS mean_hb FROM (
  SELECT a.act, (SELECT max_by(l.value, l.taken_at) FROM labs l WHERE l.patient_id = a.patient_id AND l.test = 'haemoglobin' AND l.taken_at < a.act_date + 1) AS hb FROM procedures a
) WHERE hb IS NOT NULL GROUP BY act ORDER BY act;

-- nearest earlier result by ASOF
SELECT s.ward, count(*) AS n, avg(l.value) AS mean
FROM stays s ASOF JOIN (SELECT patient_id, taken_at, value FROM labs WHERE test = 'crp') l ON l.patient_id = s.patient_id AND s.exit_date::TIMESTAMP >= l.taken_at
GROUP BY s.ward ORDER BY s.ward;

-- change between first and last result of a stay
SELECT test, count(*) AS n, avg(change) AS mean_change FROM (
  SELECT stay_id, patient_id, test, last(value ORDER BY taken_at) - first(value ORDER BY taken_at) AS change FROM labs GROUP BY ALL HAVING count(*) > 1
) GROUP BY test ORDER BY test;

-- first day results in columns
WITH d1 AS (
  SELECT s.stay_id, s.patient_id, s.ward,
    max(CASE WHEN l.test = 'creatinine' THEN l.value END) AS creatinine_max,
    min(CASE WHEN l.test = 'haemoglobin' THEN l.value END) AS hb_min,
    max(CASE WHEN l.test = 'crp' THEN l.value END) AS crp_max
  FROM stays s LEFT JOIN labs l ON l.stay_id = s.stay_id AND l.taken_at < s.entry_date + INTERVAL 24 HOUR
  GROUP BY s.stay_id, s.patient_id, s.ward
)
SELECT ward, count(*) AS stays, count(creatinine_max) AS creatinine, avg(creatinine_max) AS mean_creatinine, avg(hb_min) AS mean_hb, avg(crp_max) AS mean_crp FROM d1 GROUP BY ward ORDER BY ward;

-- kidney injury: 1.25 times the lowest value of the stay
SELECT injured, count(*) AS stays FROM (
  SELECT stay_id, max(value) >= 1.25 * min(value) AS injured FROM labs WHERE test = 'creatinine' GROUP BY stay_id, patient_id HAVING count(*) >= 2
) GROUP BY injured ORDER BY injured;

-- results out of range, as shares
SELECT count(*) AS n, avg((value > 135)::INT) AS high, count(*) FILTER (value < 133) / count(*) AS low FROM labs WHERE test = 'sodium';

-- anaemia by sex with different bounds
SELECT p.sex, count(*) FILTER (WHERE l.value < CASE p.sex WHEN 'F' THEN 12 ELSE 13 END) AS anaemia, count(*) AS n
FROM labs l JOIN patients p ON p.patient_id = l.patient_id WHERE l.test = 'haemoglobin' GROUP BY p.sex ORDER BY p.sex;

-- hours from entry to the first sample
-- smoothed: med
SELECT s.entry_mode, avg(h) AS mean_hours, median(h) AS med FROM (
  SELECT stay_id, patient_id, min(taken_at) AS first_at FROM labs GROUP BY stay_id, patient_id) f
JOIN stays s USING (stay_id), (SELECT 1 AS one) o, (SELECT stay_id AS sid, patient_id AS pid, date_diff('hour', min(entry_date)::TIMESTAMP, max(exit_date)::TIMESTAMP) AS h FROM stays GROUP BY 1, 2) t
WHERE t.sid = s.stay_id AND t.pid = s.patient_id
GROUP BY s.entry_mode ORDER BY s.entry_mode;

-- tests repeated within six hours
SELECT test, count(*) AS repeated FROM (
  SELECT test, taken_at - lag(taken_at) OVER (PARTITION BY patient_id, test ORDER BY taken_at) AS gap FROM labs
) WHERE gap < INTERVAL 6 HOUR GROUP BY test ORDER BY test;

-- running mean of a person's results
SELECT round(running) AS level, count(*) AS n FROM (
  SELECT avg(value) OVER (PARTITION BY patient_id ORDER BY taken_at ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS running FROM labs WHERE test = 'hba1c'
) GROUP BY level HAVING count(*) >= 40 ORDER BY level;

-- hour of the day of samples
SELECT hour(taken_at) AS h, count(*) AS n FROM labs GROUP BY h ORDER BY h;

-- quantiles of creatinine by sex and age
-- smoothed: q50
SELECT p.sex, (2021 - year(p.birth_date)) >= 60 AS old, quantile_disc(l.value, 0.5) AS q50, count(*) AS n FROM labs l JOIN patients p USING (patient_id) WHERE l.test = 'creatinine' GROUP BY 1, 2 ORDER BY 1, 2;

-- stays with no result at all
SELECT ward, count(*) AS n FROM stays s WHERE NOT EXISTS (SELECT * FROM labs l WHERE l.stay_id = s.stay_id) GROUP BY ward ORDER BY ward;
