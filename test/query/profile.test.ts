/** The profile of a version: periods and values that a query could have had, in bands, for the page and the API. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { outwards, periodsOf } from '../../services/query/profile/round.ts'
import { named } from '../dataset/objectors.ts'
import { openTestNode, type TestNode } from '../node.ts'

const care = 'DATE_SOINS_EXACTE'
const descriptor = {
  ...{ name: 'strip', kind: 'personal', holder: 'chu-rouen' },
  resources: [
    {
      name: 'stays',
      schema: {
        fields: [
          { name: 'id', role: 'unit' },
          { name: 'entry', type: 'date', quasiIdentifier: care },
          { name: 'ward', constraints: { enum: ['a', 'b', 'c'] } },
          { name: 'days', type: 'integer' },
          { name: 'town', role: 'quasi-identifier', constraints: { enum: ['76000'] } },
          { name: 'status', role: 'sensitive', constraints: { enum: ['x'] } },
          { name: 'kept', restrict: ['output'], constraints: { enum: ['y'] } },
        ],
      },
    },
  ],
}

/** 2019: 120 persons · 2020: nobody · 2021: 10 · 2022: 30 · 2023: 40. Ward c: 5 persons. One stay of 4000 days. */
const years = [
  ...Array(120).fill(2019),
  ...Array(10).fill(2021),
  ...Array(30).fill(2022),
  ...Array(40).fill(2023),
]
const lines = years.map((year, id) =>
  [
    named(id),
    `${year}-03-01`,
    id % 40 === 7 ? 'c' : id < 120 ? 'a' : 'b',
    id === 3 ? 4000 : 2 + 7 * (id % 5),
    '76000',
    'x',
    'y',
  ].join(';'),
)
const stays = `id;entry;ward;days;town;status;kept\n${lines.join('\n')}\n`

let node: TestNode
// biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each assertion looks at one member
let found: any
beforeAll(async () => {
  node = await openTestNode()
  expect((await node.call('POST', '/api/v1/datasets', { as: 'rouen', body: descriptor })).status).toBe(201)
  expect(await profile()).toEqual({ status: 'none' })
  await deposit()
  expect(await profile()).toEqual({ status: 'preparing' })
  found = await ready()
}, 120_000)
afterAll(() => node.close())

const profile = async () => (await node.call('GET', '/api/v1/datasets/strip/profile', { as: 'alice' })).json
const page = async (lang: string) => (await fetch(`${node.url}/catalogue/strip?lang=${lang}`)).text()

async function deposit(): Promise<void> {
  const { json } = await node.call('POST', '/api/v1/datasets/strip/deposits', { as: 'rouen' })
  const at = `/api/v1/deposits/${json.id}`
  const token = await mintDemoToken({ home: node.home, subject: 'rouen', clock: systemClock })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/csv' }
  await fetch(`${node.url}${at}/tables/stays`, { method: 'PUT', headers, body: stays })
  await node.call('POST', `${at}/submit`, { as: 'rouen' })
  const state = async () => (await node.call('GET', at, { as: 'rouen' })).json
  await until(async () => (await state()).status !== 'checking')
  expect(await state()).toMatchObject({ status: 'accepted' })
}

async function ready() {
  let last = await profile()
  await until(async () => {
    last = await profile()
    return last.status !== 'preparing'
  })
  return last
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(50)
}

const columnOf = (name: string) =>
  found.profile.tables[0].columns.find((one: { name: string }) => one.name === name)

