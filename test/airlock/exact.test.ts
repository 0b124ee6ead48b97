/** Withheld cells past two checkers, over HTTP on a real node: who asks is told nothing of them before they have left. */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { submitRelease } from '../../services/airlock/ask.ts'
import { reviewRelease } from '../../services/airlock/review.ts'
import { lineText } from '../../services/habilitation/signature.ts'
import type { Person } from '../../services/identity/person.ts'
import { draft as request } from '../contract/study.ts'
import { type AirlockHouse, bySex, context, openAirlockHouse, vote } from './airlock-house.ts'
import { commandLineOf } from './command-line.ts'
import { unzip } from './unzip.ts'

/** Two women and three men are ninety; of nine women and more than eleven men the men protect the women. */
const cells = `SELECT sex, count(*) AS n, count(*) FILTER (WHERE age = 90) AS old,
  count(*) FILTER (WHERE age IN (40, 41)) AS young, avg(age) FILTER (WHERE age = 90) AS mean
  FROM patients GROUP BY sex ORDER BY sex`
const justification = 'Rare, and the object of the study.'
const withheld = 'sex,n,old,young,mean\r\nF,20,,,\r\nM,40,,,\r\n'

let house: AirlockHouse
let query: string
beforeAll(async () => {
  const [line] = request.lines
  house = await openAirlockHouse({ lines: [{ ...line, exact: 'checked' }] })
  query = await house.asked(cells)
}, 120_000)
afterAll(() => house?.close())

const post = (as: string, path: string, body: object = {}) => house.call('POST', path, { as, body })
const get = (as: string, path: string) => house.call('GET', path, { as })
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const refusedAs = (status: number, code: string, rule: string) => ({ status, json: { code, rule } })

/** An empty draft of somebody; its path. */
async function opened(as = 'alice', project = house.project): Promise<string> {
  const { json } = await post(as, `/api/v1/projects/${project}/releases`, { title: 'Rare' })
  return `/api/v1/releases/${json.id}`
}

const adding = (changes: object = {}) => ({
  ...{ name: 'cells.csv', query, context, exact: { justification } },
  ...changes,
})

async function asked(changes: object = {}): Promise<string> {
  const path = await opened()
  expect((await post('alice', `${path}/files`, adding(changes))).status).toBe(201)
  expect((await post('alice', `${path}/submission`)).status).toBe(200)
  return path
}

const approve = (as: string, path: string) => post(as, `${path}/reviews`, vote())
const entries = async () => (await get('nadia', '/api/v1/audit/entries?limit=200')).json.entries

