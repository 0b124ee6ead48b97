/** The tables of docs/conformity: every requirement there, and nothing held that no test holds. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  conformityPage,
  conformityTables,
  type Line,
  measuresTable,
  parseTable,
  tableFile,
  tableNames,
} from '../infra/conformity.ts'
import { citationFault } from './titles.ts'

const tables = conformityTables()
const numbered = (count: number, id: (n: number) => string) =>
  Array.from({ length: count }, (_, i) => id(i + 1))
const families = (counts: Readonly<Record<string, number>>, id: (family: string, n: number) => string) =>
  Object.entries(counts).flatMap(([family, count]) => numbered(count, (n) => id(family, n)))

/** The statements of SATRE 2.0.1 by capability, and the requirements of TEHDAS2 M7.4 by family: how many there are of each. */
const satre = {
  ...{ 1.1: 3, 1.2: 12, 1.3: 5, 1.4: 7, 1.5: 6, 1.6: 9, 1.7: 4 },
  ...{ 2.1: 18, 2.2: 15, 2.3: 4, 2.4: 5, 2.5: 3, 2.6: 5, 2.7: 6, 2.8: 5, 2.9: 1 },
  ...{ 3.1: 20, 3.2: 6, 3.3: 9, 3.4: 4 },
  ...{ 4.1: 2, 4.2: 2, 4.3: 3, 4.4: 4, 4.5: 1, 4.6: 1, 4.7: 1, 4.8: 3 },
  ...{ 5.1: 10, 5.2: 1, 5.3: 2, 5.4: 4, 5.5: 1, 5.6: 2, 5.7: 1 },
}
const spe = { SDR: 4, SPER: 9, EHDSR: 18, OPR: 33, FSPER: 10, FCR: 9, TIR: 36 }

/** What a line claims too much, or does not say. */
function faultsOf({ id, control, state, file, test: title, note }: Line): string[] {
  const cited = file !== '' || title !== ''
  const fault = cited ? citationFault(`${file} › ${title}`) : undefined
  return [
    ...(control === '' ? [`${id} says nothing`] : []),
    ...(fault === undefined ? [] : [`${id} ${file} › ${title}: ${fault}`]),
    ...(state === 'held' && !cited ? [`${id} is held by nothing`] : []),
    ...(state === 'not yet' && cited ? [`${id} is not yet, and names a test`] : []),
    ...(state !== 'held' && note === '' ? [`${id} does not say why`] : []),
  ]
}

describe('the tables of conformity', () => {
  test.each(tableNames)('%s names tests that are there, and says why where it is not held', (name) => {
    expect(tables[name].flatMap(faultsOf)).toEqual([])
  })

  test('have every statement of SATRE and every requirement of TEHDAS2, once, in their order', () => {
    expect(tables.satre.map(({ id }) => id)).toEqual(
      families(satre, (capability, n) => `${capability}.${`${n}`.padStart(2, '0')}`),
    )
    expect(tables['tehdas2-spe'].map(({ id }) => id)).toEqual(families(spe, (family, n) => `${family}-${n}`))
    expect([tables.satre.length, tables['tehdas2-spe'].length]).toEqual([185, 119])
  })

  test('name lines of the ASVS as it numbers them, once, in their order', () => {
    const ids = tables.asvs.map(({ id }) => id)
    expect(ids.filter((id) => !/^V([1-9]|1[0-7])\.[1-8]\.([1-9]|1[0-6])$/.test(id))).toEqual([])
    const rank = (id: string) =>
      id
        .slice(1)
        .split('.')
        .reduce((sum, part) => sum * 100 + Number(part), 0)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => rank(a) - rank(b)))
  })

  test('and their pages are what npm run generate would write now', () => {
    const read = (url: URL) => readFileSync(url, 'utf8')
    expect(read(tableFile('mr-007'))).toBe(measuresTable())
    expect(read(new URL('../docs/conformity.md', import.meta.url))).toBe(conformityPage('en'))
    expect(read(new URL('../docs/conformity.fr.md', import.meta.url))).toBe(conformityPage('fr'))
  })
})

describe('a line is reported', () => {
  const held = { file: 'test/authorisation/matrix.test.ts', test: '%s is 401', note: '' }
  const none = { file: '', test: '', note: '' }
  test.each([
    ['that is held by nothing', { ...none, state: 'held' }, 'V8.2.1 is held by nothing'],
    ['whose test is gone', { ...held, state: 'held', test: '%s is 402' }, 'the file has no such test'],
    ['whose file is gone', { ...held, state: 'partly', file: 'test/a.test.ts', note: 'a' }, 'not there'],
    ['that is partly held, without saying why', { ...held, state: 'partly' }, 'V8.2.1 does not say why'],
    ['that is left to others in silence', { ...none, state: 'organisational' }, 'V8.2.1 does not say why'],
    ['that waits and is held at once', { ...held, state: 'not yet', note: 'a' }, 'and names a test'],
  ] as const)('%s', (_, change, fault) => {
    const line = { id: 'V8.2.1', control: 'Calls are for those who may', ...change }
    expect(faultsOf(line)).toEqual([expect.stringContaining(fault)])
  })

  test.each(['id,control,state,file,test\n', 'id,control,state,file,test,note\nV8.2.1,a,done,,,\n'])(
    'with its whole table: %j',
    (text) => {
      expect(() => parseTable(text)).toThrow()
    },
  )
})
