/** The airlock over HTTP on a real node: asked, looked at, voted on by two who do not see each other, taken out, signed. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { passAirlockTime } from '../../services/airlock/time.ts'
import type { Person } from '../../services/identity/person.ts'
import { redoReleases } from '../../services/node/lost/releases.ts'
import { type AirlockHouse, bySex, context, openAirlockHouse, vote } from './airlock-house.ts'
import { commandLineOf } from './command-line.ts'
import { unzip } from './unzip.ts'

let house: AirlockHouse
let query: string

beforeAll(async () => {
  house = await openAirlockHouse()
  query = await house.asked(bySex)
}, 120_000)
afterAll(() => house?.close())

const post = (as: string, path: string, body: object = {}) => house.call('POST', path, { as, body })
const get = (as: string, path: string) => house.call('GET', path, { as })
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A release of alice that is asked; its path. */
async function asked(of = query): Promise<string> {
  const path = await house.draft(of)
  expect((await post('alice', `${path}/submission`)).status).toBe(200)
  return path
}

const refusedAs = (status: number, code: string, rule: string) => ({ status, json: { code, rule } })

describe('a release', () => {
  test('goes from the question to a package that anybody can check with the key of the node', async () => {
    const path = await house.draft(query)
    const asking = await post('alice', `${path}/submission`)
    expect(asking.json).toMatchObject({ state: 'review', turn: 'checkers', votes: { given: 0, wanted: 2 } })
    expect(asking.json.receipt.seq).toBeGreaterThan(0)
    expect((await get('louis', '/api/v1/releases')).json.releases[0].offered).toEqual(['review'])
    const found = await get('louis', `${path}/files/1/findings`)
    expect(found.json).toMatchObject({
      columns: ['sex', 'n'],
      rows: [
        ['F', '20'],
        ['M', '40'],
      ],
      statistics: [{ name: 'n', least: 20, greatest: 40, sum: 60, decimals: 0 }],
      needsEyes: false,
    })
    expect((await post('louis', `${path}/reviews`, vote())).json).toMatchObject({ state: 'review' })
    const released = await post('emma', `${path}/reviews`, vote({ comment: 'Fine.' }))
    expect(released.json).toMatchObject({ state: 'released', turn: 'nobody' })
    expect((await get('louis', '/transparence.json')).json.requests[0].releases).toBe(1)
    const files = unzip(await house.bytes(`${path}/package`, 'paul'))
    const jws = String(files.get('disclosure-record.jws'))
    const [head = '', payload = '', signature = ''] = jws.split('.')
    const { keys } = (await house.call('GET', '/.well-known/huisclos-publication-jwks.json')).json
    const key = createPublicKey({ key: keys[0], format: 'jwk' })
    const signed = Buffer.from(`${head}.${payload}`)
    const isSigned = (bytes: Buffer) =>
      verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
    expect(isSigned(signed)).toBe(true)
    expect(isSigned(Buffer.from(`${head}.${payload}x`))).toBe(false)
    const record = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(JSON.parse(String(files.get('disclosure-record.json')))).toEqual(record)
    const content = files.get('files/patients.csv') ?? Buffer.alloc(0)
    expect(content.toString()).toBe('sex,n\r\nF,20\r\nM,40\r\n')
    expect(record.files).toMatchObject([{ name: 'patients.csv', sha256: sha256(content), context }])
    expect(record.crate.sha256).toBe(sha256(files.get('ro-crate-metadata.json') ?? content))
    expect(record.reviews).toMatchObject([
      { checker: 1, role: 'checker', vote: 'approve' },
      { checker: 2, comment: 'Fine.' },
    ])
    expect(Buffer.from(payload, 'base64url').toString()).not.toMatch(/louis|emma|alice/)
    expect((await get('alice', `${path}/record`)).json).toMatchObject({ jws, record })
  })

  test('is blind: a vote is seen by nobody before her own, and by the asker once the round is over', async () => {
    const path = await asked()
    const reviewsFor = async (as: string) => (await get(as, path)).json.reviews
    await post('louis', `${path}/reviews`, vote({ vote: 'changes', comment: 'Which year?' }))
    expect(await reviewsFor('emma')).toEqual([])
    expect(await reviewsFor('alice')).toEqual([])
    expect(await reviewsFor('louis')).toMatchObject([{ own: true, comment: 'Which year?' }])
    expect(await reviewsFor('nadia')).toMatchObject([{ by: { subject: 'louis' } }])
    const ended = await post('emma', `${path}/reviews`, vote())
    expect(ended.json).toMatchObject({
      state: 'changes',
      turn: 'asker',
      reviews: [{ checker: 1 }, { own: true }],
    })
    const seen = await get('alice', path)
    expect(seen.json.reviews).toMatchObject([{ checker: 1, vote: 'changes' }, { checker: 2 }])
    expect(seen.text).not.toMatch(/louis|emma/)
  })

  test('is asked again with an answer, and voted on anew', async () => {
    const path = await asked()
    for (const as of ['louis', 'emma'])
      await post(as, `${path}/reviews`, vote({ vote: 'changes', comment: 'Which year?' }))
    const again = await post('alice', `${path}/answers`, { text: 'All years.' })
    expect(again.json).toMatchObject({ state: 'review', round: 2, answers: [{ text: 'All years.' }] })
    expect((await post('louis', `${path}/reviews`, vote())).json).toMatchObject({ rule: 'airlock.round' })
    for (const as of ['louis', 'emma']) await post(as, `${path}/reviews`, vote({ round: 2 }))
    expect((await get('alice', path)).json.state).toBe('released')
  })

  test('is refused by one refusal once both have voted, and then opens to nobody', async () => {
    const path = await asked()
    expect(
      (await post('louis', `${path}/reviews`, vote({ vote: 'refuse', comment: 'No.' }))).json.state,
    ).toBe('review')
    expect((await post('emma', `${path}/reviews`, vote())).json.state).toBe('refused')
    for (const as of ['alice', 'louis'])
      expect(await get(as, `${path}/files/1`)).toMatchObject(refusedAs(409, 'WRONG_STATE', 'airlock.refused'))
    expect(await get('alice', `${path}/package`)).toMatchObject(
      refusedAs(409, 'WRONG_STATE', 'airlock.refused'),
    )
  })
})

