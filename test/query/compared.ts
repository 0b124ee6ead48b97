/** Leaves that are compared with each other, over persons who are numbers. */
import type { VaultSession } from '../../services/engine/engine.ts'
import { openRelease } from '../../services/query/disclosure/across.ts'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf, Measure } from '../../services/query/plan.ts'

export const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

export type Shape = Measure['shape']

interface About {
  readonly shape?: Shape
  /** SQL: the group of a person of 0 to 99, NULL for none. */
  readonly group?: string
  /** SQL: who is there. */
  readonly where?: string
  readonly value?: string
  /** The second number of a relation. */
  readonly other?: string
  readonly type?: string
  /** With a row of nobody, as an outer join makes it. */
  readonly nobody?: boolean
  readonly plan?: Leaf['plan']
  /** SQL, or how many each person has. */
  readonly rows?: number | string
  readonly size?: number
}

let made = 0

/** A leaf with one measure over a hundred persons, who have two rows each; a total unless it has groups. */
export function leafOf(about: About = {}): Leaf {
  const {
    shape = 'presence',
    group,
    where = 'true',
    value = 'range + 5',
    other = 'range * 37 % 101',
    type = 'DOUBLE',
    rows = 2,
    size = 100,
    nobody = false,
  } = about
  const key = group === undefined ? '' : `${group}, `
  const x = `CAST(${value} AS ${type})`
  const atLevelOne =
    shape === 'sum' || shape === 'avg'
      ? `, (${rows})::BIGINT, (${rows}) * ${x}`
      : ['presence', 'filtered', 'persons', 'keys'].includes(shape)
        ? `, (${rows})::BIGINT`
        : ''
  const everybody = `SELECT range, range::UINTEGER AS p FROM range(${size}) WHERE (${where})`
  const from = `FROM (${everybody}${nobody ? ' UNION ALL SELECT 3, NULL' : ''})`
  const held = {
    values: x,
    relation: `${x}, (${other})::DOUBLE, (${rows})::BIGINT`,
  }
  const own = shape in held ? held[shape as keyof typeof held] : `${x}, (${rows})::BIGINT`
  const name = `leaf_${made++}`
  const statistic = { spread: 'var_samp', relation: 'covar_samp' } as const
  return {
    name,
    level1: template(`SELECT ${key}p, (${rows})::BIGINT${atLevelOne} ${from}`),
    values:
      atLevelOne === '' ? [{ measure: 'm1', statement: template(`SELECT ${key}p, ${own} ${from}`) }] : [],
    keys: group === undefined ? [] : [{ name: 'g0', type: 'VARCHAR' }],
    measures: [
      {
        name: 'm1',
        shape,
        type,
        label: '',
        ...(shape === 'quantile' ? { q: 0.5 } : {}),
        ...(shape in statistic ? { statistic: statistic[shape as keyof typeof statistic] } : {}),
      },
    ],
    plan: about.plan ?? 'X',
    framed: false,
    total: group === undefined,
    reads: [],
  }
}

/** Per leaf, the labels (or '*') of what is shown. */
export async function shownOf(
  session: VaultSession,
  leaves: readonly Leaf[],
): Promise<readonly (readonly unknown[])[]> {
  const answer = openRelease(session, thresholds, leaves)
  const seen = []
  for (const leaf of leaves) {
    const { table } = await answer.release(leaf)
    const open = table.data.rows.filter((row) => row.at(-1) === false)
    seen.push(open.map((row) => (leaf.total ? '*' : row[0])))
  }
  await answer.close()
  return seen
}

export const halves = `CASE WHEN range < 50 THEN 'low' ELSE 'high' END`
