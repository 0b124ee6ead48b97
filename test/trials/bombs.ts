/**
 * Statements of somebody who wants the machine for himself: those that the guard refuses, and those that it must let pass because an
 * honest statement looks the same. Over the table of test/contract/revocation.ts: sixty persons with a thousand visits each.
 */

const doubled = (levels: number) => {
  const tables = Array.from(
    { length: levels },
    (_, i) => `c${i + 1} AS (SELECT * FROM c${i} UNION ALL SELECT * FROM c${i})`,
  )
  return `WITH c0 AS (SELECT patient_id, day FROM visits), ${tables.join(', ')} SELECT count(*) AS n FROM c${levels}`
}

const nested = (levels: number, expression: (inner: string) => string) =>
  Array.from({ length: levels }).reduce<string>((inner) => expression(inner), 'patient_id')

const same = (left: string, right: string) => `${left}.patient_id = ${right}.patient_id`

export const bombs: Readonly<Record<string, string>> = {
  'a cross join of what was released': `WITH g AS (SELECT day, count(*) AS n FROM visits GROUP BY day) SELECT sum(a.n + e.n) AS m FROM g a, g b, g c, g d, g e`,
  'a join of three': `SELECT count(*) AS n FROM visits a JOIN visits b ON ${same('a', 'b')} JOIN visits c ON ${same('a', 'c')}`,
  'a join of four, with a sum': `SELECT sum(a.day + d.day) AS n FROM visits a JOIN visits b ON ${same('a', 'b')} JOIN visits c ON ${same('a', 'c')} JOIN visits d ON ${same('a', 'd')}`,
  'a join of three in groups': `SELECT a.day, count(*) AS n FROM visits a JOIN visits b ON ${same('a', 'b')} JOIN visits c ON ${same('a', 'c')} GROUP BY a.day`,
  'windows over a join': `SELECT count(*) AS n FROM (SELECT a.patient_id, row_number() OVER (PARTITION BY a.patient_id ORDER BY b.day, c.day) AS r FROM visits a JOIN visits b ON ${same('a', 'b')} JOIN visits c ON ${same('a', 'c')}) w WHERE r > 3`,
  'lists of a join': `SELECT count(*) AS n FROM (SELECT a.patient_id, len(list_sort(list(b.day))) AS l FROM visits a JOIN visits b ON ${same('a', 'b')} JOIN visits c ON ${same('a', 'c')} GROUP BY a.patient_id) w WHERE l > 3`,
  'text of a join': `SELECT count(*) AS n FROM (SELECT a.patient_id, length(string_agg(repeat('x', 1000), ',')) AS l FROM visits a JOIN visits b ON ${same('a', 'b')} GROUP BY a.patient_id) w WHERE l > 3`,
  'series beside each row': 'SELECT count(*) AS n FROM visits, range(1000000) r(i) WHERE i % 7 = day',
  'tables that double eight times': doubled(8),
  'tables that double thirty times': doubled(30),
  'a recursion without end':
    'WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) AS n FROM r',
  'a cross join': 'SELECT count(*) AS n FROM visits a, visits b, visits c',
  'a text of two thousand million letters':
    "SELECT length(repeat('x', 2000000000)) AS n, count(*) FROM visits",
  'a text that doubles': `SELECT count(*) AS n FROM visits WHERE length(${nested(12, (inner) => `(${inner} || ${inner})`)}) > 3`,
  'a list of a thousand million': 'SELECT len(list_sort(range(1000000000))) AS n, count(*) FROM visits',
  'brackets five thousand deep': `SELECT ${'('.repeat(5000)}1${')'.repeat(5000)} AS n, count(*) FROM visits`,
}