describe('a vote is refused', () => {
  let path: string
  beforeAll(async () => {
    path = await asked()
  })

  test.each([
    ['of the asker', 'alice', 'airlock.author'],
    ['of the lead', 'paul', 'airlock.member'],
    ['of a colleague of the lead', 'carl', 'airlock.colleague'],
  ])('%s', async (_, as, rule) => {
    expect(await post(as, `${path}/reviews`, vote())).toMatchObject(
      refusedAs(403, 'CONFLICT_OF_INTEREST', rule),
    )
    const isAsker = as === 'alice'
    expect((await get(as, `${path}/files/1`)).status).toBe(isAsker ? 200 : 403)
  })

  test('of who is no checker', async () => {
    expect(await post('nadia', `${path}/reviews`, vote())).toMatchObject(refusedAs(403, 'ROLE', 'route.role'))
  })

  test('without all three verdicts, and with a risk that it approves', async () => {
    const two = { singlingOut: 'none', linkability: 'none' }
    const lacking = await post('louis', `${path}/reviews`, vote({ verdicts: two }))
    expect(lacking).toMatchObject(refusedAs(422, 'INCOMPLETE', 'airlock.verdicts'))
    expect(lacking.json.missing).toMatchObject([{ path: 'verdicts.inference' }])
    const risky = await post('louis', `${path}/reviews`, vote({ verdicts: { ...two, inference: 'risk' } }))
    expect(risky).toMatchObject(refusedAs(422, 'INVALID', 'airlock.risk'))
    const mute = await post('louis', `${path}/reviews`, vote({ vote: 'refuse' }))
    expect(mute.json).toMatchObject({ code: 'INCOMPLETE', missing: [{ path: 'comment' }] })
  })

  test('of one checker twice', async () => {
    expect((await post('louis', `${path}/reviews`, vote())).status).toBe(200)
    const second = await post('louis', `${path}/reviews`, vote())
    expect(second).toMatchObject(refusedAs(403, 'CONFLICT_OF_INTEREST', 'airlock.twice'))
    expect((await get('louis', path)).json).toMatchObject({ state: 'review', votes: { given: 1 } })
  })

  test('when the permit does not hold any more, until it does', async () => {
    const at = `/api/v1/habilitations/${house.habilitation}`
    const draft = await house.draft(query)
    await post('nadia', `${at}/suspension`, { reason: 'A doubt.' })
    for (const call of [`${draft}/submission`, `/api/v1/projects/${house.project}/releases`])
      expect((await post('alice', call, { title: 'x' })).json.code).toBe('SUSPENDED')
    expect(await post('emma', `${path}/reviews`, vote())).toMatchObject({
      status: 403,
      json: { code: 'SUSPENDED' },
    })
    expect((await get('emma', path)).json).toMatchObject({ state: 'review', votes: { given: 1 } })
    for (const as of ['nadia', 'claire']) await post(as, `${at}/lift`)
    expect((await post('emma', `${path}/reviews`, vote())).json.state).toBe('released')
  })
})

