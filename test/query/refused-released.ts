import type { Code } from '../../services/kernel/refusal.ts'

/** Refused windows across persons and released relations beside patient rows, as in `refused-statements.ts`. */
export const refusedReleased: readonly (readonly [Code, string, string, string?])[] = [
  [
    'CROSS_PATIENT_WINDOW',
    'avg',
    'SELECT count(*) FROM (SELECT cost > avg(cost) OVER (PARTITION BY ward ORDER BY entry_date) AS dear FROM stays) WHERE dear',
    'hint.partition',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'avg',
    'SELECT count(*) FROM (SELECT avg(cost) OVER (PARTITION BY ward ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS m FROM stays) WHERE m > 1',
    'hint.partition',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'max',
    'SELECT count(*) FROM (SELECT cost = max(cost) OVER (PARTITION BY ward) AS top FROM stays) WHERE top',
    'hint.partition',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'ntile',
    'SELECT count(*) FROM (SELECT ntile(21) OVER (ORDER BY cost) AS t FROM stays) WHERE t = 1',
    'hint.partition',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'ntile',
    'SELECT count(*) FROM (SELECT ntile(birth_year) OVER (ORDER BY birth_year) AS t FROM patients) WHERE t = 1',
    'hint.partition',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'rank',
    'SELECT count(*) FROM (SELECT rank() OVER (PARTITION BY sex ORDER BY birth_year) AS r FROM patients) WHERE r = 1',
    'hint.partition',
  ],
  // The exact place of a row among all is compared with what is written, and nothing else.
  [
    'CROSS_PATIENT_WINDOW',
    'r',
    'SELECT count(*) FROM (SELECT percent_rank() OVER (ORDER BY cost) AS r FROM stays) GROUP BY r',
    'hint.share',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'r',
    'SELECT sum(r) FROM (SELECT cume_dist() OVER (ORDER BY cost) AS r FROM stays)',
    'hint.share',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'round',
    'SELECT count(*) FROM (SELECT cume_dist() OVER (ORDER BY cost) AS r FROM stays) GROUP BY round(100 * r)',
    'hint.share',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'm',
    'SELECT m, count(*) FROM (SELECT patient_id, max(r) AS m FROM (SELECT patient_id, cume_dist() OVER (ORDER BY cost) AS r FROM stays) GROUP BY patient_id) GROUP BY m',
    'hint.share',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'v.x',
    'SELECT v.x, count(*) FROM (SELECT cume_dist() OVER (ORDER BY cost) AS r FROM stays) s, LATERAL (VALUES (s.r)) v(x) GROUP BY v.x',
    'hint.share',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    '=',
    'SELECT v.x, count(*) FROM (SELECT cume_dist() OVER (ORDER BY cost) AS r FROM stays) s JOIN range(0, 100) v(x) ON s.r = v.x / 100 GROUP BY v.x',
    'hint.share',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'JOIN',
    'SELECT v.r, count(*) FROM (SELECT cume_dist() OVER (ORDER BY cost) AS r FROM stays) s JOIN (SELECT x / 100 AS r FROM range(0, 100) t(x)) v USING (r) GROUP BY v.r',
    'hint.share',
  ],
  [
    'CROSS_PATIENT_WINDOW',
    'l',
    'SELECT l, count(*) FROM (SELECT patient_id, cost AS l FROM stays UNION ALL SELECT patient_id, percent_rank() OVER (ORDER BY cost) FROM stays) GROUP BY l',
    'hint.share',
  ],
  [
    'IDENTIFIER_COMPUTED',
    'patient_id',
    'SELECT count(*) FROM (SELECT ntile(4) OVER (ORDER BY patient_id) AS t FROM patients) WHERE t = 1',
  ],
  [
    'IDENTIFIER_COMPUTED',
    'case_id',
    'SELECT count(*) FROM (SELECT cume_dist() OVER (PARTITION BY case_id ORDER BY birth_year) AS t FROM patients) WHERE t = 1',
  ],
  [
    'IDENTIFIER_OUTPUT',
    'case_id',
    'SELECT count(*) FROM (SELECT count(*) OVER (PARTITION BY case_id) AS n FROM patients) WHERE n > 1',
  ],
  [
    'COLUMN_RESTRICTED',
    'commune',
    'SELECT count(*) FROM (SELECT count(*) OVER (PARTITION BY commune) AS n FROM patients) WHERE n > 1',
  ],
  [
    'AGG_NOT_ALLOWED',
    'sum',
    'SELECT count(*) FROM (SELECT sum(DISTINCT cost) OVER () AS n FROM stays) WHERE n > 1',
    'hint.groupByValue',
  ],
  [
    'CROSS_PATIENT_SUBQUERY',
    'avg',
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id QUALIFY cost > avg(cost) OVER (PARTITION BY ward))',
    'hint.subqueryInFrom',
  ],
  // released relations beside patient rows
  [
    'CROSS_PATIENT_SUBQUERY',
    'avg',
    'SELECT count(*) FROM stays s WHERE s.cost > (SELECT avg(cost) FROM stays x WHERE x.ward = s.ward)',
    'hint.subqueryInFrom',
  ],
  [
    'CROSS_PATIENT_JOIN',
    'JOIN',
    'WITH w AS (SELECT ward, avg(cost) AS m FROM stays GROUP BY ward) SELECT count(*) FROM stays a JOIN w ON w.ward = a.ward JOIN stays b ON b.ward = w.ward',
    'hint.addEquality',
  ],
  [
    'SET_OPERATION',
    'ward',
    'SELECT count(*) FROM (SELECT ward FROM stays UNION ALL SELECT ward FROM stays GROUP BY ward)',
  ],
  [
    'IDENTIFIER_COMPARED',
    'patient_id',
    'SELECT count(*) FROM stays WHERE patient_id IN (SELECT ward FROM stays GROUP BY ward)',
  ],
  [
    'COST',
    'v',
    'WITH w AS (SELECT ward, count(*) AS n FROM stays GROUP BY ward), v AS (SELECT site, count(*) AS n FROM stays GROUP BY site) SELECT count(*) FROM stays s, w, v WHERE s.cost > w.n + v.n',
  ],
  [
    'COST',
    'ward',
    'SELECT count(*) FROM stays s, (SELECT ward, count(*) AS n FROM stays GROUP BY ward) a, (SELECT ward, count(*) AS n FROM stays GROUP BY ward) b WHERE s.cost > a.n + b.n',
  ],
  // Of which type a released column is in the vault is not known yet.
  [
    'STATEMENT_NOT_ALLOWED',
    'w.n',
    'WITH w AS (SELECT ward, CAST(count(*) AS BIGINT) AS n FROM stays GROUP BY ward) SELECT count(*) FROM (SELECT count(*) OVER (PARTITION BY s.patient_id ORDER BY w.n RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) AS m FROM stays s JOIN w ON w.ward = s.ward) WHERE m > 1',
    'hint.windowRange',
  ],
  [
    'TYPE_ERROR',
    's.cost',
    'SELECT count(*) FROM (SELECT lag(w.n, 1, s.cost) OVER (PARTITION BY s.patient_id ORDER BY s.cost) AS m FROM stays s JOIN (SELECT ward, CAST(count(*) AS INTEGER) AS n FROM stays GROUP BY ward) w ON w.ward = s.ward) WHERE m > 1',
    'hint.windowDefault',
  ],
  [
    'STATEMENT_NOT_ALLOWED',
    'IN',
    'SELECT count(*) FROM stays WHERE ward IN (SELECT count(*) FROM stays GROUP BY site)',
    'hint.subqueryInFrom',
  ],
]
