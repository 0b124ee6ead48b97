/** Level-one statements written by hand that say what they should. None comes from the rewriter. */
import {
  type Case,
  counted,
  frame,
  inSets,
  later,
  laterFrame,
  plain,
  summed,
  total,
  unique,
} from './granted.ts'

export const honest: Record<string, Case> = {
  'rows per group': ['SELECT ward, __pix, count(*) FROM care.stays GROUP BY ward, __pix', plain],
  'a total': ['SELECT __pix, count(*), count(*) FROM care.stays GROUP BY __pix', total],
  'grouping sets as a product with their numbers': [
    'SELECT g0, n, __pix, count(*) FROM (SELECT CASE WHEN s.n = 0 THEN t.ward END AS g0, s.n, t.__pix FROM care.stays t, (SELECT * FROM (VALUES (0), (1))) s(n)) GROUP BY ALL',
    inSets,
  ],
  'a value per person beside the rows': [
    'SELECT ward, t.__pix, count(*), count(v.n) FROM care.stays t LEFT JOIN (SELECT pid, __pix, count(*) AS n FROM care.events GROUP BY pid, __pix) v ON t.pid = v.pid AND t.__pix = v.__pix GROUP BY ALL',
    counted,
  ],
  'an EXCEPT within each person': [
    'SELECT pid IS NULL, __pix, count(*) FROM (SELECT pid, __pix FROM care.stays EXCEPT SELECT pid, __pix FROM care.events) GROUP BY ALL',
    plain,
  ],
  'one row per person': ['SELECT sex, __pix, 1::BIGINT FROM care.persons', unique],
  'a unique join': [
    'SELECT p.sex, p.__pix, 1::BIGINT FROM care.persons p JOIN care.persons q ON p.pid = q.pid AND p.__pix = q.__pix WHERE q.born > 1950',
    unique,
  ],
  'a join on the person': [
    'SELECT p.sex, s.__pix, count(*), count(*) FROM care.stays s JOIN care.persons p ON p.pid = s.pid AND p.__pix = s.__pix GROUP BY p.sex, s.__pix',
    counted,
  ],
  'a sum with its count': [
    'SELECT ward, __pix, count(*), count(CASE WHEN isfinite(cost) THEN cost END), sum(CASE WHEN isfinite(cost) THEN cost END) FROM care.stays GROUP BY ALL',
    summed,
  ],
  'a sum under a filter': [
    "SELECT sex, __pix, count(*), count(born) FILTER (WHERE region = 'a'), sum(born) FILTER (WHERE region = 'a') FROM care.persons GROUP BY ALL",
    summed,
  ],
  'a left join': [
    'SELECT p.sex, p.__pix, count(*), count(s.sid) FROM care.persons p LEFT JOIN care.stays s ON p.__pix = s.__pix AND s.cost > 3 GROUP BY ALL',
    counted,
  ],
  'a right join': [
    'SELECT p.sex, p.__pix, count(*), count(s.sid) FROM care.stays s RIGHT JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL',
    counted,
  ],
  'a full join': [
    'SELECT p.sex, coalesce(s.__pix, p.__pix), count(*), count(s.sid) FROM care.stays s FULL JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL',
    counted,
  ],
  'a comma join': [
    'SELECT p.sex, p.__pix, count(*) FROM care.stays s, care.persons p, care.events e WHERE p.__pix = s.__pix AND e.__pix = p.__pix GROUP BY ALL',
    plain,
  ],
  'a public join': [
    'SELECT r.label, p.__pix, count(*) FROM care.persons p JOIN care.regions r ON r.region = p.region AND r.size > p.born GROUP BY ALL',
    plain,
  ],
  'a public product': [
    'SELECT r.label, p.__pix, count(*) FROM care.persons p, care.regions r GROUP BY ALL',
    plain,
  ],
  'a public frame': [
    "SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.regions r LEFT JOIN care.persons p ON p.region = r.region AND p.sex = 'F' GROUP BY ALL",
    frame,
  ],
  'a public frame with a public filter': [
    'SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.regions r LEFT JOIN care.persons p ON p.region = r.region WHERE r.size > 3 GROUP BY ALL',
    frame,
  ],
  'EXISTS of the same person': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE EXISTS (SELECT 1 FROM care.stays s WHERE s.pid = p.pid AND s.__pix = p.__pix AND s.cost > p.born) GROUP BY ALL',
    plain,
  ],
  'NOT EXISTS of the same person': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE NOT EXISTS (SELECT 1 FROM care.stays s WHERE s.__pix = p.__pix) GROUP BY ALL',
    plain,
  ],
  'IN of the same person': [
    "SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE p.pid IN (SELECT s.pid FROM care.stays s WHERE s.__pix = p.__pix AND s.ward = 'a') GROUP BY ALL",
    plain,
  ],
  'IN of a public list': [
    "SELECT sex, __pix, count(*) FROM care.persons WHERE region IN (SELECT region FROM care.regions) AND sex IN ('a', 'b') GROUP BY ALL",
    plain,
  ],
  'EXISTS of public rows': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE EXISTS (SELECT 1 FROM care.regions r WHERE r.region = p.region) GROUP BY ALL',
    plain,
  ],
  'a value of the same person': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE p.born < (SELECT avg(cost) FROM care.stays s WHERE s.__pix = p.__pix) GROUP BY ALL',
    plain,
  ],
  'a window per person': [
    'WITH s AS (SELECT ward, __pix, row_number() OVER (PARTITION BY __pix ORDER BY day, sid) AS rn FROM care.stays) SELECT ward, __pix, count(*), count(*) FILTER (WHERE rn = 1) FROM s GROUP BY ALL',
    counted,
  ],
  'QUALIFY per person': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix FROM care.stays QUALIFY row_number() OVER (PARTITION BY __pix ORDER BY day) = 1) GROUP BY ALL',
    plain,
  ],
  'a group per person below': [
    'SELECT c, __pix, 1::BIGINT FROM (SELECT __pix, count(*) AS c FROM care.stays GROUP BY __pix)',
    unique,
  ],
  'DISTINCT ON the person': [
    'SELECT ward, __pix, 1::BIGINT FROM (SELECT DISTINCT ON (__pix) ward, __pix FROM care.stays ORDER BY __pix, day)',
    unique,
  ],
  'a union of persons': [
    'SELECT w, __pix, count(*) FROM (SELECT ward AS w, __pix FROM care.stays UNION ALL SELECT event, __pix FROM care.events UNION ALL SELECT label, NULL FROM care.regions) GROUP BY ALL',
    plain,
  ],
  'an ASOF join on the person': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s ASOF JOIN care.events e ON s.__pix = e.__pix AND s.cost >= e.day GROUP BY ALL',
    plain,
  ],
  'a released figure as a filter': [
    'SELECT ward, __pix, count(*) FROM care.stays, (SELECT min(c1) AS v FROM input_0) i WHERE cost > i.v GROUP BY ALL',
    later,
  ],
  'a released table beside rows': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s LEFT JOIN input_0 i ON i.c0 IS NOT DISTINCT FROM s.ward WHERE s.cost > i.c1 GROUP BY ALL',
    later,
  ],
  'a released list': [
    'SELECT ward, __pix, count(*) FROM care.stays s WHERE ward IN (SELECT c0 FROM input_0) AND NOT EXISTS (SELECT 1 FROM input_0 i WHERE i.c0 = s.ward AND i.c1 < s.cost) GROUP BY ALL',
    later,
  ],
  'a frame of released labels': [
    'SELECT i.c0, s.__pix, count(*), count(s.sid) FROM input_0 i LEFT JOIN care.stays s ON s.ward = i.c0 GROUP BY ALL',
    laterFrame,
  ],
  'places among all rows': [
    'SELECT t::VARCHAR, __pix, count(*), count(*) FILTER (WHERE r > 0.5 AND c < 0.9) FROM (SELECT __pix, ntile(20) OVER (ORDER BY cost, __pix) AS t, percent_rank() OVER (PARTITION BY ward ORDER BY cost) AS r, cume_dist() OVER (ORDER BY day) AS c FROM care.stays) GROUP BY ALL',
    counted,
  ],
  'an aggregate of the elements of a list': [
    "SELECT list_max([born, 1950])::VARCHAR || array_to_string([sex, region], ', '), __pix, count(*) FROM care.persons GROUP BY ALL",
    plain,
  ],
  'a lambda of allowed functions': [
    'SELECT list_transform([1, 2], x -> x + born)[1]::VARCHAR, __pix, count(*) FROM care.persons GROUP BY ALL',
    plain,
  ],
  'a lateral query tied to the person': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p JOIN (SELECT s.cost, s.__pix FROM care.stays s WHERE s.pid = p.pid AND s.__pix = p.__pix AND s.cost > p.born) x ON x.__pix = p.__pix GROUP BY ALL',
    plain,
  ],
  'lateral values of the row': [
    'SELECT x.y, p.__pix, count(*) FROM care.persons p, (VALUES (p.sex), (p.region)) x(y) GROUP BY ALL',
    plain,
  ],
  'the first public row for each row': [
    'SELECT x.label, p.__pix, count(*) FROM care.persons p, (SELECT label FROM care.regions r WHERE r.size > p.born ORDER BY label LIMIT 1) x GROUP BY ALL',
    plain,
  ],
  'a lateral union of public rows and of the row': [
    'SELECT x.y, p.__pix, count(*) FROM care.persons p, (SELECT p.sex AS y UNION ALL SELECT label FROM care.regions) x GROUP BY ALL',
    plain,
  ],
  'lists of a person as rows': [
    'SELECT w, g.__pix, count(*) FROM (SELECT __pix, list(ward) AS ws FROM care.stays GROUP BY __pix) g, (SELECT unnest(g.ws) AS w) t GROUP BY ALL',
    plain,
  ],
  'a public recursion': [
    'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 3) SELECT t.i::VARCHAR, p.__pix, count(*) FROM care.persons p JOIN t ON p.born > t.i GROUP BY ALL',
    plain,
  ],
}
