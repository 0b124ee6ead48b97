/** Level-one statements written by hand, each with one fault. None comes from the rewriter; nothing here is ever removed. */
import {
  type Case,
  counted,
  frame,
  inSets,
  later,
  laterFrame,
  leafOf,
  plain,
  summed,
  unique,
} from './granted.ts'

export const broken: Record<string, Case> = {
  // The person key is missing, forged or doubled.
  'no person key': ['SELECT ward, sid, count(*) FROM care.stays GROUP BY ALL', plain],
  'key and person swapped': ['SELECT __pix, ward, count(*) FROM care.stays GROUP BY ALL', plain],
  'the person key as label': ['SELECT __pix AS g0, __pix, count(*) FROM care.stays GROUP BY ALL', plain],
  'the person key as a measure': [
    'SELECT ward, __pix, count(*), __pix FROM care.stays GROUP BY ALL',
    counted,
  ],
  'the person key in a sum': [
    'SELECT ward, __pix, count(*), count(__pix), sum(__pix) FROM care.stays GROUP BY ALL',
    summed,
  ],
  'a minimum of the person key': ['SELECT ward, min(__pix), count(*) FROM care.stays GROUP BY ward', plain],
  'the person key computed': ['SELECT ward, __pix + 0, count(*) FROM care.stays GROUP BY ALL', plain],
  'the person key cast': ['SELECT ward, __pix::BIGINT, count(*) FROM care.stays GROUP BY ALL', plain],
  'the person key as text in a label': [
    'SELECT ward || __pix, __pix, count(*) FROM care.stays GROUP BY ALL',
    plain,
  ],
  'the person key compared with a number': [
    'SELECT ward, __pix, count(*) FROM care.stays WHERE __pix < 100 GROUP BY ALL',
    plain,
  ],
  'the person key equal to a number': [
    'SELECT ward, __pix, count(*) FROM care.stays WHERE __pix = 7 GROUP BY ALL',
    plain,
  ],
  'the person key in an order of a window': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix, lag(__pix) OVER (PARTITION BY __pix ORDER BY day) FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'a constant for the person key': ['SELECT ward, 1::UINTEGER, count(*) FROM care.stays GROUP BY ALL', plain],
  'a random person key': [
    'SELECT ward, (random() * 100)::UINTEGER, count(*) FROM care.stays GROUP BY ALL',
    plain,
  ],
  'a row number for the person key': [
    'SELECT ward, row_number() OVER ()::UINTEGER, count(*) FROM care.stays GROUP BY ALL',
    plain,
  ],
  'NULL for the person key': ['SELECT ward, NULL::UINTEGER, count(*) FROM care.stays GROUP BY ALL', plain],
  'half of a full join': [
    'SELECT p.sex, p.__pix, count(*) FROM care.stays s FULL JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL',
    plain,
  ],
  'the wrong side of a left join': [
    'SELECT p.sex, s.__pix, count(*) FROM care.persons p LEFT JOIN care.stays s ON p.__pix = s.__pix GROUP BY ALL',
    plain,
  ],
  'a row number of the file': ['SELECT rowid, __pix, count(*) FROM care.stays GROUP BY ALL', plain],
  'a constant in a union': [
    'SELECT w, __pix, count(*) FROM (SELECT ward AS w, __pix FROM care.stays UNION ALL SELECT label, 7::UINTEGER FROM care.regions) GROUP BY ALL',
    plain,
  ],
  'a union out of place': [
    'SELECT w, x, count(*) FROM (SELECT ward AS w, __pix AS x FROM care.stays UNION ALL SELECT event, day FROM care.events) GROUP BY ALL',
    plain,
  ],
  // Rows of several persons meet.
  'a join without the person key': [
    'SELECT p.sex, s.__pix, count(*) FROM care.stays s JOIN care.persons p ON p.pid = s.pid GROUP BY ALL',
    plain,
  ],
  'a join on a date': [
    'SELECT a.ward, a.__pix, count(*) FROM care.stays a JOIN care.stays b ON a.day = b.day GROUP BY ALL',
    plain,
  ],
  'a join on the person key or more': [
    'SELECT a.ward, a.__pix, count(*) FROM care.stays a JOIN care.stays b ON a.__pix = b.__pix OR a.cost > 5 GROUP BY ALL',
    plain,
  ],
  'a join on other persons': [
    'SELECT a.ward, a.__pix, count(*) FROM care.stays a JOIN care.stays b ON a.__pix <> b.__pix AND a.ward = b.ward GROUP BY ALL',
    plain,
  ],
  'a join on the key of neighbours': [
    'SELECT a.ward, a.__pix, count(*) FROM care.stays a JOIN care.stays b ON a.__pix = b.__pix + 1 GROUP BY ALL',
    plain,
  ],
  'a product': ['SELECT a.ward, a.__pix, count(*) FROM care.stays a, care.persons b GROUP BY ALL', plain],
  'a comma join that forgets one': [
    'SELECT p.sex, p.__pix, count(*) FROM care.stays s, care.persons p, care.events e WHERE p.__pix = s.__pix AND e.pid = p.pid GROUP BY ALL',
    plain,
  ],
  'a positional join': [
    'SELECT a.ward, a.__pix, count(*) FROM care.stays a POSITIONAL JOIN care.persons b GROUP BY ALL',
    plain,
  ],
  'an ASOF join without the person key': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s ASOF JOIN care.events e ON s.pid = e.pid AND s.cost >= e.day GROUP BY ALL',
    plain,
  ],
  'EXISTS of anybody': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE EXISTS (SELECT 1 FROM care.stays s WHERE s.ward = p.region) GROUP BY ALL',
    plain,
  ],
  'EXISTS of all': [
    "SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE EXISTS (SELECT 1 FROM care.stays s WHERE s.ward = 'a') GROUP BY ALL",
    plain,
  ],
  'NOT IN all': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE p.pid NOT IN (SELECT s.pid FROM care.stays s) GROUP BY ALL',
    plain,
  ],
  'a semi-join on anything': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p SEMI JOIN care.stays s ON s.ward = p.region GROUP BY ALL',
    plain,
  ],
  'an anti-join on anything': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p ANTI JOIN care.stays s ON s.ward = p.region GROUP BY ALL',
    plain,
  ],
  'a mean of all persons': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE p.born < (SELECT avg(cost) FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'a mean of the ward': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s WHERE s.cost > (SELECT avg(t.cost) FROM care.stays t WHERE t.ward = s.ward) GROUP BY ALL',
    plain,
  ],
  'public rows chosen by persons': [
    'SELECT r.label, p.__pix, count(*) FROM (SELECT * FROM care.regions WHERE region IN (SELECT ward FROM care.stays)) r JOIN care.persons p ON p.region = r.region GROUP BY ALL',
    plain,
  ],
  'public rows marked by persons': [
    'SELECT r.has, p.__pix, count(*) FROM (SELECT region, EXISTS (SELECT 1 FROM care.stays s WHERE s.ward = g.region) AS has FROM care.regions g) r JOIN care.persons p ON p.region = r.region GROUP BY ALL',
    plain,
  ],
  'EXISTS of anybody, through an outer join': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p WHERE EXISTS (SELECT 1 FROM (SELECT region FROM care.regions WHERE region = p.region) r LEFT JOIN care.stays s ON s.ward = r.region) GROUP BY ALL',
    plain,
  ],
  'a window over all': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix FROM care.stays QUALIFY row_number() OVER (ORDER BY day) = 1) GROUP BY ALL',
    plain,
  ],
  'a window over the ward': [
    'SELECT l, __pix, count(*) FROM (SELECT lag(ward) OVER (PARTITION BY ward ORDER BY day) AS l, __pix FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'one window of two over all': [
    'SELECT a, __pix, count(*), count(b) FROM (SELECT row_number() OVER (PARTITION BY __pix ORDER BY day) AS a, sum(cost) OVER (ORDER BY day) AS b, __pix FROM care.stays) GROUP BY ALL',
    counted,
  ],
  'a group of several persons below': [
    'SELECT g, __pix, count(*) FROM (SELECT ward AS g, max(__pix) AS __pix FROM care.stays GROUP BY ward) GROUP BY ALL',
    plain,
  ],
  'a list of other persons': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, list(__pix) AS l, any_value(__pix) AS __pix FROM care.stays GROUP BY ward) GROUP BY ALL',
    plain,
  ],
  'a DISTINCT ON the ward': [
    'SELECT ward, __pix, count(*) FROM (SELECT DISTINCT ON (ward) ward, __pix FROM care.stays ORDER BY ward, day) GROUP BY ALL',
    plain,
  ],
  'an EXCEPT of public rows': [
    'SELECT w, __pix, count(*) FROM (SELECT label AS w, NULL::UINTEGER AS __pix FROM care.regions EXCEPT SELECT ward, __pix FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'a limit': [
    'SELECT ward, __pix, count(*) FROM (SELECT * FROM care.stays ORDER BY day LIMIT 20) GROUP BY ALL',
    plain,
  ],
  'a limit above': ['SELECT ward, __pix, count(*) FROM care.stays GROUP BY ALL LIMIT 20', plain],
  'a sample': [
    'SELECT ward, __pix, count(*) FROM (SELECT * FROM care.stays TABLESAMPLE 10%) GROUP BY ALL',
    plain,
  ],
  'a recursion': [
    'WITH RECURSIVE t AS (SELECT ward, __pix FROM care.stays UNION SELECT ward, __pix FROM t) SELECT ward, __pix, count(*) FROM t GROUP BY ALL',
    plain,
  ],
  // Level 1 is not what the kernel takes it for.
  'a group without the person': [
    'SELECT ward, any_value(__pix), count(*) FROM care.stays GROUP BY ward',
    plain,
  ],
  'rows instead of persons': ['SELECT ward, __pix, 1::BIGINT FROM care.stays', unique],
  'rows instead of persons, through a join': [
    'SELECT p.sex, p.__pix, 1::BIGINT FROM care.persons p JOIN care.stays s ON p.__pix = s.__pix',
    unique,
  ],
  'a finer group than its labels': [
    'SELECT ward, __pix, count(*) FROM care.stays GROUP BY ward, __pix, sid',
    plain,
  ],
  'several grouping sets': [
    'SELECT ward, __pix, count(*) FROM care.stays GROUP BY ROLLUP (ward), __pix',
    plain,
  ],
  'a grouping set that depends on the person': [
    'SELECT sex, CASE WHEN born > 1950 THEN 0 ELSE 1 END, __pix, count(*) FROM care.persons GROUP BY ALL',
    inSets,
  ],
  'a value of somebody else beside the rows': [
    'SELECT ward, t.__pix, count(*), count(v.n) FROM care.stays t LEFT JOIN (SELECT event, __pix, count(*) AS n FROM care.events GROUP BY event, __pix) v ON t.ward = v.event GROUP BY ALL',
    counted,
  ],
  'an EXCEPT across persons': [
    'SELECT w, p, count(*) FROM (SELECT a.w, s.__pix AS p FROM (SELECT ward AS w FROM care.stays EXCEPT SELECT event FROM care.events) a JOIN care.stays s ON s.ward = a.w) GROUP BY ALL',
    plain,
  ],
  'a person unnested': [
    'SELECT sex, __pix, 1::BIGINT FROM (SELECT sex, __pix, unnest([1, 2]) FROM care.persons)',
    unique,
  ],
  'a constant for the rows': ['SELECT ward, __pix, 100::BIGINT FROM care.stays GROUP BY ALL', plain],
  'a filtered count for the rows': [
    'SELECT ward, __pix, count(*) FILTER (WHERE cost > 3) FROM care.stays GROUP BY ALL',
    plain,
  ],
  'a constant for a count': ['SELECT ward, __pix, count(*), 1::BIGINT FROM care.stays GROUP BY ALL', counted],
  'a maximum for a count': ['SELECT ward, __pix, count(*), max(cost) FROM care.stays GROUP BY ALL', counted],
  'a maximum for a sum': [
    'SELECT ward, __pix, count(*), count(cost), max(cost) FROM care.stays GROUP BY ALL',
    summed,
  ],
  'a sum of something else': [
    'SELECT sex, __pix, count(*), count(sex), sum(born) FROM care.persons GROUP BY ALL',
    summed,
  ],
  'a sum under another filter': [
    "SELECT sex, __pix, count(*), count(born), sum(born) FILTER (WHERE region = 'a') FROM care.persons GROUP BY ALL",
    summed,
  ],
  'a sum of distinct values': [
    'SELECT sex, __pix, count(*), count(born), sum(DISTINCT born) FROM care.persons GROUP BY ALL',
    summed,
  ],
  'a measure too many': [
    'SELECT ward, __pix, count(*), count(*), min(cost) FROM care.stays GROUP BY ALL',
    counted,
  ],
  'a measure too few': ['SELECT ward, __pix, count(*) FROM care.stays GROUP BY ALL', counted],
  'a key too many': ['SELECT ward, __pix, count(*) FROM care.stays GROUP BY ALL', leafOf(2, '')],
  'public rows only': ['SELECT label, NULL::UINTEGER, count(*) FROM care.regions GROUP BY ALL', plain],
  'a frame of labels of persons': [
    'SELECT p.region, p.__pix, count(*), count(p.pid) FROM care.regions r LEFT JOIN care.persons p ON p.region = r.region GROUP BY ALL',
    frame,
  ],
  'a frame cut by a filter on persons': [
    "SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.regions r LEFT JOIN care.persons p ON p.region = r.region WHERE p.sex IS NULL OR p.sex = 'F' GROUP BY ALL",
    frame,
  ],
  'a frame that is an inner join': [
    'SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.regions r JOIN care.persons p ON p.region = r.region GROUP BY ALL',
    frame,
  ],
  'a frame chosen by persons': [
    'SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.regions r LEFT JOIN care.persons p ON p.region = r.region WHERE r.region IN (SELECT region FROM care.persons) GROUP BY ALL',
    frame,
  ],
  'a frame joined to labels by persons': [
    'SELECT q.label, p.__pix, count(*), count(p.pid) FROM care.regions r LEFT JOIN care.persons p ON p.region = r.region LEFT JOIN care.regions q ON q.region = p.region GROUP BY ALL',
    frame,
  ],
  // What is read, and with what.
  'a table that is not granted': ['SELECT note, __pix, count(*) FROM care.secrets GROUP BY ALL', plain],
  'a column that is not granted': ['SELECT name, __pix, count(*) FROM care.persons GROUP BY ALL', plain],
  'a column that is not granted, in a filter': [
    "SELECT sex, __pix, count(*) FROM care.persons WHERE name = 'x' GROUP BY ALL",
    plain,
  ],
  'a table that the leaf does not name': [
    'SELECT ward, __pix, count(*) FROM care.stays GROUP BY ALL',
    leafOf(1, '', { reads: [{ dataset: 'care', table: 'persons', columns: [] }] }),
  ],
  'the catalogue': ['SELECT table_name, 1::UINTEGER, count(*) FROM duckdb_tables() GROUP BY ALL', plain],
  'statistics of a column': ['SELECT stats(ward), __pix, count(*) FROM care.stays GROUP BY ALL', plain],
  'a forbidden aggregate of the elements of a list': [
    "SELECT list_aggregate([born], 'approx_count_distinct')::VARCHAR, __pix, count(*) FROM care.persons GROUP BY ALL",
    plain,
  ],
  'the text of the query': ['SELECT current_query(), __pix, count(*) FROM care.stays GROUP BY ALL', plain],
  'an error that says a value': ['SELECT error(ward), __pix, count(*) FROM care.stays GROUP BY ALL', plain],
  'a hash that picks persons': [
    'SELECT ward, __pix, count(*) FROM care.stays WHERE hash(pid) % 2 = 0 GROUP BY ALL',
    plain,
  ],
  'a forbidden function in a lambda': [
    'SELECT list_transform([ward], x -> stats(x))[1], __pix, count(*) FROM care.stays GROUP BY ALL',
    plain,
  ],
  'a forbidden function in an aggregate': [
    'SELECT ward, __pix, count(*), count(stats(cost)) FROM care.stays GROUP BY ALL',
    counted,
  ],
  'a forbidden function in a condition': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s JOIN care.persons p ON p.__pix = s.__pix AND random() < 0.5 GROUP BY ALL',
    plain,
  ],
  'a forbidden function in a window': [
    'SELECT w, __pix, count(*) FROM (SELECT sum(random()) OVER (PARTITION BY __pix) AS w, __pix FROM care.stays) GROUP BY ALL',
    plain,
  ],

  // What was released and stands beside rows.
  'a released table that the leaf does not name': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s JOIN input_0 i ON i.c0 = s.ward GROUP BY ALL',
    plain,
  ],
  'a column of a released table that was not released': [
    'SELECT i.kept, s.__pix, count(*) FROM care.stays s JOIN input_0 i ON i.c0 = s.ward GROUP BY ALL',
    later,
  ],
  'two persons of one released label': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s JOIN input_0 i ON i.c0 = s.ward JOIN care.events e ON e.event = i.c0 GROUP BY ALL',
    later,
  ],
  'a row of nobody because of somebody': [
    'SELECT i.c0, NULL::UINTEGER, count(*) FROM input_0 i WHERE EXISTS (SELECT 1 FROM care.stays s WHERE s.ward = i.c0) GROUP BY ALL',
    later,
  ],
  'released labels that somebody keeps': [
    'SELECT i.c0, s.__pix, count(*), count(s.sid) FROM input_0 i JOIN care.stays s ON s.ward = i.c0 GROUP BY ALL',
    laterFrame,
  ],
  'an aggregate across persons in the place of a released one': [
    'SELECT ward, __pix, count(*) FROM care.stays, (SELECT avg(cost) AS v FROM care.stays) i WHERE cost > i.v GROUP BY ALL',
    later,
  ],
  // Places among all rows.
  'a rank among all': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix, rank() OVER (ORDER BY cost) AS r FROM care.stays) WHERE r < 3 GROUP BY ALL',
    plain,
  ],
  'too many tiles': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix, ntile(21) OVER (ORDER BY cost) AS r FROM care.stays) WHERE r < 3 GROUP BY ALL',
    plain,
  ],
  'tiles as many as a row says': [
    'SELECT sex, __pix, count(*) FROM (SELECT sex, __pix, ntile(born) OVER (ORDER BY born) AS r FROM care.persons) WHERE r < 3 GROUP BY ALL',
    plain,
  ],
  'tiles of the person key computed': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix, ntile(4) OVER (ORDER BY __pix % 7) AS r FROM care.stays) WHERE r < 3 GROUP BY ALL',
    plain,
  ],
  'a rank by the person key': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix, row_number() OVER (PARTITION BY ward ORDER BY __pix) AS r FROM care.stays) WHERE r < 3 GROUP BY ALL',
    plain,
  ],
  // Lateral queries, recursion and choices of one row.
  'a lateral query of other persons': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p JOIN (SELECT s.cost, s.__pix FROM care.stays s WHERE s.ward = p.sex) x ON x.__pix = p.__pix GROUP BY ALL',
    plain,
  ],
  'a lateral value of all persons': [
    'SELECT p.sex, p.__pix, count(*) FROM care.persons p, (SELECT max(cost) AS m FROM care.stays s WHERE s.cost < p.born) x GROUP BY ALL',
    plain,
  ],
  'a lateral person key computed': [
    'SELECT x.y::VARCHAR, p.__pix, count(*) FROM care.persons p, (SELECT p.__pix + 1 AS y) x GROUP BY ALL',
    plain,
  ],
  'lateral values with the person key as data': [
    'SELECT p.sex, p.__pix, count(*), count(x.y) FROM care.persons p, (VALUES (p.__pix), (p.born::UINTEGER)) x(y) GROUP BY ALL',
    counted,
  ],
  'the number of a row over all persons': [
    'SELECT (n % 2)::VARCHAR, __pix, count(*) FROM (SELECT __pix, row_number() OVER () AS n FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'the number of a row as a label': [
    'SELECT n, __pix, count(*) FROM (SELECT __pix, row_number() OVER () AS n FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'rows chosen by their number': [
    'SELECT ward, __pix, count(*) FROM (SELECT ward, __pix, row_number() OVER () AS n FROM care.stays) WHERE n < 5 GROUP BY ALL',
    plain,
  ],
  'the nearest row among all persons': [
    'SELECT r.label, e.__pix, count(*) FROM care.regions r ASOF JOIN care.events e ON r.size >= e.day GROUP BY ALL',
    plain,
  ],
  'a recursion from person to person': [
    'WITH RECURSIVE t(w, x) AS (SELECT ward, __pix FROM care.stays UNION ALL SELECT s.ward, t.x FROM t JOIN care.stays s ON s.ward > t.w) SELECT w, x, count(*) FROM t GROUP BY ALL',
    plain,
  ],
  'a recursion that meets persons in its step': [
    'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t JOIN care.persons p ON p.born > t.i WHERE i < 3) SELECT t.i::VARCHAR, s.__pix, count(*) FROM care.stays s JOIN t ON true GROUP BY ALL',
    plain,
  ],
}
