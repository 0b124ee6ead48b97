/**
 * The nodes of the engine's serialised tree, with their fields, as a corpus of statements brings them out (disclosure.md 18). The
 * text of services/engine/tree-shapes.json: an upgrade that adds a node or a field is read as a diff.
 */
import { DuckDBInstance } from 'duckdb'
import { parseJson } from '../services/engine/json.ts'

/** Every construct that the serialiser of the pinned engine takes, whether we read it or not. */
const corpus = [
  'SELECT 1, 2.5, 1e3, true, NULL, ?',
  'SELECT $a',
  "SELECT 'x', DATE '2020-01-01', TIMESTAMP '2020-01-01', INTERVAL 3 DAY, 170141183460469231731687303715884105727",
  'SELECT a, t.a, *, t.*, * EXCLUDE (a), * REPLACE (1 AS a), * RENAME (a AS b), COLUMNS(*) FROM t',
  'SELECT #1, a AS b FROM t AS u(c, d)',
  'SELECT f(a), g(DISTINCT a ORDER BY b DESC NULLS FIRST) FILTER (WHERE c), count(*), s.f(a) FROM t',
  'SELECT a + 1, -a, a || b, a = 1, a <> 1, a < 1, a > 1, a <= 1, a >= 1, a IS DISTINCT FROM 1, a IS NOT DISTINCT FROM 1 FROM t',
  'SELECT a AND b, a OR b, NOT a, a IS NULL, a IS NOT NULL, a IN (1, 2), a NOT IN (1), a BETWEEN 1 AND 2, coalesce(a, 1), TRY(a) FROM t',
  "SELECT CAST(a AS INTEGER), TRY_CAST(a AS DECIMAL(5, 2)), a::INTEGER[], a::INTEGER[3], a::MAP(VARCHAR, INTEGER), a::STRUCT(b INTEGER), a::UNION(b INTEGER), a::x, a::ENUM('u') FROM t",
  'SELECT CASE WHEN a THEN b ELSE c END, CASE a WHEN 1 THEN 2 END FROM t',
  "SELECT l[1], l[1:2], l[1:4:2], [1, 2], {'a': 1}, s.a.b, MAP {'a': 1}, [x + 1 FOR x IN l IF x > 1], list_transform(l, x -> x), list_transform(l, lambda x, i: x) FROM t",
  "SELECT a LIKE 'x', a ILIKE 'x' ESCAPE '!', a SIMILAR TO 'x', a GLOB 'x', a ~ 'x', extract(year FROM d), d AT TIME ZONE 'UTC', a COLLATE NOCASE FROM t",
  'SELECT (SELECT 1), EXISTS (SELECT 1), a IN (SELECT 1), a = ANY (SELECT 1), a > ALL (SELECT 1), ARRAY(SELECT 1) FROM t',
  'SELECT row_number() OVER (PARTITION BY a ORDER BY b), rank() OVER w, dense_rank() OVER w, percent_rank() OVER w, cume_dist() OVER w, ntile(3) OVER w, lag(a, 1, 0 IGNORE NULLS) OVER w, lead(a) OVER w, first_value(a) OVER w, last_value(a) OVER w, nth_value(a, 2) OVER w, fill(a) OVER w, sum(DISTINCT a) FILTER (WHERE b) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES), sum(a) OVER (ORDER BY b RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING), sum(a) OVER (ORDER BY b GROUPS 1 PRECEDING) FROM t WINDOW w AS (ORDER BY a)',
  'SELECT a, grouping(a) FROM t WHERE b GROUP BY GROUPING SETS ((a), ()) HAVING c QUALIFY d ORDER BY 1 LIMIT 3 OFFSET 1',
  'SELECT DISTINCT ON (a) a FROM t GROUP BY ALL ORDER BY ALL LIMIT 10%',
  'SELECT 1 FROM t TABLESAMPLE 10% (system, 3)',
  'SELECT 1 FROM t USING SAMPLE 5 ROWS',
  'SELECT 1 FROM t JOIN u USING (a) LEFT JOIN v ON t.a = v.a NATURAL JOIN w CROSS JOIN x',
  'SELECT 1 FROM t RIGHT JOIN u ON true FULL JOIN v ON true SEMI JOIN w ON true ANTI JOIN x ON true POSITIONAL JOIN y',
  'SELECT 1 FROM t ASOF JOIN u ON t.a >= u.a, LATERAL (SELECT 1) v',
  'SELECT 1 FROM (SELECT 1) s(a), (VALUES (1), (2)) v(b), range(3) r(c), unnest([1]) WITH ORDINALITY',
  "SELECT 1 FROM c.s.t AT (VERSION => 1), 'x.csv'",
  'SELECT 1 UNION SELECT 2',
  'SELECT 1 UNION ALL BY NAME SELECT 2 ORDER BY 1',
  'SELECT 1 INTERSECT SELECT 2 EXCEPT ALL SELECT 3',
  'WITH a(x) AS MATERIALIZED (SELECT 1), b AS NOT MATERIALIZED (SELECT 2) SELECT * FROM a, b',
  'WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT * FROM r',
  'WITH RECURSIVE r(x, y) USING KEY (x) AS (SELECT 1, 2 UNION SELECT x, y FROM r) SELECT * FROM r',
  'SHOW TABLES',
  'DESCRIBE SELECT 1',
  'SUMMARIZE t',
  "FROM t PIVOT (sum(a) FOR b IN ('x') GROUP BY c)",
  'FROM t UNPIVOT (a FOR b IN (c, d))',
]

export type TreeShapes = Readonly<Record<string, readonly string[]>>

/** Kind of node, such as `SELECT_NODE` or `expression CASE CASE_EXPR`, and the fields that it has somewhere in the corpus. */
export async function treeShapes(): Promise<TreeShapes> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const found = new Map<string, Set<string>>()
  for (const statement of corpus) {
    const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [statement])
    const tree = parseJson(String(reader.getRowsJson()[0]?.[0]))
    if (isNode(tree) && tree.error !== false) throw new Error(`not serialised: ${statement}`)
    collect(tree, found)
  }
  const kinds = [...found].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(kinds.map(([kind, fields]) => [kind, [...fields].toSorted()]))
}

function collect(part: unknown, found: Map<string, Set<string>>): void {
  if (Array.isArray(part)) {
    for (const one of part) collect(one, found)
    return
  }
  if (!isNode(part)) return
  const kind = kindOf(part)
  if (kind !== undefined) found.set(kind, new Set([...(found.get(kind) ?? []), ...Object.keys(part)]))
  for (const one of Object.values(part)) collect(one, found)
}

/** Expressions have a class and a type within it; queries, tables, modifiers and types have a type. */
function kindOf(node: Record<string, unknown>): string | undefined {
  const { class: family, type } = node
  if (typeof type !== 'string') return undefined
  return typeof family === 'string' ? `expression ${family} ${type}` : type
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One kind per line. */
export function shapesText(shapes: TreeShapes): string {
  const lines = Object.entries(shapes).map(([kind, fields]) => `  "${kind}": ${JSON.stringify(fields)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}
