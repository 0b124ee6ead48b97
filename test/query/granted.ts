/** A small catalogue and leaves over it, for the tests of the verifier. */
import type { Bulle, BulleTable } from '../../services/dataset/bulle.ts'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf, Measure } from '../../services/query/plan.ts'

const table = (name: string, columns: string, about: Partial<BulleTable> = {}): BulleTable => ({
  dataset: 'care',
  name,
  class: 'personal',
  columns: columns.split(', ').map((column) => {
    const [title = '', type = 'VARCHAR'] = column.split(' ')
    return { name: title, type }
  }),
  unique: false,
  mount: { schema: 'care', name, file: '' },
  magnitude: 3,
  ...about,
})

export const bulle: Bulle = {
  id: 'b',
  project: 'p',
  k: 11,
  datasets: [{ name: 'care', version: 1, holder: 'h', k: 11 }],
  tables: [
    table('persons', 'pid, sex, region, born INTEGER', { unique: true }),
    table('stays', 'sid, pid, ward, cost DOUBLE, day DATE'),
    table('events', 'pid, event, day INTEGER, code UINTEGER'),
    table('regions', 'region, label, size INTEGER', { class: 'public' }),
  ],
}

const shapes = (text: string): Measure[] =>
  text === ''
    ? []
    : text
        .split(' ')
        .map((shape, i) => ({ name: `m${i + 1}`, shape: shape as Measure['shape'], type: '', label: '' }))

export const leafOf = (keys: number, measures: string, about: Partial<Leaf> = {}): Leaf => ({
  name: 'leaf_0',
  level1: template(''),
  values: [],
  keys: Array.from({ length: keys }, (_, i) => ({ name: `g${i}`, type: 'VARCHAR' })),
  measures: shapes(measures),
  plan: 'X',
  framed: false,
  total: keys === 0,
  reads: ['persons', 'stays', 'events'].map((name) => ({ dataset: 'care', table: name, columns: [] })),
  ...about,
})

export type Case = readonly [sql: string, leaf: Leaf]
export const plain = leafOf(1, '')
export const counted = leafOf(1, 'presence')
export const summed = leafOf(1, 'sum')
export const frame = leafOf(1, 'filtered', { framed: true })
export const unique = leafOf(1, '', { plan: 'U' })
export const inSets = leafOf(2, '', { sets: [[0], []] })
export const total = leafOf(0, 'presence')
/** Reads what was released before. */
const input = {
  name: 'input_0',
  statement: template(''),
  columns: [
    { name: 'c0', type: 'VARCHAR' },
    { name: 'c1', type: 'DOUBLE' },
  ],
  leaves: ['leaf_0'],
}
export const later = leafOf(1, '', { inputs: [input] })
export const laterFrame = leafOf(1, 'filtered', { framed: true, inputs: [input] })