describe('nothing is there', () => {
  test('for the asker of another project', async () => {
    const path = await asked()
    expect(
      (await post('bruno', `/api/v1/projects/${house.project}/releases`, { title: 'x' })).json.code,
    ).toBe('NO_HABILITATION')
    for (const part of ['', '/files/1', '/files/1/findings', '/package', '/record'])
      expect(await get('bruno', path + part)).toMatchObject(refusedAs(404, 'NOT_FOUND', 'airlock.release'))
    expect((await get('bruno', '/api/v1/releases')).json.releases).toEqual([])
  })

  test('for a checker before it is asked', async () => {
    const path = await house.draft(query)
    expect((await get('louis', path)).status).toBe(404)
    expect((await get('nadia', path)).status).toBe(200)
  })

  test('to download before it is released, and for who neither asks nor leads after', async () => {
    const path = await asked()
    expect(await get('alice', `${path}/package`)).toMatchObject(
      refusedAs(409, 'WRONG_STATE', 'airlock.review'),
    )
    expect(await get('paul', `${path}/record`)).toMatchObject(refusedAs(409, 'WRONG_STATE', 'airlock.review'))
    for (const as of ['louis', 'emma']) await post(as, `${path}/reviews`, vote())
    expect(await get('louis', `${path}/package`)).toMatchObject(refusedAs(403, 'ROLE', 'airlock.package'))
    expect((await get('alice', `${path}/package`)).status).toBe(200)
  })

  test('of a file for who oversees', async () => {
    expect(await get('nadia', `${await asked()}/files/1`)).toMatchObject(
      refusedAs(403, 'ROLE', 'airlock.checkers'),
    )
  })
})