describe('the profile of a version', () => {
  test('tells periods in bands, and one of few persons as one of nobody', () => {
    expect(found).toMatchObject({ status: 'ready', profile: { dataset: 'strip', version: 1, k: 11 } })
    expect(found.profile.tables[0].strip).toEqual({
      column: 'entry',
      by: 'year',
      periods: [
        { period: '2019', rows: '100+' },
        { period: '2020', rows: null },
        { period: '2021', rows: null },
        // Of 30 persons, so that 2021 is no difference from the whole.
        { period: '2022', rows: null },
        { period: '2023', rows: '11+' },
      ],
    })
  })

  test('tells the codes of a declared list that enough persons have', () => {
    // Ward b is withheld beside ward c, of 5 persons.
    expect(columnOf('ward')).toEqual({
      name: 'ward',
      distinct: '1-9',
      commonest: [{ value: 'a', rows: '100+' }],
    })
    expect(JSON.stringify(found)).not.toContain('"c"')
  })

  test('tells numbers by rounded bounds that no single person makes', () => {
    expect(columnOf('days')).toEqual({ name: 'days', distinct: '1-9', bounds: [2, 30] })
  })

  test('has no column of identifiers, quasi-identifiers, sensitive or restricted values, and no figure', () => {
    expect(found.profile.tables[0].columns.map(({ name }: { name: string }) => name)).toEqual([
      'ward',
      'days',
    ])
    expect(JSON.stringify(found)).not.toMatch(/\b(120|117|4000|76000)\b/)
  })

  test('is made once, and the log has it', async () => {
    expect(await profile()).toEqual(found)
    const entries = await node.call('GET', '/api/v1/audit/entries?dataset=strip', { as: 'nadia' })
    expect(JSON.stringify(entries.json).match(/dataset\.profiled/g)).toHaveLength(1)
  })

  test('stands on the page of its dataset, with words beside the picture', async () => {
    const text = await page('en')
    expect(text).toContain('<svg role="img" aria-label="Rows by period, by entry"')
    expect(text).toContain('2019 : 100+ · 2020 : not shown · 2021 : not shown')
    expect(text).toContain('<code>a</code> 100+')
    expect(text).toContain('99–100 % filled')
    expect(await page('fr')).toContain('2020 : non montré')
    expect(text).not.toMatch(/<script|style=/)
  })

  test('is made again under other thresholds, without who objects by now, and leaves no extract behind', async () => {
    const pseudonyms = Array.from({ length: 30 }, (_, at) => named(160 + at))
    const objected = { as: 'rouen', body: { pseudonyms } }
    expect((await node.call('POST', '/api/v1/datasets/strip/opt-outs', objected)).status).toBe(201)
    expect(await profile()).toEqual(found)
    const file = join(node.home, 'profiles', 'strip.json')
    const stored = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...stored, profile: { ...stored.profile, k: 10 } }))
    expect(await profile()).toEqual({ status: 'preparing' })
    const { strip } = (await ready()).profile.tables[0]
    expect(strip.periods.at(-1)).toEqual({ period: '2022', rows: '11+' })
    expect(await readdir(join(node.home, 'profiles'))).toEqual(['strip.json'])
  })
})

test('bounds are rounded away from the values, to one digit', () => {
  const cases = [
    [17, 10, 20],
    [512, 500, 600],
    [-17, -20, -10],
    [0.3, 0.3, 0.3],
    [0.034, 0.03, 0.04],
    [0, 0, 0],
  ]
  for (const [value = 0, down, up] of cases)
    expect([outwards(value, 'down'), outwards(value, 'up')]).toEqual([down, up])
})

test('months follow each other over the end of a year, and the last 120 periods are told', () => {
  const months = new Map([
    ['2022-11-01', 20],
    ['2023-02-01', 30],
  ])
  expect(periodsOf('month', months)).toEqual([
    { period: '2022-11', count: 20 },
    { period: '2022-12', count: null },
    { period: '2023-01', count: null },
    { period: '2023-02', count: 30 },
  ])
  const years = periodsOf(
    'year',
    new Map([
      ['1000-01-01', 20],
      ['2023-01-01', 20],
    ]),
  )
  expect([years.length, years.at(-1)?.period]).toEqual([120, '2023'])
  expect(periodsOf('year', new Map())).toEqual([])
})
