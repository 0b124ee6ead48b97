/** A project useful to the sector: beds of establishments, which are its units (governance.md 3). */
import { expect } from '@jest/globals'
import { draft, path, settled } from './study.ts'
import { type System, until } from './system.ts'

const descriptor = {
  name: 'beds-demo',
  kind: 'non-personal',
  entity: 'establishment',
  holder: 'chu-rouen',
  threshold: 3,
  resources: [
    {
      name: 'beds',
      schema: {
        primaryKey: ['finess'],
        fields: [
          { name: 'finess', type: 'string', role: 'unit' },
          { name: 'label', type: 'string' },
          { name: 'zone', type: 'string' },
          { name: 'beds', type: 'integer' },
        ],
      },
    },
  ],
}

/** Four equal ones, three of which one has nine beds in ten, two alone, three that differ. */
const zones = [
  ['even', 10],
  ['even', 11],
  ['even', 12],
  ['even', 13],
  ['large', 900],
  ['large', 40],
  ['large', 60],
  ['two', 30],
  ['two', 31],
  ['three', 20],
  ['three', 30],
  ['three', 25],
] as const
const csv = [
  'finess;label;zone;beds',
  ...zones.map(([zone, beds], i) => `99${String(i).padStart(7, '0')};Site ${i};${zone};${beds}`),
].join('\n')

async function deposit(system: System): Promise<void> {
  expect(
    await system.call('POST', '/api/v1/datasets', {
      as: 'rouen',
      body: { ...descriptor, name: 'staff-demo', kind: 'personal', entity: 'person' },
    }),
  ).toMatchObject({ status: 422, json: { missing: [{ path: 'threshold' }] } })
  const declared = await system.call('POST', '/api/v1/datasets', { as: 'rouen', body: descriptor })
  expect(declared).toMatchObject({ status: 201, json: { entity: 'establishment', threshold: 3 } })
  const opened = await system.call('POST', '/api/v1/datasets/beds-demo/deposits', { as: 'rouen' })
  const at = `/api/v1/deposits/${opened.json.id}`
  const headers = { 'content-type': 'text/csv; charset=utf-8' }
  await system.call('PUT', `${at}/tables/beds`, { as: 'rouen', raw: csv, headers })
  await system.call('POST', `${at}/submit`, { as: 'rouen' })
  expect((await settled(system, opened.json.id)).json.status).toBe('accepted')
}

async function grant(system: System, level: object): Promise<string> {
  const line = {
    dataset: 'beds-demo',
    justification: 'Les lits.',
    tables: { beds: { columns: '*' } },
    ...level,
  }
  const body = { ...draft, kind: 'SECTOR_USEFUL', route: 'NON_PERSONNELLE', lines: [line] }
  const opened = await system.call('POST', '/api/v1/habilitations', { as: 'paul', body })
  let last = opened
  for (const [as, call, given] of path) {
    const about = call === 'countersignatures' ? { ...given, dataset: 'beds-demo' } : (given ?? {})
    last = await system.call('POST', `/api/v1/habilitations/${opened.json.id}/${call}`, { as, body: about })
  }
  const project = String(last.json.projectId)
  await until(
    () => system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' }),
    ({ json }) => json?.bulle?.status === 'ready',
  )
  return project
}

/** Expects three establishments per cell and none above 85 %, then single ones where the holder signed for them. */
export async function askEstablishments(system: System): Promise<void> {
  await deposit(system)
  const ask = async (project: string, sql: string) =>
    (await system.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } })).json
  const guarded = await grant(system, {})
  const sums = 'SELECT zone, sum(beds) AS n FROM beds GROUP BY zone ORDER BY zone'
  expect(await ask(guarded, sums)).toMatchObject({
    // Two are too few to be seen, and the first three of the others go with them.
    rows: [
      ['even', 46],
      ['three', 75],
    ],
    suppressed: [],
    disclosure: { unit: 'establishment', k: 3, guarantee: expect.stringContaining('85 %') },
  })
  expect(await ask(guarded, "SELECT sum(beds) AS n FROM beds WHERE zone = 'three'")).toMatchObject({
    rows: [[75]],
  })
  for (const [zone, what] of [
    ['two', 'sum(beds)'],
    ['large', 'sum(beds)'],
    ['two', 'count(*)'],
  ])
    expect(await ask(guarded, `SELECT ${what} AS n FROM beds WHERE zone = '${zone}'`)).toMatchObject({
      rows: [[null]],
      suppressed: [[0, 0]],
    })
  expect((await ask(guarded, "SELECT count(*) AS n FROM beds WHERE zone = 'large'")).rows).toEqual([[3]])
  expect(await ask(guarded, 'SELECT finess FROM beds')).toMatchObject({ status: 403 })
  const consented = await grant(system, { establishmentLevel: 'consented' })
  const single = 'SELECT label, sum(beds) AS n FROM beds GROUP BY label ORDER BY n DESC LIMIT 2'
  expect(await ask(consented, single)).toMatchObject({
    rows: [
      ['Site 4', 900],
      ['Site 6', 60],
    ],
    suppressed: [],
    disclosure: { unit: 'establishment', k: 1, cellsWithheld: 0 },
  })
  expect((await ask(guarded, single)).rows).toEqual([])
}
