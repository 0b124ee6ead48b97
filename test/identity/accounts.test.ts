import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type AccountTable, openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import { openTestStore, type TestStore } from '../stored.ts'

const clock = { now: () => Date.UTC(2028, 1, 29, 12) }
let store: TestStore
let accounts: AccountTable
beforeAll(async () => {
  store = await openTestStore()
  accounts = openAccounts(store)
  await accounts.seed({ organisations: demoOrganisations, accounts: demoAccounts(clock) })
})
afterAll(async () => {
  await store.close()
})

describe('the accounts', () => {
  test('of the demo are the thirteen of the contract, and the four whom grants and appeals need', async () => {
    const rows = (await accounts.list()).map(({ subject, roles, organisation }) => [
      subject,
      roles.join('+'),
      organisation,
    ])
    expect(rows).toEqual([
      ['alice', 'researcher', 'chu-rouen'],
      ['bruno', 'researcher', 'univ-caen'],
      ['claire', 'authority', 'region-normandie'],
      ['emma', 'checker', 'univ-caen'],
      ['havre', 'holder', 'gh-havre'],
      ['ines', 'ethics', 'univ-caen'],
      ['karim', 'operator', 'region-normandie'],
      ['louis', 'checker', 'univ-caen'],
      ['lucie', 'secretariat', 'region-normandie'],
      ['marc', 'manager', 'univ-caen'],
      ['nadia', 'dpo', 'region-normandie'],
      ['odile', 'authority', 'region-normandie'],
      ['paul', 'researcher+lead', 'chu-rouen'],
      ['rene', 'registrar', 'region-normandie'],
      ['rouen', 'holder', 'chu-rouen'],
      ['sylvie', 'manager', 'chu-rouen'],
      ['yves', 'authority', 'region-normandie'],
    ])
  })

  test('of the demo hold proofs for years, also when the demo starts on a 29 February', async () => {
    const alice = await accounts.find({ issuer: 'demo', subject: 'alice' })
    const inTenYears = Date.UTC(2038, 1, 27, 23)
    const kinds = ['training', 'charter', 'review', 'workstation', 'affiliation']
    expect(alice?.proofs).toEqual(Object.fromEntries(kinds.map((kind) => [kind, inTenYears])))
    for (const subject of ['nadia', 'ines', 'claire', 'yves']) {
      const reviewer = await accounts.find({ issuer: 'demo', subject })
      expect(reviewer?.proofs.interests).toBe(inTenYears)
    }
  })

  test('are found by issuer and subject together, in their exact letters', async () => {
    expect(await accounts.find({ issuer: 'demo', subject: 'alice' })).toMatchObject({ displayName: 'Alice' })
    for (const stranger of [
      { issuer: 'other', subject: 'alice' },
      { issuer: 'demo', subject: 'ALICE' },
      { issuer: 'demo', subject: "alice' OR true --" },
    ]) {
      expect(await accounts.find(stranger)).toBeNull()
    }
  })

  test('may be seeded again: what is given wins, the others stay', async () => {
    const [alice] = demoAccounts(clock)
    if (alice === undefined) throw new Error('no alice')
    await accounts.seed({ organisations: [], accounts: [{ ...alice, roles: ['lead'], proofs: {} }] })
    expect(await accounts.find(alice)).toMatchObject({ roles: ['lead'], proofs: {} })
    expect(await accounts.list()).toHaveLength(17)
    await accounts.seed({ organisations: demoOrganisations, accounts: [alice] })
    expect(await accounts.find(alice)).toEqual(alice)
  })

  test('have no role that this version does not know', async () => {
    await store.db
      .updateTable('identity_account')
      .set({ roles: ['researcher', 'superuser'] })
      .where('subject', '=', 'bruno')
      .execute()
    expect(await accounts.find({ issuer: 'demo', subject: 'bruno' })).toMatchObject({ roles: ['researcher'] })
  })

  test('belong to an organisation that is known', async () => {
    const [alice] = demoAccounts(clock)
    if (alice === undefined) throw new Error('no alice')
    const lost = { ...alice, subject: 'lost', organisation: 'nowhere' }
    await expect(accounts.seed({ organisations: [], accounts: [lost] })).rejects.toMatchObject({
      code: '23503',
    })
    expect(await accounts.organisations()).toHaveLength(4)
  })
})
