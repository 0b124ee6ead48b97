/** The twelve health queries, and the persons behind each of their cells. */

export interface HealthQuery {
  readonly name: string
  readonly sql: string
  /** Labels of the query, and its rows of FROM with WHERE: where the persons of its cells are counted. */
  readonly keys: readonly string[]
  readonly from: string
  /** One condition per measure: the rows in its selection. */
  readonly cells: readonly string[]
}

const all = 'true'
const next = `(SELECT chapter, patient_id, exit_date, lead(entry_date) OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) AS next_entry FROM stays)`
const first = `(SELECT patient_id, chapter FROM stays QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY entry_date, stay_id) = 1)`
const heart = `stays WHERE code LIKE 'c1%' AND entry_date BETWEEN DATE '2022-01-01' AND DATE '2022-06-30'`
const diabetes = `patients p WHERE EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id AND s.code = 'c7')`
const quarter = `calendar c JOIN stays s ON c.day BETWEEN s.entry_date AND s.exit_date WHERE s.entry_date BETWEEN DATE '2021-12-01' AND DATE '2022-03-31'`

export const healthQueries: readonly HealthQuery[] = [
  {
    name: 'activity',
    sql: 'SELECT chapter, year(entry_date) AS year, count(*) AS n FROM stays GROUP BY ALL',
    keys: ['chapter', 'year(entry_date)'],
    from: 'stays',
    cells: [all],
  },
  {
    name: 'length',
    sql: 'SELECT ghm, median(days) AS half FROM stays GROUP BY ghm',
    keys: ['ghm'],
    from: 'stays',
    cells: [all],
  },
  {
    name: 'readmission',
    sql: `SELECT chapter, count(*) AS n, count(*) FILTER (WHERE next_entry - exit_date <= 30) AS again FROM ${next} GROUP BY chapter`,
    keys: ['chapter'],
    from: next,
    cells: [all, 'next_entry - exit_date <= 30'],
  },
  {
    name: 'patients',
    sql: 'SELECT code, count(DISTINCT patient_id) AS n FROM stays GROUP BY code',
    keys: ['code'],
    from: 'stays',
    cells: [all],
  },
  {
    name: 'ages',
    sql: 'SELECT (year(s.entry_date) - p.birth_year) // 10 AS band, p.sex, count(*) AS n, avg(s.days) AS days FROM stays s JOIN patients p USING (patient_id) GROUP BY ALL',
    keys: ['(year(s.entry_date) - p.birth_year) // 10', 'p.sex'],
    from: 'stays s JOIN patients p USING (patient_id)',
    cells: [all, all],
  },
  {
    name: 'filter',
    sql: `SELECT count(*) AS n, avg(cost) AS cost FROM ${heart}`,
    keys: [],
    from: heart,
    cells: [all, all],
  },
  {
    name: 'first-stay',
    sql: `SELECT chapter, count(*) AS n FROM ${first} GROUP BY chapter`,
    keys: ['chapter'],
    from: first,
    cells: [all],
  },
  {
    name: 'case-mix',
    sql: 'SELECT site, chapter, count(*) AS n FROM stays GROUP BY ALL',
    keys: ['site', 'chapter'],
    from: 'stays',
    cells: [all],
  },
  {
    name: 'emergencies',
    sql: `SELECT hour, count(*) AS n FROM stays WHERE mode = 'emergency' GROUP BY hour`,
    keys: ['hour'],
    from: `stays WHERE mode = 'emergency'`,
    cells: [all],
  },
  {
    name: 'cost',
    sql: 'SELECT site, avg(cost) AS cost FROM stays GROUP BY site',
    keys: ['site'],
    from: 'stays',
    cells: [all],
  },
  {
    name: 'cohort',
    sql: `SELECT p.sex, p.dep, count(*) AS n FROM ${diabetes} GROUP BY ALL`,
    keys: ['p.sex', 'p.dep'],
    from: diabetes,
    cells: [all],
  },
  {
    name: 'occupancy',
    sql: `SELECT c.day, count(*) AS n FROM ${quarter} GROUP BY c.day`,
    keys: ['c.day'],
    from: quarter,
    cells: [all],
  },
]

/** The labels and, per measure, the distinct persons of each cell: what the engine alone says, without any control. */
export function personsOf({ keys, from, cells }: HealthQuery): string {
  const counts = cells.map((cell) => `count(DISTINCT patient_id) FILTER (WHERE ${cell})`)
  return `SELECT ${[...keys, ...counts].join(', ')} FROM ${from}${keys.length > 0 ? ' GROUP BY ALL' : ''}`
}
