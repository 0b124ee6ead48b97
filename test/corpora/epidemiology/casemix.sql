-- case mix by root of the group and level
SELECT left(ghm, 5) AS root, right(ghm, 1) AS level, count(*) AS stays, avg(cost) AS mean_cost, avg(exit_date - entry_date) AS mean_los FROM stays GROUP BY root, level ORDER BY root, level;

-- share of each root within its hospital
WITH n AS (SELECT hospital_id, substr(ghm, 1, 5) AS root, count(*) AS stays FROM stays GROUP BY ALL)
SELECT hospital_id, root, stays, round(100.0 * stays / sum(stays) OVER (PARTITION BY hospital_id), 2) AS pct, rank() OVER (PARTITION BY hospital_id ORDER BY stays DESC, root) AS r
FROM n ORDER BY hospital_id, r;

-- the three commonest roots of each hospital
SELECT hospital_id, ghm[1:5] AS root, count(*) AS n FROM stays GROUP BY 1, 2
QUALIFY row_number() OVER (PARTITION BY hospital_id ORDER BY count(*) DESC, root) <= 3 ORDER BY hospital_id, n DESC, root;

-- case-mix index against the mean of all
WITH r AS (SELECT left(ghm, 5) AS root, avg(cost) AS weight FROM stays GROUP BY 1), h AS (SELECT hospital_id, left(ghm, 5) AS root, count(*) AS n FROM stays GROUP BY ALL)
SELECT h.hospital_id, round(sum(h.n * r.weight) / sum(h.n), 4) AS index FROM h JOIN r ON r.root = h.root GROUP BY h.hospital_id ORDER BY 1;

-- hospital by ward in a matrix
SELECT hospital_id, count(*) FILTER (ward = 'medicine') AS medicine, count(*) FILTER (ward = 'surgery') AS surgery, count(*) FILTER (ward = 'icu') AS icu, count(*) AS total FROM stays GROUP BY hospital_id ORDER BY hospital_id;

-- pivot of a released table
WITH n AS (SELECT hospital_id, ward, count(*) AS stays FROM stays GROUP BY ALL)
PIVOT n ON ward IN ('medicine', 'surgery', 'icu') USING sum(stays) GROUP BY hospital_id ORDER BY hospital_id;

-- subtotals by hospital and ward, with labels for totals
SELECT CASE WHEN grouping(hospital_id) = 1 THEN 'all' ELSE hospital_id END AS hospital, CASE WHEN grouping(ward) = 1 THEN 'all' ELSE ward END AS ward, count(*) AS stays, sum(cost) AS cost
FROM stays GROUP BY ROLLUP (hospital_id, ward) ORDER BY hospital, ward;

-- one in ten dearest stays, by tiles of the answer
SELECT ward, sum(cost) AS total, ntile(2) OVER (ORDER BY sum(cost)) AS half FROM stays GROUP BY ward ORDER BY ward;

-- acts per stay
SELECT n, count(*) AS stays FROM (SELECT s.stay_id, s.patient_id, count(a.act) AS n FROM stays s LEFT JOIN procedures a ON a.stay_id = s.stay_id AND a.phase = 1 GROUP BY s.stay_id, s.patient_id) GROUP BY n ORDER BY n;

-- acts by family in the first two days
SELECT a.act[:4] AS family, count(*) AS n FROM procedures a JOIN stays s ON s.stay_id = a.stay_id AND a.act_date - s.entry_date < 2 GROUP BY family ORDER BY n DESC, family;

-- stays above the mean cost of their own group
WITH m AS (SELECT ghm, avg(cost) AS mean FROM stays GROUP BY ghm)
SELECT count(*) AS groups, count(*) FILTER (WHERE mean > 4000) AS dear FROM m;

-- dear stays against the mean of all stays
SELECT ward, count(*) AS n FROM stays WHERE cost > (SELECT avg(cost) FROM stays) GROUP BY ward ORDER BY ward;

-- stays against the mean of their ward
SELECT ward, count(*) AS n FROM (SELECT ward, cost, avg(cost) OVER (PARTITION BY ward) AS mean FROM stays) WHERE cost > mean GROUP BY ward ORDER BY ward;

-- difference of two counts of two leaves
SELECT (SELECT count(*) FROM stays WHERE entry_mode = 'emergency') AS emergency, (SELECT count(*) FROM stays WHERE entry_mode = 'home') AS planned;

-- a report of several measures in one column
SELECT 'stays' AS measure, count(*)::DOUBLE AS value FROM stays
UNION ALL SELECT 'persons', count(DISTINCT patient_id) FROM stays
UNION ALL SELECT 'bed days', sum(exit_date - entry_date) FROM stays
UNION ALL SELECT 'mean cost', avg(cost) FROM stays
ORDER BY measure;

-- several measures by name
SELECT 'stays' AS measure, count(*) AS value FROM stays UNION ALL BY NAME SELECT count(*) AS value, 'acts' AS measure FROM procedures;

-- for each hospital its dearest ward, beside the rows
-- awaits: an aggregate over persons for each row of a public table (stage 4)
SELECT h.name, x.ward, x.n FROM hospitals h, LATERAL (SELECT s.ward, count(*) AS n FROM stays s WHERE s.hospital_id = h.hospital_id GROUP BY s.ward ORDER BY n DESC LIMIT 1) x ORDER BY h.name;

-- months from a recursive table
WITH RECURSIVE m(month) AS (SELECT DATE '2021-01-01' UNION ALL SELECT (month + INTERVAL 1 MONTH)::DATE FROM m WHERE month < DATE '2021-06-01')
SELECT m.month, count(s.stay_id) AS n FROM m LEFT JOIN stays s ON date_trunc('month', s.entry_date) = m.month GROUP BY m.month ORDER BY m.month;

-- whether a person was ever admitted, as a value
SELECT ever, count(*) AS n FROM (SELECT EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id) AS ever FROM patients p) GROUP BY ever ORDER BY ever;

-- persons of either table
SELECT d.patient_id IS NULL AS no_act, count(*) AS n FROM (SELECT DISTINCT patient_id FROM diagnoses) s FULL JOIN (SELECT DISTINCT patient_id FROM dispensings) d ON d.patient_id = s.patient_id GROUP BY 1 ORDER BY 1;
