/** The tree of the pinned engine: its nodes and fields are those of the golden file, and the grammar knows all of those it reads. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { shapesText, type TreeShapes, treeShapes } from '../../infra/tree-shapes.ts'
import { expressions, queries, tables } from '../../services/query/statement/grammar.ts'

const written = readFileSync(new URL('../../services/engine/tree-shapes.json', import.meta.url), 'utf8')
const golden = JSON.parse(written) as TreeShapes

/** Fields of every node have: those that the walk checks for all. */
const common = ['alias', 'class', 'query_location', 'sample', 'type']

const read = [
  ...Object.entries(expressions).map(([name, shape]) => ({ prefix: `expression ${name} `, shape })),
  ...[...Object.entries(queries), ...Object.entries(tables)].map(([name, shape]) => ({
    prefix: name,
    shape,
  })),
].map(({ prefix, shape }) => ({
  prefix,
  known: [...Object.keys(shape), ...common],
  fields: new Set(
    Object.entries(golden).flatMap(([kind, fields]) =>
      kind === prefix || (prefix.endsWith(' ') && kind.startsWith(prefix)) ? fields : [],
    ),
  ),
  required: Object.keys(shape),
}))

test('the nodes and fields of the engine are those of the file, which npm run generate writes', async () => {
  expect(shapesText(await treeShapes())).toBe(written)
})

test.each(read)(
  'what is read has no field that the engine does not give, and the engine none that is not read: $prefix',
  ({ fields, known, required }) => {
    expect(fields.size).toBeGreaterThan(0)
    expect([...fields].filter((field) => !known.includes(field))).toEqual([])
    expect(required.filter((field) => !fields.has(field))).toEqual([])
  },
)

test('some nodes of the engine are not read at all', () => {
  const isRead = (kind: string) =>
    read.some(({ prefix }) => kind === prefix || (prefix.endsWith(' ') && kind.startsWith(prefix)))
  const refused = Object.keys(golden).filter((kind) => !isRead(kind))
  expect(refused).toEqual(expect.arrayContaining(['SHOW_REF', 'expression COLLATE COLLATE']))
})
