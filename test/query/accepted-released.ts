/** Accepted statements in which what was released is read beside patient rows; what DuckDB says of the second text is the same. */
const w = 'WITH w AS (SELECT ward, count(*) AS n, avg(cost) AS m FROM stays GROUP BY ward)'

export const acceptedReleased: readonly (readonly [string, string?])[] = [
  // scalars
  [
    'SELECT ward, count(*) AS dear FROM stays WHERE cost > (SELECT 1.5 * avg(cost) FROM stays) GROUP BY ward ORDER BY ward',
  ],
  ['SELECT count(*) FROM stays WHERE cost BETWEEN (SELECT avg(cost) FROM stays) AND 250'],
  ['SELECT cost > (SELECT avg(cost) FROM stays) AS dear, count(*) FROM stays GROUP BY dear ORDER BY dear'],
  ['SELECT sum(CASE WHEN cost > (SELECT avg(cost) FROM stays) THEN cost ELSE 0 END) FROM stays'],
  ['SELECT count(*) FILTER (WHERE cost > (SELECT avg(cost) FROM stays)) FROM stays'],
  ["SELECT sum(cost - (SELECT avg(cost) FROM stays)) FROM stays WHERE ward = 'uro'"],
  [
    'SELECT count(*) FROM stays WHERE cost > (SELECT avg(cost) FROM stays WHERE cost > (SELECT avg(cost) FROM stays))',
  ],
  [
    'SELECT ward, count(*) FROM stays GROUP BY ward HAVING count(*) > (SELECT count(*) // 4 FROM stays WHERE cost < (SELECT avg(cost) FROM stays)) ORDER BY ward',
  ],
  [
    'SELECT p.sex, count(*) FROM patients p WHERE (SELECT sum(s.cost) FROM stays s WHERE s.patient_id = p.patient_id) > (SELECT 3 * avg(cost) FROM stays) GROUP BY p.sex ORDER BY 1',
  ],
  [
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id AND s.cost > (SELECT 1.8 * avg(cost) FROM stays))',
  ],
  ['SELECT count(*) FROM stays WHERE (SELECT count(*) FROM patients) = 12'],
  ['SELECT count(*) FROM stays WHERE ward = (SELECT ward FROM stays WHERE false GROUP BY ward)'],
  // public rows beside a scalar
  [
    'SELECT count(*) FROM patients p JOIN (SELECT dep, (SELECT count(*) // 10 FROM stays) AS n FROM ref_dep) d ON d.dep = p.dep WHERE p.birth_year > d.n',
  ],
  [
    'SELECT count(*) FROM patients p JOIN (SELECT dep FROM ref_dep WHERE population > (SELECT count(*) FROM stays)) d ON d.dep = p.dep',
  ],
  // relations
  [
    `${w} SELECT w.ward, w.n, count(*) FROM stays s JOIN w ON w.ward = s.ward AND s.cost > w.m GROUP BY 1, 2 ORDER BY 1`,
  ],
  [`${w} SELECT ward, count(*) FROM stays s JOIN w USING (ward) WHERE s.cost > w.m GROUP BY ward ORDER BY 1`],
  [`${w} SELECT count(*) FROM w, stays s WHERE w.ward = s.ward AND s.cost < w.m`],
  [`${w} SELECT count(*), count(w.n) FROM stays s LEFT JOIN w ON w.ward = s.ward AND w.m > 150`],
  [
    `${w} SELECT w.ward, count(s.stay_id) FROM w LEFT JOIN stays s ON s.ward = w.ward AND s.cost > 290 GROUP BY 1 ORDER BY 1`,
  ],
  [
    `${w} SELECT w.ward, count(s.stay_id) FROM stays s RIGHT JOIN w ON s.ward = w.ward AND s.cost > 290 GROUP BY 1 ORDER BY 1`,
  ],
  [`${w} SELECT count(*) FROM stays s SEMI JOIN w ON w.ward = s.ward AND w.m > 150`],
  [`${w} SELECT count(*) FROM stays s ANTI JOIN w ON w.ward = s.ward AND w.m > 150`],
  [`${w} SELECT count(*) FROM stays s WHERE s.ward IN (SELECT ward FROM w WHERE m > 150)`],
  [`${w} SELECT count(*) FROM stays s WHERE s.ward NOT IN (SELECT ward FROM w WHERE m > 150)`],
  [`${w} SELECT count(*) FROM stays s WHERE EXISTS (SELECT 1 FROM w WHERE w.ward = s.ward AND s.cost > w.m)`],
  [
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM ref_dep d WHERE d.dep = p.dep AND EXISTS (SELECT 1 FROM (SELECT dep, count(*) AS n FROM patients GROUP BY dep) c WHERE c.dep = d.dep AND c.n > 2))',
  ],
  [
    `${w} SELECT count(*) FROM stays s WHERE NOT EXISTS (SELECT 1 FROM w WHERE w.ward = s.ward AND s.cost > w.m)`,
  ],
  [`${w} SELECT count(*) FROM stays s WHERE s.cost > ALL (SELECT m FROM w)`],
  [`${w} SELECT count(*) FROM stays s WHERE s.cost > (SELECT max(m) FROM w)`],
  [`${w} SELECT count(*) FROM stays s WHERE s.ward IN (SELECT ward FROM w UNION ALL SELECT 'none')`],
  [
    `${w} SELECT count(*) FROM stays s WHERE s.ward IN (SELECT ward FROM w UNION SELECT code FROM diagnoses GROUP BY code)`,
  ],
  [
    `${w}, v AS (SELECT ward, n FROM w WHERE m > 100 ORDER BY n DESC, ward LIMIT 2) SELECT s.ward, count(*) FROM stays s JOIN v ON v.ward = s.ward GROUP BY 1 ORDER BY 1`,
  ],
  [
    `${w}, per AS (SELECT s.site, count(*) AS dear FROM stays s JOIN w ON w.ward = s.ward WHERE s.cost > w.m GROUP BY s.site) SELECT p.sex, count(*) FROM patients p JOIN stays s USING (patient_id) JOIN per ON per.site = s.site WHERE per.dear > 3 GROUP BY 1 ORDER BY 1`,
  ],
  [
    'SELECT d.label, count(*) FROM patients p JOIN (SELECT dep, count(*) AS n FROM patients GROUP BY dep) c ON c.dep = p.dep JOIN ref_dep d ON d.dep = p.dep WHERE c.n > 2 GROUP BY 1 ORDER BY 1',
  ],
  [
    'SELECT count(*) FROM (SELECT d.dep, d.label, c.n FROM ref_dep d JOIN (SELECT dep, count(*) AS n FROM patients GROUP BY dep) c USING (dep)) r JOIN patients p ON p.dep = r.dep AND p.birth_year > 1900 + r.n',
  ],
  [
    'SELECT count(*) FROM ref_dep d JOIN ref_dep e ON d.population > (SELECT count(*) FROM patients) AND d.dep = e.dep JOIN patients p ON p.dep = d.dep',
  ],
  [
    'SELECT count(*) FROM (SELECT a.ward, b.n FROM (SELECT ward, count(*) AS n FROM stays GROUP BY ward) a FULL JOIN (SELECT ward, count(*) AS n FROM stays WHERE cost > 200 GROUP BY ward) b USING (ward)) r JOIN stays s ON s.ward = r.ward',
  ],
  // values of other types than their first look
  ['SELECT count(*) FROM patients p WHERE p.birth_year > (SELECT sum(birth_year) // count(*) FROM patients)'],
  ["SELECT count(*) FROM stays WHERE entry_date > (SELECT DATE '2023-01-01' + count(*)::INTEGER FROM stays)"],
  // totals of groups beside their rows
  [
    'SELECT ward, count(*) FROM (SELECT ward, cost > avg(cost) OVER (PARTITION BY ward) AS dear FROM stays) WHERE dear GROUP BY ward ORDER BY ward',
  ],
  [
    'SELECT count(*) FROM (SELECT cost, sum(cost) OVER (PARTITION BY entry_mode) AS total, count(*) OVER (PARTITION BY entry_mode) AS n, count(*) FILTER (WHERE cost > 100) OVER () AS dear FROM stays) WHERE cost > total / n AND dear > 5',
  ],
  [
    'SELECT count(*) FROM (SELECT patient_id, count(*) AS c, avg(count(*)) OVER () AS a FROM stays GROUP BY patient_id) WHERE c >= a',
  ],
  ['SELECT count(*) FROM (SELECT ward FROM stays QUALIFY count(*) OVER (PARTITION BY ward, site) > 4)'],
  [
    'SELECT count(*) FROM (SELECT count(DISTINCT patient_id) OVER (PARTITION BY ward) AS n, row_number() OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS rn FROM stays) WHERE n > 3 AND rn = 1',
  ],
  // places among all
  [
    'SELECT t, count(*), sum(cost) FROM (SELECT ntile(4) OVER (ORDER BY cost) AS t, cost FROM stays) GROUP BY t ORDER BY t',
  ],
  [
    'SELECT ward, count(*) FROM (SELECT ward, percent_rank() OVER (PARTITION BY ward ORDER BY cost DESC) AS r FROM stays) WHERE r <= 0.25 GROUP BY ward ORDER BY ward',
  ],
  ['SELECT count(*) FROM (SELECT * FROM stays QUALIFY cume_dist() OVER (ORDER BY cost) > 0.5)'],
  [
    "SELECT CASE WHEN r <= 0.25 THEN 'Q1' WHEN r <= 0.5 THEN 'Q2' ELSE 'Q3' END AS q, count(*), avg(cost) FROM (SELECT cost, percent_rank() OVER (ORDER BY cost) AS r FROM stays) GROUP BY q ORDER BY q",
  ],
  [
    'SELECT r > 0.5 AS dear, count(*) FILTER (WHERE r BETWEEN 0.1 AND 0.9) FROM (SELECT cume_dist() OVER (ORDER BY cost) AS r FROM stays) GROUP BY dear ORDER BY dear',
  ],
  [
    'SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY patient_id ORDER BY r, stay_id) AS n FROM (SELECT patient_id, stay_id, cume_dist() OVER (ORDER BY cost) AS r FROM stays)) WHERE n = 1',
  ],
]