describe('a file that is sent', () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0])
  /** A draft of alice with one file of these bytes; its path. */
  async function sent(name: string, type: string, raw: string | Uint8Array<ArrayBuffer>): Promise<string> {
    const { json } = await post('alice', `/api/v1/projects/${house.project}/releases`, { title: 'Sent' })
    const path = `/api/v1/releases/${json.id}`
    await post('alice', `${path}/files`, { name, queries: [query], context })
    const headers = { 'content-type': type }
    expect((await house.call('PUT', `${path}/files/1`, { as: 'alice', raw, headers })).status).toBe(200)
    return path
  }

  async function foundIn(path: string) {
    await post('alice', `${path}/submission`)
    return (await get('emma', `${path}/files/1/findings`)).json
  }

  test('is looked at cell by cell', async () => {
    const csv = 'ward;n;mail;share\nA;3;a@example.org;97\nB;40;;2\nC;12;;1\n'
    const found = await foundIn(await sent('wards.csv', 'text/csv', csv))
    expect(found.columns).toEqual(['ward', 'n', 'mail', 'share'])
    const rules = found.findings.map(({ rule, row, column }: Record<string, unknown>) => [rule, row, column])
    expect(rules).toEqual([
      ['identifier.email', 0, 2],
      ['count.small', 0, 1],
      ['integer.small', 1, 3],
      ['integer.small', 2, 3],
      ['share.large', 0, 3],
    ])
    expect(found.findings[1].text).toContain('11')
  })

  test('is compared with what is in hand or left before', async () => {
    const before = await sent('a.csv', 'text/csv', 'town,n\nCaen,120\nRouen,300\n')
    await post('alice', `${before}/submission`)
    const found = await foundIn(await sent('b.csv', 'text/csv', 'n,town\n301,Rouen\n120,Caen\n'))
    expect(found.findings).toMatchObject([{ rule: 'difference.small', weight: 'serious', row: 0, column: 0 }])
    expect(found.compared).toEqual([before.split('/').at(-1)])
  })

  test('is left to human eyes where no machine reads it, and what is no table says so', async () => {
    expect(await foundIn(await sent('plot.png', 'image/png', png))).toMatchObject({
      needsEyes: true,
      findings: [{ rule: 'file.eyes' }],
    })
    const nir = '1 85 05 78 006 084 91'
    const text = await foundIn(await sent('notes.txt', 'text/plain', `We found 40 patients.\n${nir}\n`))
    expect(text.findings).toMatchObject([{ rule: 'identifier.nir', row: 1 }, { rule: 'file.eyes' }])
    const ragged = await foundIn(await sent('ragged.csv', 'text/csv', 'a,b\n"1,2\n3\n'))
    expect(ragged.findings).toMatchObject([{ rule: 'file.unreadable' }])
  })

  test('is of the type that was announced, and of a query of one’s own', async () => {
    const path = await sent('a.txt', 'text/plain', 'x')
    const put = (type: string, raw: string | Uint8Array<ArrayBuffer>) =>
      house.call('PUT', `${path}/files/1`, { as: 'alice', raw, headers: { 'content-type': type } })
    expect(await put('text/csv', 'a,b')).toMatchObject(refusedAs(415, 'UNSUPPORTED_TYPE', 'airlock.type'))
    expect(await put('text/plain', png)).toMatchObject(refusedAs(422, 'INVALID', 'airlock.content'))
    const add = (body: object) => post('alice', `${path}/files`, { context, ...body })
    expect(await add({ name: 'a.exe', queries: [query] })).toMatchObject(
      refusedAs(422, 'INVALID', 'airlock.ending'),
    )
    expect(await add({ name: 'A.txt', queries: [query] })).toMatchObject(
      refusedAs(409, 'CONFLICT', 'airlock.name'),
    )
    const strange = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001'
    for (const source of [{ query: strange }, { queries: [strange] }])
      expect(await add({ name: 'b.csv', ...source })).toMatchObject(
        refusedAs(404, 'NOT_FOUND', 'airlock.query'),
      )
  })

  test('is sent before it is asked, and unchanged afterwards', async () => {
    const path = await sent('a.txt', 'text/plain', 'x')
    await post('alice', `${path}/files`, { name: 'b.txt', queries: [query], context })
    const lacking = await post('alice', `${path}/submission`)
    expect(lacking).toMatchObject(refusedAs(422, 'INCOMPLETE', 'airlock.files'))
    expect((await house.call('DELETE', `${path}/files/2`, { as: 'alice' })).json.files).toHaveLength(1)
    expect((await post('alice', `${path}/submission`)).status).toBe(200)
    const headers = { 'content-type': 'text/plain' }
    const late = await house.call('PUT', `${path}/files/1`, { as: 'alice', raw: 'y', headers })
    expect(late).toMatchObject(refusedAs(409, 'WRONG_STATE', 'airlock.review'))
    expect(await post('paul', `${path}/withdrawal`)).toMatchObject(refusedAs(403, 'ROLE', 'airlock.asker'))
    expect((await post('alice', `${path}/withdrawal`)).json.state).toBe('withdrawn')
  })
})

