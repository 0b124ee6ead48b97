-- length of stay: mean and median by ward
-- smoothed: median_los
SELECT ward, avg(date_diff('day', entry_date, exit_date)) AS mean_los, median(date_diff('day', entry_date, exit_date)) AS median_los
FROM stays GROUP BY ward ORDER BY ward;

-- quartiles of the length of stay
-- smoothed: q1, q2, q3
SELECT quantile_cont(los, 0.25) AS q1, quantile_cont(los, 0.5) AS q2, quantile_cont(los, 0.75) AS q3
FROM (SELECT exit_date - entry_date AS los FROM stays);

-- ninetieth percentile by hospital, in SAS style
-- smoothed: p90
SELECT s.hospital_id, QUANTILE_CONT(DATE_DIFF('day', s.entry_date, s.exit_date), 0.9) AS p90, COUNT(*) AS n
FROM stays AS s
WHERE s.entry_date >= '2020-01-01' AND s.entry_date < CAST('2023-01-01' AS DATE)
GROUP BY s.hospital_id;

-- length of stay in classes
SELECT CASE WHEN los = 0 THEN 'day' WHEN los <= 2 THEN '1-2' WHEN los <= 7 THEN '3-7' ELSE '8+' END AS los_class, count(*) AS n, sum(los) AS days
FROM (SELECT datediff('day', entry_date, exit_date) AS los FROM stays) GROUP BY los_class ORDER BY los_class;

-- bed days by month of entry
SELECT date_trunc('month', entry_date)::DATE AS month, sum(exit_date - entry_date) AS bed_days FROM stays GROUP BY month ORDER BY month;

-- occupancy per day of one quarter, with a calendar as frame
SELECT c.day, count(s.stay_id) AS occupied
FROM calendar c LEFT JOIN stays s ON s.entry_date <= c.day AND s.exit_date > c.day
WHERE c.day BETWEEN DATE '2020-10-01' AND DATE '2020-12-31'
GROUP BY c.day ORDER BY c.day;

-- mean occupancy per month from days
WITH daily AS (
  SELECT c.day, count(s.stay_id) AS occupied
  FROM calendar c LEFT JOIN stays s ON c.day >= s.entry_date AND c.day < s.exit_date
  WHERE c.day >= DATE '2020-07-01' AND c.day < DATE '2021-07-01'
  GROUP BY c.day
)
SELECT strftime(day, '%Y-%m') AS month, round(avg(occupied), 2) AS mean_occupied FROM daily GROUP BY 1 ORDER BY 1;

-- occupancy of beds of the two big hospitals, days from a series
SELECT h.name, d.day::DATE AS day, count(s.patient_id) AS in_bed
FROM hospitals h
CROSS JOIN generate_series(DATE '2021-01-04', DATE '2021-01-10', INTERVAL 1 DAY) AS d(day)
LEFT JOIN stays s ON s.hospital_id = h.hospital_id AND d.day BETWEEN s.entry_date AND s.exit_date
WHERE h.beds > 150
GROUP BY h.name, d.day ORDER BY h.name, day;

-- readmission within 30 days by a window
WITH ordered AS (
  SELECT patient_id, stay_id, ward, entry_date, exit_date,
         lead(entry_date) OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS next_entry
  FROM stays
)
SELECT ward, count(*) AS stays,
       count(*) FILTER (WHERE next_entry - exit_date BETWEEN 0 AND 30) AS readmitted,
       round(100.0 * readmitted / stays, 2) AS rate
FROM ordered GROUP BY ward ORDER BY ward;

-- readmission within 30 days by EXISTS
SELECT s.hospital_id, count(*) AS index_stays
FROM stays s
WHERE EXISTS (SELECT 1 FROM stays r WHERE r.patient_id = s.patient_id AND r.stay_id <> s.stay_id
              AND r.entry_date > s.exit_date AND r.entry_date <= s.exit_date + INTERVAL 30 DAY)
GROUP BY s.hospital_id ORDER BY 1;

-- readmission by a self join
select a.ward, count(distinct a.stay_id) as readmitted
from stays a, stays b
where a.patient_id = b.patient_id
  and b.entry_date between a.exit_date + 1 and a.exit_date + 30
group by a.ward
order by a.ward;

