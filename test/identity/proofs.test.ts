/** Personal proofs: who records them, until when they stand, and their history. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Body } from '../../services/audit/entry.ts'
import type { About } from '../../services/audit/record.ts'
import { lackingProofs } from '../../services/habilitation/grant-state.ts'
import { type AccountTable, openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations, demoVersions } from '../../services/identity/demo-accounts.ts'
import type { ProofKind } from '../../services/identity/person.ts'
import { proofStands } from '../../services/identity/proof-rules.ts'
import { type ProofAsked, type ProofNeeds, readProofs, recordProof } from '../../services/identity/proofs.ts'
import type { Receipt } from '../../services/kernel/id.ts'
import type { Store } from '../../services/store/store.ts'
import { person, rulebook } from '../habilitation/fixtures.ts'
import { openTestStore, type TestStore } from '../stored.ts'

const noon = Date.parse('2026-11-21T11:00:00Z')
const time = { now: noon }
const clock = { now: () => time.now }
const alice = { issuer: 'demo', subject: 'alice' }
let store: TestStore
let accounts: AccountTable
let needs: ProofNeeds
const entries: { body: Body; about: About }[] = []
beforeAll(async () => {
  store = await openTestStore()
  accounts = openAccounts(store)
  const append = async (body: Body, about: About) => {
    entries.push({ body, about })
    // Receipts are made by the audit room alone; a test stands in for it.
    return { log: 'test/audit/2026', seq: entries.length, leaf: '0'.repeat(64) } as Receipt
  }
  const audit = { origin: 'test/audit/2026', append }
  needs = { accounts, audit, clock, store, rules: (await rulebook()).persons }
})
afterAll(async () => {
  await store.close()
})
beforeEach(async () => {
  time.now = noon
  await store.db.deleteFrom('identity_proof').execute()
  const bare = demoAccounts(clock).map((account) => ({ ...account, proofs: {}, versions: {} }))
  await accounts.seed({ organisations: demoOrganisations, accounts: bare })
})

const record = (who: string, asked: ProofAsked) => recordProof(needs, person(who), asked)
const found = async () => {
  const account = await accounts.find(alice)
  if (account === null) throw new Error('no alice')
  return account
}
const lacking = async () => lackingProofs(await found(), { now: time.now, rules: needs.rules })

const whole: readonly (readonly [string, ProofAsked])[] = [
  ['rene', { person: alice, proof: 'training', version: '2026-1' }],
  ['alice', { proof: 'charter', version: '2026-1' }],
  ['alice', { proof: 'workstation' }],
  ['rene', { person: alice, proof: 'affiliation', until: '2027-06-30' }],
]

describe('a proof', () => {
  test('is recorded by whoever may say so, and stands for its time', async () => {
    for (const [who, asked] of whole) await record(who, asked)
    await record('sylvie', { person: alice, proof: 'review' })
    const { proofs, versions } = await found()
    const until = Object.entries(proofs).map(([proof, ms]) => [proof, new Date(ms).toISOString()])
    expect(Object.fromEntries(until)).toEqual({
      training: '2028-11-20T23:00:00.000Z',
      charter: '2031-11-20T23:00:00.000Z',
      workstation: '2027-11-20T23:00:00.000Z',
      affiliation: '2027-06-30T22:00:00.000Z',
      review: '2027-11-20T23:00:00.000Z',
    })
    expect(versions).toEqual({ training: '2026-1', charter: '2026-1' })
    expect(await lacking()).toEqual([])
  })

  test('leaves an entry that names nobody in clear, and a history', async () => {
    entries.length = 0
    await record('rene', { person: alice, proof: 'training', version: '2026-1' })
    expect(entries).toEqual([
      {
        body: {
          type: 'proof.recorded',
          proof: 'training',
          version: '2026-1',
          until: '2028-11-20T23:00:00.000Z',
        },
        about: { by: person('rene'), sealed: alice },
      },
    ])
    time.now += 1
    await record('rene', { person: alice, proof: 'training', ended: true })
    const { history } = await readProofs(needs, person('alice'), alice)
    expect(history).toMatchObject([
      { proof: 'training', until: noon + 1, by: { subject: 'rene' } },
      { proof: 'training', version: '2026-1', until: Date.parse('2028-11-20T23:00:00Z') },
    ])
    expect(await lacking()).toContain('training')
  })

  test('that was recorded is not undone by a start, which seeds the accounts again', async () => {
    await record('rene', { person: alice, proof: 'affiliation', until: '2026-11-30' })
    await accounts.seed({ organisations: [], accounts: demoAccounts(clock) })
    expect((await found()).proofs.affiliation).toBe(Date.parse('2026-11-30T23:00:00Z'))
  })

  test.each([
    ['training', 'alice'],
    ['training', 'nadia'],
    ['affiliation', 'sylvie'],
    ['charter', 'rene'],
    ['workstation', 'sylvie'],
    ['review', 'rene'],
    ['review', 'alice'],
  ] as const)('%s of alice is not recorded by %s', async (proof, who) => {
    const version = proof === 'training' || proof === 'charter' ? '2026-1' : undefined
    await expect(record(who, { person: alice, proof, version })).rejects.toMatchObject({ code: 'ROLE' })
  })

  test('is not the registrar’s own to record, nor another line manager’s', async () => {
    const own = { person: { issuer: 'demo', subject: 'rene' }, proof: 'training', version: '2026-1' } as const
    await expect(record('rene', own)).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
      facts: { rule: 'T3' },
    })
    await expect(record('marc', { person: alice, proof: 'review' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const stranger = { issuer: 'demo', subject: 'nobody' }
    await expect(
      record('rene', { person: stranger, proof: 'training', version: '2026-1' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test.each([
    ['version', 'rene', { person: alice, proof: 'training', version: '2025-1' }],
    ['version', 'alice', { proof: 'charter' }],
    ['version', 'alice', { proof: 'workstation', version: '2026-1' }],
    ['until', 'rene', { person: alice, proof: 'affiliation' }],
    ['until', 'alice', { proof: 'workstation', until: '2099-01-01' }],
  ] as const)('of another %s by %s is refused, with its place', async (path, who, asked) => {
    await expect(record(who, asked)).rejects.toMatchObject({
      code: 'INVALID',
      facts: { missing: [{ path, message: expect.any(String) }] },
    })
  })

  test.each(['training', 'charter', 'workstation', 'affiliation'] as const)(
    '%s lapses in the millisecond that it says',
    async (proof) => {
      for (const [who, asked] of whole) await record(who, asked)
      const account = await found()
      const end = account.proofs[proof] ?? 0
      const at = (now: number) => proofStands(account, proof, { rules: needs.rules, now })
      expect([at(end - 1), at(end)]).toEqual([true, false])
    },
  )

  test('of an older version does not stand, however long it would last', async () => {
    for (const [who, asked] of whole) await record(who, asked)
    const newer = { ...needs.rules, charter: { ...needs.rules.charter, version: '2027-1' } }
    expect(lackingProofs(await found(), { now: noon, rules: newer })).toEqual(['charter'])
  })

  test('whose row cannot be written is said in the log to have come to nothing', async () => {
    entries.length = 0
    const broken = {
      db: { transaction: () => ({ execute: () => Promise.reject(new Error('disk')) }) },
    } as unknown as Pick<Store, 'db'>
    const asked = { proof: 'workstation' } as const
    await expect(recordProof({ ...needs, store: broken }, person('alice'), asked)).rejects.toThrow('disk')
    expect(entries.map(({ body }) => body)).toMatchObject([
      { type: 'proof.recorded' },
      { type: 'state.aborted', of: 1 },
    ])
  })
})

test('the proofs of a person are read by herself, her line manager, the registrar and the DPO', async () => {
  const may: string[] = []
  for (const who of ['alice', 'sylvie', 'rene', 'nadia', 'paul', 'marc', 'claire'])
    await readProofs(needs, person(who), alice).then(
      () => may.push(who),
      (error) => expect(error).toMatchObject({ code: 'NOT_FOUND' }),
    )
  expect(may).toEqual(['alice', 'sylvie', 'rene', 'nadia'])
})

test('the demo holds the versions that the policy has in force', () => {
  const { training, charter } = needs.rules
  expect(demoVersions).toEqual({ training: training.version, charter: charter.version })
  const all: readonly ProofKind[] = ['training', 'charter', 'review', 'workstation', 'affiliation']
  for (const account of demoAccounts(clock))
    expect(all.filter((proof) => !proofStands(account, proof, { rules: needs.rules, now: noon }))).toEqual([])
})
