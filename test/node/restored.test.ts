/** RESTORE (security.md 14.2): an old database beside a newer log revives nothing; the other combinations have their status. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { makeBackup } from '../../services/node/backup/make.ts'
import { restoreBackup } from '../../services/node/backup/restore.ts'
import { openWitness, type TestWitness } from '../audit/witnesses.ts'
import { administer, openDatabase, type TestDatabase } from '../house.ts'
import { answerOf, copyHome, emptyDatabase, type OpenedNode, openAt, type Place } from './copied.ts'

let folder: string
/** As it was when the permit had been revoked. */
let current: TestDatabase
let witness: TestWitness
let answer: unknown
const closed: TestDatabase[] = []

const at = (name: string) => join(folder, name)

/** A home and a database as they were before the revocation. */
async function old(name: string): Promise<Place> {
  const database = await emptyDatabase()
  closed.push(database)
  const place = { home: at(name), databaseUrl: database.url }
  await restoreBackup({ ...place, from: at('before'), log: silentLog, durable: false })
  return place
}

/** The old database beside the log that knows of the revocation. */
async function oldBesideNew(name: string): Promise<Place> {
  const { databaseUrl } = await old(`${name}-unused`)
  await copyHome(at('home'), at(name))
  return { home: at(name), databaseUrl }
}

async function habilitationOf({ node }: OpenedNode) {
  const { registry, permits } = node.house.habilitation
  const found = await registry.ofProject(String(node.project))
  const now = await permits.current(String(node.project))
  return { id: String(found?.id), state: now?.standing.state }
}

async function revoke(house: OpenedNode): Promise<void> {
  const { id } = await habilitationOf(house)
  for (const as of ['claire', 'yves']) {
    const body = { reason: 'Un manquement.' }
    const { status } = await house.call('POST', `/api/v1/habilitations/${id}/revocation`, { as, body })
    expect(status).toBe(200)
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-restored-'))
  current = await openDatabase()
  const place = { home: at('home'), databaseUrl: current.url }
  const house = await openAt(place)
  answer = await answerOf(house)
  const asked = { ...place, withKey: true, now: Date.now(), log: silentLog, durable: false }
  await makeBackup({ ...asked, to: at('before') })
  await revoke(house)
  expect(await answerOf(house)).toBe('REVOKED')
  await house.close()
  const year = String(new Date().getUTCFullYear())
  witness = await openWitness('outside', { shard: at(`home/audit/${year}`), now: Date.now })
}, 120_000)
afterAll(async () => {
  await witness?.remove()
  for (const one of [current, ...closed]) await one?.close()
  await rm(folder, { recursive: true, force: true })
})

test('the answer of before the revocation was one', () => {
  expect(Array.isArray(answer)).toBe(true)
})

describe('an old database beside a newer log', () => {
  let house: OpenedNode
  let place: Place
  beforeAll(async () => {
    place = await oldBesideNew('newer-log')
    house = await openAt(place)
  }, 60_000)
  afterAll(() => house?.close())

  test('does not bring the revoked permit back: the revocation is done again, under the number of its entry', async () => {
    expect(await answerOf(house)).toBe('REVOKED')
    const { id, state } = await habilitationOf(house)
    expect(state).toBe('revoked')
    const stored = await house.node.house.habilitation.registry.read(id)
    expect(stored?.events.slice(-2).map(({ type }) => type)).toEqual(['suspended', 'revoked'])
    expect(stored?.events.at(-1)?.by).toBeNull()
  })

  test('tells the operator what was found', async () => {
    const { findings } = JSON.parse(await readFile(join(place.home, 'reconciliation.json'), 'utf8'))
    expect(findings).toEqual([
      expect.objectContaining({ type: 'habilitation.noticed', outcome: 'held' }),
      expect.objectContaining({ type: 'habilitation.revoked', outcome: 'redone' }),
    ])
  })

  test('is mended once: the next start finds nothing, and the log is intact', async () => {
    const events = async () => (await house.node.house.habilitation.registry.total()).toString()
    const before = await events()
    await house.close()
    house = await openAt(place)
    expect(await events()).toBe(before)
    await expect(readFile(join(place.home, 'reconciliation.json'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await answerOf(house)).toBe('REVOKED')
    expect((await verifyLog({ dir: join(place.home, 'audit') })).status).toBe('intact')
  })
})

test('negative control: without the reconciliation the revoked permit is seen alive', async () => {
  const place = await oldBesideNew('unreconciled')
  jest.resetModules()
  jest.unstable_mockModule('../../services/node/lost/reconcile-state.ts', () => ({
    reconcileState: async () => [],
  }))
  const broken = await import('./copied.ts')
  const house = await broken.openAt(place)
  try {
    expect(await broken.answerOf(house)).toEqual(answer)
  } finally {
    await house.close()
  }
}, 60_000)

test('a new database beside an old log does not start: 75', async () => {
  const { home } = await old('older-log')
  await expect(openAt({ home, databaseUrl: current.url })).rejects.toMatchObject({ exitCode: 75 })
}, 60_000)

test('a row whose entry says something else does not start: 75', async () => {
  const place = await oldBesideNew('other-history')
  const statement = `UPDATE habilitation_event SET audit_seq = audit_seq - 1 WHERE body ->> 'type' = 'granted'`
  await administer(place.databaseUrl, statement)
  await expect(openAt(place)).rejects.toMatchObject({
    exitCode: 75,
    message: expect.stringMatching(/dit autre chose/),
  })
}, 60_000)

describe('both old', () => {
  test('is found out by a witness, which has seen more: 72', async () => {
    const { name, url, vkey } = witness
    const witnesses = { witnesses: [{ name, url, vkey }], quorum: 1 }
    // A stop asks the witnesses a last time.
    await (await openAt({ home: at('home'), databaseUrl: current.url }, { witnesses })).close()
    await expect(openAt(await old('both-old'), { witnesses })).rejects.toMatchObject({ exitCode: 72 })
  }, 60_000)

  test('is what a node was at that time where nobody outside has seen more: the permit is alive, as it was', async () => {
    const house = await openAt(await old('both-old-alone'))
    try {
      expect(await answerOf(house)).toEqual(answer)
    } finally {
      await house.close()
    }
  }, 60_000)
})