test('the command line asks, looks, votes and downloads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-release-'))
  const huisclos = commandLineOf(house)
  try {
    const file = join(folder, 'towns.csv')
    await writeFile(file, 'town,n\nCaen,3\n')
    const words = ['--title', 'Towns', '--shows', 'Towns', '--population', 'All']
    const alice = ['--as', 'alice']
    const asking = await huisclos('ask', house.project, ...alice, ...words, '--query', query, '--file', file)
    const [id = ''] = asking.split(' ')
    expect(asking).toContain('review 0/2 Towns\n  1 towns.csv 14 serious 1 · look 0')
    expect(await huisclos('findings', id, '1', '--as', 'louis')).toBe(
      'serious 0:1 A count from 1 to less than 11.\n',
    )
    const none = ['--vote', 'approve', '--verdicts', 'none,none,none']
    for (const as of ['louis', 'emma']) await huisclos('review', id, '--as', as, ...none)
    expect(await huisclos('show', id, ...alice)).toContain('released 2/2 Towns')
    const target = join(folder, 'package.zip')
    await huisclos('download', id, ...alice, '--output', target)
    expect([...unzip(await readFile(target)).keys()]).toContain('files/towns.csv')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('what the log says was refused is not voted on again when the database has forgotten it', async () => {
  const path = await asked()
  for (const as of ['louis', 'emma'])
    await post(as, `${path}/reviews`, vote({ vote: 'refuse', comment: 'No.' }))
  const id = path.split('/').at(-1) ?? ''
  const { audit, auditIndex, airlock } = house.node.house
  const { register } = airlock
  const receipt = await audit.append({ type: 'state.aborted', of: 0 }, {})
  await register.change(id, async (release) => ({
    release: { ...release, state: 'review', endedAt: null, reviews: [] },
    receipt,
  }))
  expect((await get('louis', path)).json.offered).toEqual(['review'])
  const needs = { audit, auditIndex, releases: register }
  await auditIndex.search({ limit: 1 })
  expect(await redoReleases(needs)).toMatchObject([{ type: 'airlock.refused', of: id, outcome: 'redone' }])
  expect((await get('louis', path)).json).toMatchObject({ state: 'refused', offered: [] })
  expect(await redoReleases(needs)).toEqual([])
})

describe('time', () => {
  const days = (count: number) => ({ now: () => Date.now() + count * 86_400_000 })
  const system: Person = {
    ...{ issuer: 'node', subject: 'system', displayName: '', organisation: 'node', roles: [], proofs: {} },
    ...{ level: 0, door: 'system', methods: [] },
  }
  const pass = (count: number) => passAirlockTime({ ...house.node.house.airlock, clock: days(count) }, system)
  const folderOf = (path: string) => join(house.node.home, 'airlock', path.split('/').at(-1) ?? '')

  test('withdraws what nobody goes on with, destroys what did not leave, and keeps what did', async () => {
    const [draft, refused, released] = [await house.draft(query), await asked(), await asked()]
    for (const as of ['louis', 'emma']) {
      await post(as, `${refused}/reviews`, vote({ vote: 'refuse', comment: 'No.' }))
      await post(as, `${released}/reviews`, vote())
    }
    await pass(29)
    expect((await get('alice', draft)).json.state).toBe('draft')
    expect(existsSync(folderOf(refused))).toBe(true)
    await pass(31)
    expect((await get('alice', draft)).json.state).toBe('withdrawn')
    expect((await get('alice', refused)).json).toMatchObject({
      state: 'refused',
      destroyedAt: expect.any(String),
    })
    expect(existsSync(folderOf(refused))).toBe(false)
    expect((await get('alice', `${released}/package`)).status).toBe(200)
  })
})
