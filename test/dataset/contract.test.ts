import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Contract } from '../../services/dataset/contract.ts'
import { readContract, setContract } from '../../services/dataset/contracts.ts'
import { readDataset } from '../../services/dataset/deposit.ts'
import { registerOptOuts } from '../../services/dataset/opt-outs.ts'
import { declare, deposit, fixedClock, havre, openRoom, person, type Room, rouen, rulesOf } from './room.ts'
import { acts, people, small } from './small.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room.close())

const agreed: Contract = {
  frequency: 'monthly',
  categories: ['unit', 'key', 'plain', 'NAISSANCE_MOIS_ANNEE'],
  contact: { name: 'DIM', email: 'dim@example.org' },
  optOutFile: 'none',
  manifest: 'optional',
}

async function under(name: string, changes: Partial<Contract> = {}): Promise<void> {
  await declare(room.needs, small(name))
  await setContract(room.needs, rouen, { dataset: name, contract: { ...agreed, ...changes } })
}

const sent = (name: string) => deposit(room.needs, name, { people, acts })

describe('the deposit contract of a dataset', () => {
  test('is set by its holder, read by its holder and the DPO, and recorded', async () => {
    await under('kept')
    expect(await readContract(room.needs, rouen, 'kept')).toEqual(agreed)
    await setContract(room.needs, rouen, { dataset: 'kept', contract: { ...agreed, frequency: 'weekly' } })
    const dpo = person('nadia', 'region-normandie', 'dpo')
    expect(await readContract(room.needs, dpo, 'kept')).toMatchObject({ frequency: 'weekly' })
    const entries = room.audit.entries.filter(({ body }) => body.type === 'dataset.contracted')
    expect(entries).toHaveLength(2)
    expect(entries[0]?.about.holders).toEqual(['chu-rouen'])
    await expect(readContract(room.needs, havre, 'kept')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const foreign = setContract(room.needs, havre, { dataset: 'kept', contract: agreed })
    await expect(foreign).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const alice = person('alice', 'chu-rouen', 'researcher')
    await expect(readContract(room.needs, alice, 'kept')).rejects.toMatchObject({ code: 'ROLE' })
  })

  test('that is kept lets a deposit pass', async () => {
    await under('good')
    expect(await sent('good')).toMatchObject({ status: 'accepted', findings: [] })
  })

  test('refuses a deposit without the manifest that it demands', async () => {
    await under('unsigned', { manifest: 'required' })
    const shown = await sent('unsigned')
    expect([shown.status, rulesOf(shown)]).toEqual(['refused', ['manifest.absent']])
  })

  test('refuses columns of a kind that it does not name, each by its name', async () => {
    await under('outside', { categories: ['unit', 'plain', 'NAISSANCE_MOIS_ANNEE'] })
    const shown = await sent('outside')
    expect(shown).toMatchObject({
      status: 'refused',
      findings: [{ rule: 'contract.category', table: 'acts', column: 'act' }],
    })
  })

  test('holds a deposit whose column looks like a quasi-identifier that it does not name', async () => {
    const descriptor = {
      ...{ name: 'tagged', kind: 'personal', holder: 'chu-rouen' },
      resources: [
        { name: 'people', schema: { fields: [{ name: 'id', role: 'unit' }, { name: 'commune' }] } },
      ],
    }
    await declare(room.needs, descriptor)
    const rows = ['76540', '76217', '14118', '27229', '61001', '50129', '76351', '76681', '14366', '27681']
    const text = `id;commune\n${rows.map((code, at) => `p${at};${code}`).join('\n')}\n`
    const verdict = async (categories: Contract['categories']) => {
      await setContract(room.needs, rouen, { dataset: 'tagged', contract: { ...agreed, categories } })
      const shown = await deposit(room.needs, 'tagged', { people: text })
      return [shown.status, ...rulesOf(shown)]
    }
    expect(await verdict(['unit', 'plain'])).toEqual(['quarantined', 'quasi-identifier', 'contract.category'])
    expect(await verdict(['unit', 'plain', 'COMMUNE_RESIDENCE'])).toEqual(['accepted', 'quasi-identifier'])
  })

  test('refuses a deposit before the list of opt-outs that it demands', async () => {
    await under('listed', { optOutFile: 'required' })
    const before = await sent('listed')
    expect([before.status, rulesOf(before)]).toEqual(['refused', ['contract.opt-outs']])
    const pseudonyms = [`h1k01_${'a'.repeat(32)}`]
    await registerOptOuts({ ...room.needs, optOuts: room.optOuts }, rouen, { dataset: 'listed', pseudonyms })
    expect(rulesOf(await sent('listed'))).not.toContain('contract.opt-outs')
  })
})

describe('a promised frequency', () => {
  test('tells everybody by when the next version is expected, and when it is late', async () => {
    await under('due')
    expect(await readDataset(room.needs, havre, 'due')).not.toHaveProperty('expectedBy')
    await sent('due')
    expect(await readDataset(room.needs, havre, 'due')).toMatchObject({
      expectedBy: '2026-12-21',
      late: false,
    })
    const at = (days: number) => ({ now: () => fixedClock.now() + days * 86_400_000 })
    const last = await readDataset({ ...room.needs, clock: at(30) }, havre, 'due')
    expect(last).toMatchObject({ late: false })
    const over = await readDataset({ ...room.needs, clock: at(31) }, havre, 'due')
    expect(over).toMatchObject({ expectedBy: '2026-12-21', late: true })
    await setContract(room.needs, rouen, { dataset: 'due', contract: { ...agreed, frequency: 'irregular' } })
    expect(await readDataset(room.needs, havre, 'due')).not.toHaveProperty('late')
  })
})
