/** A few kills of each sort; `npm run trials -- kills=SEED,COUNT` does a thousand. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { seeded } from '../audit/seeded.ts'
import { type Rig, rigged } from '../trials/kills/home.ts'
import { processes } from '../trials/processes.ts'

let home: string
let rig: Rig
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-kills-'))
  rig = await rigged({ home, random: seeded(5), projects: 1 })
}, 120_000)
afterAll(async () => {
  await rig?.close()
  await rm(home, { recursive: true, force: true })
}, 60_000)

test('a node whose parts, database and process are killed under load loses nothing that it acknowledged', async () => {
  for (const [parts, end] of [
    [0, 'node'],
    [3, 'postmaster'],
  ] as const) {
    const before = await rig.lives.live({ parts, end })
    const faults = await rig.judge.log()
    await rig.lives.startAgain()
    expect([...faults, ...rig.judge.ends(), ...(await rig.judge.start(before)), ...rig.load.faults]).toEqual(
      [],
    )
  }
  expect(rig.found.faults).toEqual([])
  expect(rig.found.killed[0]).toBe('node')
  // By the end of the server, or of the one connection that holds the lease.
  expect(rig.found.exits).toEqual([71])
  expect(rig.found.told.answers.length).toBeGreaterThan(0)
}, 120_000)

test('the judge reports each thing that was acknowledged and is not there', async () => {
  const { told } = rig.found
  const [first = ''] = told.receipts.keys()
  told.receipts.set(first, '0'.repeat(64))
  told.answers.push({ id: 'never-asked', project: 'p', seq: 0 })
  told.derived.set('p never-made', true)
  told.tokens.set('never-made', true)
  told.sessions.set('never-opened', true)
  told.optOuts.add(999_999)
  told.requests.set('00000000-0000-4000-8000-000000000000', ['draft'])
  told.deposits.push({ id: 'never-opened', received: new Map(), isSubmitted: false })
  const me = (await processes()).filter(({ pid }) => pid === process.pid)
  const found = [...(await rig.judge.log()), ...(await rig.judge.start(me))]
  for (const what of [
    'entry that was acknowledged',
    'without its release',
    'derived table that was acknowledged',
    'token that was acknowledged',
    'session that was acknowledged',
    'opt-out that was filed',
    'request that was opened',
    'deposit that was opened',
    'left behind',
  ])
    expect(found.filter((fault) => fault.includes(what))).toHaveLength(1)
}, 60_000)