-- emergency readmission in the same ward, no other stay between
SELECT ward, count(*) AS n FROM (
  SELECT ward, entry_mode, entry_date - lag(exit_date) OVER w AS gap, lag(ward) OVER w AS before
  FROM stays WINDOW w AS (PARTITION BY patient_id ORDER BY entry_date, exit_date, stay_id)
) t
WHERE before = ward AND entry_mode = 'emergency' AND gap <= 90
GROUP BY ward ORDER BY ward;

-- first stay of each person by QUALIFY
SELECT year(entry_date) AS y, entry_mode, count(*) AS n FROM (
  SELECT * FROM stays QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) = 1
) GROUP BY 1, 2 ORDER BY 1, 2;

-- first stay of each person by DISTINCT ON
SELECT ward, count(*) AS n, avg(cost) AS mean_cost
FROM (SELECT DISTINCT ON (patient_id) patient_id, ward, cost FROM stays ORDER BY patient_id, entry_date, stay_id) f
GROUP BY ward ORDER BY ward;

-- last stay of each person by a correlated maximum
SELECT s.exit_mode, count(*) AS n FROM stays s
WHERE s.entry_date = (SELECT max(x.entry_date) FROM stays x WHERE x.patient_id = s.patient_id)
GROUP BY s.exit_mode ORDER BY s.exit_mode NULLS LAST;

-- interval between the first two stays
-- smoothed: median_gap
WITH ranked AS (SELECT patient_id, entry_date, row_number() OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS rn FROM stays),
     pairs AS (SELECT a.patient_id, b.entry_date - a.entry_date AS gap FROM ranked a JOIN ranked b ON a.patient_id = b.patient_id AND a.rn = 1 AND b.rn = 2)
SELECT count(*) AS n, avg(gap) AS mean_gap, median(gap) AS median_gap FROM pairs;

-- chains of stays closer than 15 days make one episode
WITH gaps AS (
  SELECT patient_id, stay_id, entry_date, exit_date,
         CASE WHEN entry_date - max(exit_date) OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) <= 15 THEN 0 ELSE 1 END AS is_new
  FROM stays
), numbered AS (
  SELECT *, sum(is_new) OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS episode FROM gaps
), episodes AS (
  SELECT patient_id, episode, min(entry_date) AS started, max(exit_date) AS ended, count(*) AS stays FROM numbered GROUP BY patient_id, episode
)
SELECT stays, count(*) AS episodes, avg(ended - started) AS mean_days FROM episodes GROUP BY stays HAVING count(*) > 40 ORDER BY stays;

-- deaths within four months of discharge
SELECT s.ward, count(*) AS stays, count(*) FILTER (WHERE p.death_date BETWEEN s.entry_date AND s.exit_date + 120) AS died
FROM stays s JOIN patients p USING (patient_id) GROUP BY s.ward HAVING died > 0 ORDER BY s.ward;

-- mortality at 30, 90 and 365 days of admission
SELECT s.hospital_id, count(DISTINCT s.patient_id) AS persons,
  count(DISTINCT s.patient_id) FILTER (WHERE d.death_date <= s.entry_date + 30) AS d30,
  count(DISTINCT s.patient_id) FILTER (WHERE d.death_date <= s.entry_date + 90) AS d90,
  count(DISTINCT s.patient_id) FILTER (WHERE d.death_date <= s.entry_date + 365) AS d365
FROM stays s LEFT JOIN deaths d ON d.patient_id = s.patient_id AND d.death_date >= s.entry_date
GROUP BY s.hospital_id ORDER BY s.hospital_id;

-- transfers between wards of successive stays
WITH seq AS (SELECT ward, lead(ward) OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS next_ward FROM stays)
SELECT ward, next_ward, count(*) AS n FROM seq WHERE next_ward IS NOT NULL AND next_ward <> ward GROUP BY ALL ORDER BY n DESC, ward, next_ward LIMIT 12;

-- the commonest care pathways
WITH route AS (SELECT patient_id, string_agg(ward, ' > ' ORDER BY entry_date, stay_id) AS wards, count(*) AS steps FROM stays GROUP BY patient_id)
SELECT wards, count(*) AS persons FROM route WHERE steps = 1 GROUP BY wards ORDER BY persons DESC, wards;

-- persons who went through intensive care and surgery
WITH seen AS (SELECT patient_id, list(DISTINCT ward) AS wards FROM stays GROUP BY patient_id)
SELECT list_contains(wards, 'icu') AS icu, list_contains(wards, 'surgery') AS surgery, count(*) AS n FROM seen GROUP BY ALL ORDER BY ALL;
