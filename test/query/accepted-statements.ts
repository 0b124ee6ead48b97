/** Accepted statements. Where the engine alone would have no order, or another type, the second text says the same to it. */
export const accepted: readonly (readonly [string, string?])[] = [
  // one table
  ['SELECT count(*) FROM patients'],
  ['SELECT count(*) AS n FROM patients WHERE birth_year > 1950'],
  ['SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'],
  ['SELECT sex, count(*) AS n FROM patients GROUP BY 1 ORDER BY 1'],
  ['SELECT sex, count(*) AS n FROM patients GROUP BY ALL ORDER BY ALL'],
  [
    'SELECT sex, count(*) AS n FROM patients GROUP BY sex',
    'SELECT sex, count(*) FROM patients GROUP BY sex ORDER BY sex',
  ],
  [
    'SELECT count(*) AS n, sex FROM patients GROUP BY sex',
    'SELECT count(*), sex FROM patients GROUP BY sex ORDER BY sex',
  ],
  ['FROM patients SELECT sex, count(DISTINCT patient_id) GROUP BY sex ORDER BY sex'],
  ['SELECT ward, count(*), count(entry_mode), sum(cost), avg(cost) FROM stays GROUP BY ward ORDER BY ward'],
  [
    'SELECT ward, count(*) FILTER (WHERE cost > 100), sum(cost) FILTER (WHERE cost > 100) FROM stays GROUP BY ward ORDER BY ward',
  ],
  [
    'SELECT ward, count_if(cost > 100), sum(CASE WHEN cost > 100 THEN 1 ELSE 0 END) FROM stays GROUP BY ward ORDER BY ward',
  ],
  ['SELECT ward, avg(CASE WHEN cost > 100 THEN 1.0 ELSE 0 END) FROM stays GROUP BY ward ORDER BY ward'],
  [
    'SELECT ward, count(DISTINCT patient_id), count(DISTINCT stay_id), count(DISTINCT site) FROM stays GROUP BY ward ORDER BY ward',
  ],
  ['SELECT count(DISTINCT ward), count(DISTINCT entry_mode) FROM stays'],
  // an identifier that a CASE only lets through is counted with a FILTER
  [
    'SELECT ward, count(DISTINCT CASE WHEN cost > 100 THEN patient_id END), count(CASE WHEN cost > 100 THEN stay_id ELSE NULL END) FROM stays GROUP BY ward ORDER BY ward',
  ],
  [
    'SELECT count(DISTINCT CASE WHEN cost > 100 THEN patient_id WHEN NOT (cost > 100) THEN NULL END), count(DISTINCT CASE WHEN cost > 400 THEN NULL WHEN cost > 100 THEN stay_id ELSE stay_id END) FILTER (WHERE ward IS NOT NULL) FROM stays',
  ],
  [
    'SELECT n, count(*) FROM (SELECT patient_id, count(DISTINCT CASE WHEN cost > 100 THEN stay_id END) AS n FROM stays GROUP BY patient_id) GROUP BY n ORDER BY n',
  ],
  // written text that casts read as a day or a number
  ["SELECT count(*) FROM stays WHERE entry_date BETWEEN '2023-1-5' AND '2023/12/31'"],
  ["SELECT count(*) FROM patients WHERE birth_year IN ('1950', '1.96e3')"],
  ['SELECT sum(birth_year), avg(birth_year) FROM patients'],
  ['SELECT entry_mode, count(*) FROM stays GROUP BY entry_mode ORDER BY entry_mode'],
  ['SELECT DISTINCT ward FROM stays ORDER BY ward DESC'],
  ['SELECT DISTINCT ward, site FROM stays ORDER BY 2, 1'],
  // grouping sets
  [
    'SELECT site, ward, count(*) AS n FROM stays GROUP BY ROLLUP (site, ward) ORDER BY grouping(site), grouping(ward), site, ward',
  ],
  [
    'SELECT site, ward, grouping(site, ward) AS level, count(DISTINCT patient_id), count(DISTINCT stay_id), sum(cost), avg(cost) FROM stays GROUP BY CUBE (site, ward) ORDER BY level, site, ward',
  ],
  [
    'SELECT ward, entry_mode, count(DISTINCT site), count(*) FILTER (WHERE cost > 100) FROM stays GROUP BY GROUPING SETS ((ward), (entry_mode), ()) ORDER BY grouping_id(ward, entry_mode), ward, entry_mode',
  ],
  [
    "SELECT CASE WHEN grouping(sex) = 1 THEN 'all' ELSE sex END AS who, sum(birth_year) FROM patients GROUP BY ROLLUP (sex) ORDER BY who",
  ],
  [
    'SELECT year(entry_date) AS y, ward, count(*) FROM stays GROUP BY y, ROLLUP (ward) HAVING grouping(ward) = 1 OR count(*) > 2 ORDER BY 1, 2',
  ],
  [
    'SELECT ward, n, grouping(ward, n) AS level, count(*) AS c FROM (SELECT ward, count(*) AS n FROM stays GROUP BY ward) GROUP BY CUBE (ward, n) ORDER BY ALL',
  ],
  [
    'SELECT p.sex, s.ward, avg(s.cost), rank() OVER (PARTITION BY grouping(s.ward) ORDER BY count(*)) AS r FROM patients p JOIN stays s USING (patient_id) GROUP BY ROLLUP (p.sex, s.ward) ORDER BY ALL',
  ],
  // one value per person
  [
    'SELECT (SELECT count(*) FROM stays s WHERE s.patient_id = p.patient_id) AS n, count(*) FROM patients p GROUP BY n ORDER BY n',
  ],
  [
    "SELECT sex, sum((SELECT count(*) FROM diagnoses d WHERE p.patient_id = d.patient_id AND d.role = 'DP')) AS d FROM patients p GROUP BY sex ORDER BY sex",
  ],
  [
    'SELECT count(*), sum(birth_year) FROM patients p WHERE (SELECT sum(cost) FROM stays s WHERE s.patient_id = p.patient_id) > 400',
  ],
  [
    'SELECT count(*) FROM patients p WHERE (SELECT coalesce(max(cost), -1) FROM stays s WHERE s.patient_id = p.patient_id) < 0',
  ],
  [
    'SELECT s.ward, sum(s.cost - (SELECT avg(x.cost) FROM stays x WHERE x.patient_id = s.patient_id)) AS c FROM stays s GROUP BY s.ward ORDER BY s.ward',
  ],
  [
    'SELECT CASE WHEN (SELECT count(*) + 1 FROM stays s JOIN diagnoses d USING (stay_id) WHERE s.patient_id = p.patient_id) > 3 THEN 1 ELSE 0 END AS many, count(*) FROM patients p GROUP BY many ORDER BY many',
  ],
  [
    'SELECT count(*) FROM stays s WHERE cost > (SELECT avg(x.cost) FROM stays x WHERE x.stay_id = s.stay_id) - 1',
  ],
  [
    'WITH f AS (SELECT patient_id, (SELECT min(entry_date) FROM stays s WHERE s.patient_id = p.patient_id) AS day, sex FROM patients p) SELECT sex, year(day) AS y, count(*) FROM f GROUP BY ALL ORDER BY ALL',
  ],
  // sets of rows within each person
  ['SELECT count(*) FROM (SELECT patient_id FROM stays UNION SELECT patient_id FROM diagnoses)'],
  [
    'SELECT x, count(*) FROM (SELECT patient_id, ward AS x FROM stays UNION SELECT patient_id, code FROM diagnoses) GROUP BY x ORDER BY x',
  ],
  [
    "SELECT count(*), count(DISTINCT patient_id) FROM (SELECT patient_id FROM patients EXCEPT SELECT patient_id FROM stays WHERE ward = 'uro')",
  ],
  [
    'SELECT sex, count(*) FROM patients JOIN (SELECT patient_id, stay_id FROM stays INTERSECT SELECT patient_id, stay_id FROM diagnoses) USING (patient_id) GROUP BY sex ORDER BY sex',
  ],
  ['SELECT count(*) FROM (SELECT patient_id FROM diagnoses EXCEPT ALL SELECT patient_id FROM stays)'],
  // expressions over keys and aggregates
  ['SELECT year(entry_date) AS y, count(*) FROM stays GROUP BY y ORDER BY y'],
  ['SELECT year(entry_date) + 1, count(*) FROM stays GROUP BY year(entry_date) ORDER BY 1'],
  [
    "SELECT CASE WHEN birth_year < 1950 THEN 'old' ELSE 'young' END AS age, count(*) AS n FROM patients GROUP BY age ORDER BY age",
  ],
  [
    'SELECT 2026 - birth_year AS age, count(*) FROM patients GROUP BY age HAVING count(*) >= 1 ORDER BY age DESC LIMIT 3',
  ],
  [
    'SELECT sex, round(100.0 * count(*) FILTER (WHERE death_date IS NOT NULL) / count(*), 1) AS dead FROM patients GROUP BY sex ORDER BY sex',
  ],
  ['SELECT ward, count(*) AS n, n * 2 AS twice FROM stays GROUP BY ward ORDER BY twice DESC, ward'],
  [
    "SELECT upper(ward) AS w, coalesce(sum(cost), 0) > 1000 AS dear FROM stays GROUP BY ward HAVING w <> 'URO' ORDER BY w",
  ],
  ['SELECT ward, count(*) FROM stays GROUP BY ward ORDER BY count(*) DESC, ward LIMIT 2 OFFSET 1'],
  [
    'SELECT ward, rank() OVER (ORDER BY sum(cost) DESC) AS r, sum(count(*)) OVER () AS total FROM stays GROUP BY ward ORDER BY r',
  ],
  [
    'SELECT ward, count(*) AS n FROM stays GROUP BY ward QUALIFY row_number() OVER (ORDER BY count(*) DESC, ward) = 1',
  ],
  // names
  ['SELECT P.SEX, COUNT(*) FROM PATIENTS AS p GROUP BY p.Sex ORDER BY p.sex'],
  ['SELECT clinic.patients.sex, count(*) FROM clinic.patients GROUP BY ALL ORDER BY 1'],
  ['SELECT t.s, count(*) FROM (SELECT sex AS s, birth_year FROM patients) t GROUP BY t.s ORDER BY t.s'],
  ['SELECT s, count(*) FROM (SELECT sex, dep FROM patients) AS t(s, d) GROUP BY s ORDER BY s'],
  [
    'WITH a AS (SELECT * FROM patients), b(x, y) AS (SELECT sex, dep FROM a) SELECT x, count(*) FROM b GROUP BY x ORDER BY x',
  ],
  ['WITH patients AS (SELECT * FROM patients WHERE birth_year > 1950) SELECT count(*) FROM patients'],
  [
    'SELECT site, sum(c) FROM (SELECT * EXCLUDE (stay_id) REPLACE (cost + 1 AS cost), cost AS c FROM stays) GROUP BY site ORDER BY site',
  ],
  // joins
  [
    'SELECT p.sex, count(*), avg(s.cost) FROM stays s JOIN patients p ON p.patient_id = s.patient_id GROUP BY p.sex ORDER BY p.sex',
  ],
  ['SELECT sex, count(*) FROM stays JOIN patients USING (patient_id) GROUP BY sex ORDER BY sex'],
  ['SELECT sex, count(*) FROM stays NATURAL JOIN patients GROUP BY sex ORDER BY sex'],
  [
    'SELECT a.sex, count(*) FROM patients a, stays b WHERE a.patient_id = b.patient_id AND b.cost > 50 GROUP BY a.sex ORDER BY 1',
  ],
  [
    'SELECT count(*) FROM patients a, stays b, diagnoses c WHERE a.patient_id = c.patient_id AND c.patient_id = b.patient_id',
  ],
  ['SELECT count(*) FROM stays s JOIN diagnoses d ON d.stay_id = s.stay_id'],
  [
    'SELECT p.sex, count(s.stay_id) FROM patients p LEFT JOIN stays s ON s.patient_id = p.patient_id AND s.cost > 100 GROUP BY p.sex ORDER BY 1',
  ],
  ['SELECT count(*) FROM stays s RIGHT JOIN patients p ON s.patient_id = p.patient_id'],
  ['SELECT count(*) FROM patients SEMI JOIN diagnoses USING (patient_id)'],
  ["SELECT count(*) FROM patients p ANTI JOIN stays s ON s.patient_id = p.patient_id AND s.ward = 'uro'"],
  [
    'SELECT count(*) FROM stays a JOIN stays b ON a.patient_id = b.patient_id AND a.stay_id <> b.stay_id AND b.entry_date BETWEEN a.exit_date AND a.exit_date + 30',
  ],
  ['SELECT d.label, count(*) FROM patients p JOIN ref_dep d USING (dep) GROUP BY d.label ORDER BY 1'],
  [
    "SELECT d.label, count(p.patient_id) AS women FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep AND p.sex = 'F' GROUP BY d.label ORDER BY 1",
  ],
  [
    "SELECT s.site, v.x, count(*) FROM stays s JOIN (VALUES (0), (1)) v(x) ON v.x = 0 OR s.entry_date <> DATE '2023-01-12' GROUP BY s.site, v.x ORDER BY ALL",
  ],
  [
    'SELECT r.i, count(s.stay_id) FROM range(1, 4) r(i) LEFT JOIN stays s ON month(s.entry_date) = r.i GROUP BY r.i ORDER BY 1',
  ],
  // subqueries
  ["SELECT count(*) FROM patients WHERE patient_id IN (SELECT patient_id FROM diagnoses WHERE code = 'I50')"],
  [
    "SELECT count(*) FROM patients WHERE patient_id NOT IN (SELECT patient_id FROM diagnoses WHERE code = 'I50')",
  ],
  [
    "SELECT p.dep, count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM diagnoses x WHERE x.code LIKE 'I50%' AND x.patient_id = p.patient_id) GROUP BY 1 ORDER BY 1",
  ],
  [
    'SELECT count(*) FROM patients p WHERE NOT EXISTS (FROM stays s WHERE p.patient_id = s.patient_id AND s.entry_date > p.death_date)',
  ],
  [
    "SELECT sex, count(*) FILTER (WHERE patient_id IN (SELECT patient_id FROM stays WHERE ward = 'uro')) FROM patients GROUP BY sex ORDER BY sex",
  ],
  ["SELECT count(*) FROM stays WHERE stay_id IN (SELECT stay_id FROM diagnoses WHERE role = 'DP')"],
  ['SELECT count(*) FROM patients WHERE dep IN (SELECT dep FROM ref_dep WHERE population > 650000)'],
  ['SELECT count(*) FROM patients WHERE birth_year * 1000 > (SELECT avg(population) FROM ref_dep)'],
  ['SELECT (SELECT count(*) FROM patients) AS persons, (SELECT count(*) FROM stays) AS stays'],
  ['SELECT sex, 100.0 * count(*) / (SELECT count(*) FROM patients) FROM patients GROUP BY sex ORDER BY sex'],
  [
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT s.patient_id FROM stays s WHERE s.patient_id = p.patient_id GROUP BY s.patient_id HAVING count(*) > 2)',
  ],
  [
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT s.ward FROM stays s WHERE s.patient_id = p.patient_id QUALIFY row_number() OVER (PARTITION BY s.patient_id ORDER BY s.entry_date) > 2)',
  ],
  [
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM stays s JOIN diagnoses d ON d.stay_id = s.stay_id WHERE s.patient_id = p.patient_id AND d.code <> p.sex)',
  ],
  [
    'SELECT count(*) FROM patients JOIN stays USING (patient_id) JOIN diagnoses d ON patient_id = d.patient_id',
  ],
  ['SELECT count(*) FROM patients WHERE list_transform([birth_year], lambda y: y + 1)[1] > 1950'],
  ['SELECT count(*) FROM patients WHERE [y * 2 FOR y IN [birth_year] IF y > 1950] = [3970]'],
  [
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM ref_dep d WHERE d.dep = p.dep AND d.population > 650000)',
  ],
  [
    'SELECT count(*) FROM patients p WHERE p.dep NOT IN (SELECT d.dep FROM ref_dep d WHERE d.population > 10 * p.birth_year)',
  ],
  ['SELECT count(*) FROM patients p WHERE p.birth_year > ALL (SELECT i FROM range(1900, 1950) r(i))'],
  [
    "SELECT count(*) FROM patients WHERE sex IN ('F') OR dep BETWEEN '10' AND '20' OR birth_year NOT IN (1950, 1955)",
  ],
  [
    "SELECT count(*) FROM stays WHERE coalesce(entry_mode, 'none') = 'none' AND nullif(ward, 'uro') IS NOT NULL AND ward LIKE '%o%'",
  ],
  // within the person
  [
    'SELECT n, count(*) FROM (SELECT patient_id, count(*) AS n FROM stays GROUP BY patient_id) GROUP BY n ORDER BY n',
  ],
  [
    "SELECT route, count(*) FROM (SELECT patient_id, string_agg(ward, '>' ORDER BY entry_date, stay_id) AS route FROM stays GROUP BY patient_id) GROUP BY route ORDER BY ALL",
  ],
  [
    'SELECT p.sex, avg(y.total) FROM (SELECT patient_id, sum(cost) AS total FROM stays GROUP BY patient_id HAVING count(*) > 2) y JOIN patients p USING (patient_id) GROUP BY p.sex ORDER BY 1',
  ],
  [
    'SELECT ward, count(*) FROM (SELECT *, row_number() OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS rn FROM stays) WHERE rn = 1 GROUP BY ward ORDER BY ward',
  ],
  [
    'SELECT ward, count(*) FROM (SELECT * FROM stays QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) = 1) GROUP BY ward ORDER BY ward',
  ],
  [
    'SELECT ward, count(*) FROM (SELECT DISTINCT ON (patient_id) patient_id, ward FROM stays ORDER BY patient_id, entry_date, stay_id) GROUP BY ward ORDER BY ward',
  ],
  [
    'SELECT ward, avg(CASE WHEN moved THEN 1.0 ELSE 0 END) FROM (SELECT ward, site <> lead(site) OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS moved FROM stays) GROUP BY ward ORDER BY ward',
  ],
  ['SELECT count(*) FROM (SELECT DISTINCT patient_id, ward FROM stays)'],
  [
    'SELECT x, count(*) FROM (SELECT patient_id, ward AS x FROM stays UNION ALL SELECT patient_id, code FROM diagnoses) GROUP BY x ORDER BY x',
  ],
  [
    'SELECT x.n, count(*) FROM (SELECT max(patient_id) AS patient_id, max(stay_id) AS stay_id, code FROM diagnoses GROUP BY patient_id, code) d JOIN stays s ON s.stay_id = d.stay_id, range(2) x(n) GROUP BY x.n ORDER BY x.n',
  ],
  ['SELECT count(*), count(s) FROM (SELECT patient_id, max(stay_id) AS s FROM stays GROUP BY patient_id)'],
  // one value per row, from the rows of its person
  [
    'SELECT count(*) FROM patients p WHERE (SELECT count(*) FROM stays s WHERE s.patient_id = p.patient_id AND s.cost > p.birth_year) > 2',
  ],
  [
    'SELECT n, count(*) FROM (SELECT (SELECT count(*) FROM stays x WHERE x.patient_id = s.patient_id AND x.entry_date < s.entry_date) AS n FROM stays s) GROUP BY n ORDER BY n',
  ],
  [
    'SELECT w, count(*) FROM (SELECT (SELECT max_by(x.ward, x.entry_date) FROM stays x WHERE x.patient_id = s.patient_id AND x.entry_date < s.entry_date) AS w FROM stays s) GROUP BY w ORDER BY w',
  ],
  [
    'SELECT r.dep, (SELECT max(o.population) FROM ref_dep o WHERE o.population < r.population) AS below FROM ref_dep r ORDER BY r.dep',
  ],
  // text, slices, days and several public relations
  ['SELECT code[:1] AS c, code[2:] AS rest, count(*) FROM diagnoses GROUP BY ALL ORDER BY ALL'],
  [
    "SELECT dep, count(*) FROM patients WHERE left(dep, 1) IN (SELECT left(dep, 1) FROM ref_dep WHERE dep < '50') GROUP BY dep ORDER BY dep",
  ],
  [
    "SELECT r.label, d.day, count(s.stay_id) FROM ref_dep r CROSS JOIN generate_series(DATE '2023-01-10', DATE '2023-01-12', INTERVAL 1 DAY) d(day) LEFT JOIN stays s ON s.entry_date <= d.day AND s.exit_date >= d.day AND length(r.label) = 4 GROUP BY ALL ORDER BY ALL",
  ],
  [
    "SELECT count(*) FROM range(TIMESTAMP '2023-01-01 00:00:00', TIMESTAMP '2023-01-03 00:00:00', INTERVAL '6 hours')",
  ],
  // above the leaves
  ['SELECT max(n), sum(n) FROM (SELECT ward, count(*) AS n FROM stays GROUP BY ward)'],
  [
    'SELECT a.sex, a.n, b.m FROM (SELECT sex, count(*) AS n FROM patients GROUP BY sex) a JOIN (SELECT p.sex, count(*) AS m FROM patients p JOIN stays s USING (patient_id) GROUP BY 1) b USING (sex) ORDER BY 1',
  ],
  [
    'SELECT label, sum(n) FROM (SELECT dep, count(*) AS n FROM patients GROUP BY dep) JOIN ref_dep USING (dep) GROUP BY label ORDER BY sum(n) DESC, label',
  ],
  [
    "SELECT sex, count(*) AS n FROM patients GROUP BY sex UNION ALL SELECT 'all', count(*) FROM patients ORDER BY n, sex",
  ],
  [
    "WITH m AS (SELECT date_trunc('month', entry_date) AS month, count(*) AS n FROM stays GROUP BY 1) SELECT month, n, n - lag(n) OVER (ORDER BY month) AS change, 100.0 * n / sum(n) OVER () AS share FROM m QUALIFY n > 5 ORDER BY n DESC, month LIMIT 6",
  ],
  ['SELECT DISTINCT n FROM (SELECT ward, count(*) AS n FROM stays GROUP BY ward) ORDER BY n'],
  // public only
  ["SELECT label, population FROM ref_dep WHERE dep <> '61' ORDER BY label"],
  ['SELECT count(*), max(population) FROM ref_dep'],
  ['SELECT i, unnest FROM range(3) r(i), unnest([1, 2]) u(unnest) ORDER BY ALL'],
  ['VALUES (1, 2), (3, 4) ORDER BY 1'],
  ["SELECT 'a' || 'b' AS x, 9223372036854775807 AS big, 1.25 AS d"],
]
