/** The log, verified on the node itself: a real process over the files of a real log. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { decodeBundle, encodeBundle } from '../../services/audit/tiles.ts'
import type { Person } from '../../services/identity/person.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { openVerification, type Verification } from '../../services/review/verification.ts'
import { by } from '../audit/open-log.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse('shared')
const account = {
  displayName: 'Nadia',
  organisation: 'chu-rouen',
  roles: ['dpo'],
  proofs: {},
  methods: [],
} as const
const nadia: Person = { ...by('nadia'), ...account }

let opened: Verification[] = []
afterEach(async () => {
  for (const one of opened) await one.close()
  opened = []
})

const copies: string[] = []
afterAll(async () => {
  for (const copy of copies) await rm(copy, { recursive: true, force: true })
})

function verifying(dir: string): Verification {
  const { audit, auditIndex, home } = house
  const one = openVerification({ audit, auditIndex, clock: home.clock, log: silentLog, dir })
  opened.push(one)
  return one
}

const own = () => join(house.home.home, 'audit')

/** A copy of the log as it stands, signed up to its last entry. */
async function copied(name: string): Promise<string> {
  await house.audit.checkpoint()
  const copy = `${house.home.home}-${name}`
  await cp(own(), copy, { recursive: true })
  copies.push(copy)
  return copy
}

test('a log that nobody touched is intact, and that it was verified is an entry', async () => {
  const verification = verifying(own())
  const before = house.audit.size
  expect(verification.begin(nadia)).toMatchObject({ running: { by: 'nadia', entries: 0 }, last: null })
  await verification.settled()
  const { running, last } = await verification.state()
  expect(running).toBeNull()
  expect(last).toMatchObject({ by: 'nadia', status: 'intact' })
  expect(last?.entries).toBeGreaterThanOrEqual(before)
  const entry = await house.audit.entry(house.audit.size - 1)
  expect(entry?.body).toMatchObject({ type: 'audit.verified', status: 'intact', entries: last?.entries })
  expect(entry?.actor?.subject).toBe('nadia')
})

test('one changed byte is found, and the first bad entry is named', async () => {
  const dir = await copied('changed')
  const path = join(dir, '2026/tile/entries/000')
  const partial = `${path}.p/${house.audit.size}`
  const file = await readFile(partial).then(
    () => partial,
    () => path,
  )
  const leaves = decodeBundle(await readFile(file))
  leaves[7] = Buffer.from(String(leaves[7]).replace('"v":1', '"v":2'))
  await writeFile(file, encodeBundle(leaves))
  const verification = verifying(dir)
  verification.begin(nadia)
  await verification.settled()
  const { last } = await verification.state()
  expect(last).toMatchObject({ status: 'tampered', bad: { shard: '2026', of: 7 } })
  expect((await house.audit.entry(house.audit.size - 1))?.body).toMatchObject({
    type: 'audit.verified',
    status: 'tampered',
    bad: { shard: '2026', of: 7 },
  })
})

test('a log that went back since the last verification is found out', async () => {
  const dir = await copied('older')
  await house.audit.append({ type: 'access.read', route: 'GET /api/v1/datasets' }, { by: nadia })
  await house.audit.checkpoint()
  const live = `${house.home.home}-live`
  copies.push(live)
  await cp(own(), live, { recursive: true })
  const verification = verifying(live)
  verification.begin(nadia)
  await verification.settled()
  expect((await verification.state()).last).toMatchObject({ status: 'intact' })
  await rm(live, { recursive: true })
  await cp(dir, live, { recursive: true })
  verification.begin(nadia)
  await verification.settled()
  expect((await verification.state()).last).toMatchObject({ status: 'tampered', bad: { class: 'rollback' } })
})

test('one runs at a time', async () => {
  const verification = verifying(own())
  verification.begin(nadia)
  expect(() => verification.begin(nadia)).toThrow(
    expect.objectContaining({
      code: 'CONFLICT',
      facts: expect.objectContaining({ rule: 'audit.verifying' }),
    }),
  )
  await verification.settled()
  verification.begin(nadia)
  await verification.settled()
})

test('what cannot be read at all is said to be so, never intact', async () => {
  const verification = verifying(join(house.home.home, 'nothing'))
  verification.begin(nadia)
  await verification.settled()
  expect((await verification.state()).last).toMatchObject({ status: 'unverifiable', entries: 0 })
})

test('after a start, the last one is read in the log', async () => {
  const first = verifying(own())
  first.begin(nadia)
  await first.settled()
  const { last } = await first.state()
  expect((await verifying(own()).state()).last).toMatchObject({
    by: 'nadia',
    status: 'intact',
    entries: last?.entries,
  })
})

test('a node that stops gives up a verification, and writes nothing of it', async () => {
  const verification = verifying(own())
  const before = house.audit.size
  verification.begin(nadia)
  await verification.close()
  expect(house.audit.size).toBe(before)
})