describe('withheld cells', () => {
  test('are seen by the checkers with the persons behind each and why, and leave by their two votes', async () => {
    const path = await asked()
    const found = (await get('louis', `${path}/files/1/findings`)).json
    const [[, , oldF, youngF, meanF], [, , oldM, youngM, meanM]] = found.rows
    expect([oldF, meanF, oldM, meanM]).toEqual(['2', null, '3', '90'])
    expect(found.withheld).toMatchObject([
      { row: 0, column: 2, persons: 2, rules: ['T1'], isGiven: true },
      { row: 0, column: 3, persons: Number(youngF), rules: ['T1'], isGiven: true },
      { row: 0, column: 4, persons: 2, isGiven: false },
      { row: 1, column: 2, persons: 3, rules: ['T1'], isGiven: true },
      { row: 1, column: 3, persons: Number(youngM), rules: ['secondary'], isGiven: true },
      { row: 1, column: 4, persons: 3, rules: ['T1', 'T2', 'T3'], isGiven: true },
    ])
    expect(Number(youngM)).toBeGreaterThanOrEqual(11)
    const rules = found.findings.slice(0, 6).map(({ rule }: { rule: string }) => rule)
    expect(rules.filter((rule: string) => /^exact/.test(rule))).toHaveLength(6)
    expect(found.findings).toContainEqual(
      expect.objectContaining({ rule: 'exact.own', weight: 'look', row: 0, column: 4 }),
    )
    const exact = (await house.bytes(`${path}/files/1`, 'louis')).toString()
    expect(exact).toBe(`sex,n,old,young,mean\r\nF,20,2,${youngF},\r\nM,40,3,${youngM},90\r\n`)
    await approve('louis', path)
    expect((await house.bytes(`${path}/files/1`, 'alice')).toString()).toBe(withheld)
    expect((await get('alice', `${path}/package`)).json.code).toBe('WRONG_STATE')
    expect((await approve('emma', path)).json.state).toBe('released')
    const files = unzip(await house.bytes(`${path}/package`, 'paul'))
    expect(String(files.get('files/cells.csv'))).toBe(exact)
    const record = JSON.parse(String(files.get('disclosure-record.json')))
    expect(record.files).toMatchObject([
      {
        sha256: sha256(exact),
        source: { suppressed: [[0, 4]] },
        exact: { justification, rules: { T1: 4, T2: 1, T3: 1, secondary: 1 } },
      },
    ])
    expect(record.files[0].exact.cells).toHaveLength(5)
    expect(JSON.stringify(record)).not.toMatch(/persons/)
    const after = (await get('alice', `${path}/files/1/findings`)).json
    expect([after.rows[0][2], after.withheld]).toEqual(['2', []])
    expect((await house.bytes(`${path}/files/1`, 'louis')).toString()).toBe(exact)
  })

  test('are told to the asker by no value, size, hash or finding while they are looked at', async () => {
    const path = await asked()
    const plain = await asked({ exact: undefined })
    const told = async (at: string) => {
      const { files, ...release } = (await get('alice', at)).json
      const [{ source, exact, ...file }] = files
      const { compared: _, ...found } = (await get('alice', `${at}/files/1/findings`)).json
      return { file, found, suppressed: source.suppressed, votes: release.votes, exact }
    }
    const [here, there] = [await told(path), await told(plain)]
    expect(here).toEqual({ ...there, exact: { justification } })
    expect(here.file).toMatchObject({ bytes: withheld.length, sha256: sha256(withheld) })
    expect(here.found.withheld).toEqual([])
    const exact = await house.bytes(`${path}/files/1`, 'louis')
    await get('louis', `${path}/files/1/findings`)
    const seen = JSON.stringify([
      await entries(),
      (await get('alice', path)).json,
      (await get('paul', path)).json,
    ])
    expect(seen).toContain('airlock.exact')
    expect(seen).not.toContain(sha256(exact))
    const hidden = await get('louis', path)
    expect(hidden.json.files[0].found.serious).toBeGreaterThan(here.file.found.serious)
    expect(hidden.text).not.toContain(sha256(exact))
    for (const as of ['paul', 'carl', 'nadia'])
      for (const part of ['', '/findings']) expect((await get(as, `${path}/files/1${part}`)).status).toBe(403)
  })

  test('are not found out by sending guesses, which only the checkers see compared', async () => {
    const rare = 'SELECT sex, count(*) FILTER (WHERE age = 90) AS rare FROM patients GROUP BY sex'
    await asked({ query: await house.asked(rare) })
    const path = await opened()
    const announced = { name: 'guess.csv', queries: [query], context }
    await post('alice', `${path}/files`, announced)
    const headers = { 'content-type': 'text/csv' }
    await house.call('PUT', `${path}/files/1`, { as: 'alice', raw: 'sex,rare\nF,4\nM,3\n', headers })
    await post('alice', `${path}/submission`)
    const rulesFor = async (as: string) => {
      const { findings } = (await get(as, `${path}/files/1/findings`)).json
      return findings.map(({ rule, row }: { rule: string; row: number }) => `${rule} ${row}`)
    }
    expect(await rulesFor('alice')).toEqual(['integer.small 0', 'integer.small 1'])
    expect(await rulesFor('louis')).toContain('difference.small 0')
    expect((await get('alice', path)).json.files[0].found).toMatchObject({ serious: 0 })
    expect((await get('louis', path)).json.files[0].found).toMatchObject({ serious: 1 })
    for (const as of ['louis', 'emma']) await approve(as, path)
    const { record } = (await get('alice', `${path}/record`)).json
    expect(record.files).toMatchObject([{ name: 'guess.csv', found: { serious: 0 } }])
    expect(record.files[0]).not.toHaveProperty('checked')
  })

  test('are asked for and read at the command line too', async () => {
    const huisclos = commandLineOf(house)
    const words = ['--title', 'Rare', '--shows', 'Rare', '--population', 'All', '--query', query]
    const [id = ''] = (
      await huisclos('ask', house.project, '--as', 'alice', ...words, '--exact', justification)
    ).split(' ')
    expect(await huisclos('findings', id, '1', '--as', 'louis')).toContain('withheld 0:2 persons 2 T1\n')
    expect(await huisclos('findings', id, '1', '--as', 'alice')).not.toContain('persons 2')
  })

  test('are recorded before they are asked of the rows, as released to nobody', async () => {
    const path = await opened()
    await post('alice', `${path}/files`, adding())
    const types = (await entries()).map(({ type }: { type: string }) => type)
    const last = types.slice(0, types.indexOf('airlock.exact') + 2)
    expect(last.filter((type: string) => /^query|^airlock/.test(type)).toReversed()).toEqual([
      'query.intent',
      'airlock.exact',
      'query.release',
      'airlock.filed',
    ])
  })

  test('go with the file that is taken back', async () => {
    const path = await opened()
    await post('alice', `${path}/files`, adding())
    const folder = join(house.node.home, 'airlock', path.split('/').at(-1) ?? '')
    expect(await readdir(folder)).toHaveLength(3)
    await house.call('DELETE', `${path}/files/1`, { as: 'alice' })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('withheld cells are refused', () => {
  test('without a word of why', async () => {
    const path = await opened()
    for (const exact of [{}, { justification: ' ' }]) {
      const refused = await post('alice', `${path}/files`, adding({ exact }))
      expect(refused).toMatchObject(refusedAs(422, 'INCOMPLETE', 'airlock.exact'))
      expect(refused.json.missing).toMatchObject([{ path: 'exact.justification' }])
    }
  })

  test('of another person’s query, and of one that has no column of cells', async () => {
    const path = await opened()
    const strange = { query: '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001' }
    expect(await post('alice', `${path}/files`, adding(strange))).toMatchObject(
      refusedAs(404, 'NOT_FOUND', 'airlock.query'),
    )
    const share = await house.asked(
      'SELECT 100.0 * count(*) FILTER (WHERE age = 90) / count(*) AS s FROM patients',
    )
    expect(await post('alice', `${path}/files`, adding({ query: share }))).toMatchObject(
      refusedAs(422, 'INVALID', 'query.exactForm'),
    )
    expect(await post('paul', `${path}/files`, adding())).toMatchObject(
      refusedAs(403, 'ROLE', 'airlock.asker'),
    )
  })

  test('while the project is suspended, at each step', async () => {
    const [path, review] = [await opened(), await asked()]
    await post('alice', `${path}/files`, adding())
    await approve('louis', review)
    const at = `/api/v1/habilitations/${house.habilitation}`
    await post('nadia', `${at}/suspension`, { reason: 'A doubt.' })
    const steps = [
      await post('alice', `${path}/files`, adding({ name: 'b.csv' })),
      await post('alice', `${path}/submission`),
      await approve('emma', review),
    ]
    expect(steps.map(({ json }) => json.code)).toEqual(['SUSPENDED', 'SUSPENDED', 'SUSPENDED'])
    for (const as of ['nadia', 'claire']) await post(as, `${at}/lift`)
    expect((await get('alice', review)).json.state).toBe('review')
  })
})

/** As she comes by HTTP. */
async function personOf(subject: string): Promise<Person> {
  const account = await house.node.house.airlock.accounts.find({ issuer: 'demo', subject })
  return { ...account, level: 2, door: 'http', methods: ['mfa'], authenticatedAt: Date.now() } as Person
}

describe('an approval, and an asking, of withheld cells', () => {
  test.each([
    ['that the permit does not open any more', 'DOOR_NOT_GRANTED'],
    ['of a line that is closed', 'LINE_CLOSED'],
  ])('%s is refused, and may be given once it does again', async (_, code) => {
    const path = await asked()
    const { airlock } = house.node.house
    const current = await airlock.permits.current(house.project)
    if (current === null) throw new Error('the project has a permit')
    const { permit, standing } = current
    const lines = permit.lines.map(({ exact: _exact, ...line }) => line)
    const other = { ...permit.lines[0], id: 'L9', dataset: 'other' } as (typeof permit.lines)[number]
    const one = { ...standing, openLines: [other.id] }
    const changed =
      code === 'LINE_CLOSED'
        ? { ...current, permit: { ...permit, lines: [...permit.lines, other] }, standing: one }
        : { ...current, permit: { ...permit, lines } }
    const voting = { ...vote(), id: path.split('/').at(-1) ?? '' } as Parameters<typeof reviewRelease>[2]
    const now = { ...airlock, permits: { current: async () => changed } }
    await expect(reviewRelease(now, await personOf('louis'), voting)).rejects.toMatchObject({ code })
    expect((await approve('louis', path)).json).toMatchObject({ state: 'review', votes: { given: 1 } })
    const draft = await opened()
    await post('alice', `${draft}/files`, adding())
    const asking = submitRelease(now, await personOf('alice'), draft.split('/').at(-1) ?? '')
    await expect(asking).rejects.toMatchObject({ code })
  })
})

describe('a permit', () => {
  const linesOf = async (project: string) => {
    const { json } = await get('alice', `/api/v1/projects/${project}`)
    return JSON.parse(Buffer.from(json.permit.jws.split('.')[1], 'base64url').toString()).lines
  }

  test('says that withheld cells may be checked where the request asks for it, under the signature of the holder', async () => {
    const [line] = await linesOf(house.project)
    expect(line).toMatchObject({ exact: 'checked', holderJws: expect.any(String) })
    const { exact: _, ...without } = line
    expect(lineText(line)).not.toBe(lineText(without))
  })
})

describe('a permit that says nothing of withheld cells', () => {
  test('opens them to nobody, before anything is asked of the rows', async () => {
    const other = await house.grant()
    const sql = { sql: bySex, id: '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0002' }
    await post('alice', `/api/v1/projects/${other}/queries`, sql)
    const path = await opened('alice', other)
    const before = (await entries())[0].seq
    const refused = await post('alice', `${path}/files`, adding({ query: sql.id }))
    expect(refused).toMatchObject(refusedAs(403, 'DOOR_NOT_GRANTED', 'query.exact'))
    const types = (await entries())
      .filter(({ seq }: { seq: number }) => seq > before)
      .map(({ type }: { type: string }) => type)
    expect(types.filter((type: string) => /^query|^airlock/.test(type))).toEqual(['query.refused'])
    expect((await post('alice', `${path}/files`, adding({ query: sql.id, exact: undefined }))).status).toBe(
      201,
    )
  })
})
