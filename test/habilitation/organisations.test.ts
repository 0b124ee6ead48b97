/** The extra duty of some organisations: nobody escapes it by silence, by a laboratory, or by employing whom it excludes. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { demoOrganisations } from '../../services/identity/demo-accounts.ts'
import { directory, leastBody, openRoom, person, type Room } from './fixtures.ts'
import { act } from './walk.ts'

let room: Room
/** The demo, where two more organisations and their people work. */
beforeEach(async () => {
  const people = [
    person('paul', { subject: 'pia', organisation: 'pharma' }),
    person('paul', { subject: 'leo', organisation: 'labo' }),
    person('alice', { subject: 'petra', organisation: 'pharma' }),
  ]
  room = await openRoom({
    directory: {
      find: async (actor) =>
        people.find(({ subject }) => subject === actor.subject) ?? (await directory.find(actor)),
      organisations: async () => [
        ...demoOrganisations,
        { id: 'pharma', name: 'Pharma', kind: 'PRODUCTEUR_PRODUIT_SANTE' },
        { id: 'labo', name: 'Labo', kind: 'LABO_BUREAU_ETUDES' },
      ],
    },
  })
})

const pia = person('paul', { subject: 'pia', organisation: 'pharma' })
const leo = person('paul', { subject: 'leo', organisation: 'labo' })
const petra = { issuer: 'demo', subject: 'petra', profile: 'analyst' }
const audit = { mode: 'PREUVE_IMPOSSIBILITE', evidence: 'Audit 2026-4' }
const intermediary = { extraDuty: { mode: 'INTERMEDIAIRE_INDEPENDANT', evidence: 'x' }, implementer: 'Labo' }

async function lacking(by: typeof pia, more: object): Promise<readonly string[]> {
  const request = { ...leastBody, ...more }
  const { missing } = await actOn(room, by, { command: { type: 'opening', request } })
  return missing.map(({ path }) => path)
}

describe('the extra duty', () => {
  test('is on the organisation of the lead, whatever the lead says or leaves out', async () => {
    expect(await lacking(pia, {})).toEqual(['extraDuty'])
    expect(await lacking(pia, { organisationKind: 'COLLECTIVITE' })).toEqual(['extraDuty'])
    expect(await lacking(pia, { extraDuty: audit })).toEqual([])
    expect(await lacking(person('paul'), {})).toEqual([])
  })

  test('cannot be submitted past', async () => {
    const { id } = await actOn(room, pia, { command: { type: 'opening', request: leastBody } })
    const submitting = actOn(room, pia, { id, command: { type: 'submission' } })
    await expect(submitting).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'extraDuty' }] },
    })
  })

  test('follows the beneficiary behind a laboratory, which must say for whom it works', async () => {
    expect(await lacking(leo, {})).toEqual(['beneficiary'])
    const beneficiary = { name: 'Pharma', organisationKind: 'PRODUCTEUR_PRODUIT_SANTE' }
    expect(await lacking(leo, { beneficiary })).toEqual(['extraDuty'])
    const harmless = { name: 'Pharma', organisationKind: 'ESR', organisation: 'pharma' }
    expect(await lacking(leo, { beneficiary: harmless })).toEqual(['extraDuty'])
    expect(await lacking(leo, { beneficiary: { name: 'An hospital', organisationKind: 'ESR' } })).toEqual([])
    expect(await lacking(leo, { beneficiary: { name: 'X', organisationKind: 'CLUB' } })).toEqual([
      'beneficiary.organisationKind',
    ])
  })

  test('with an intermediary shuts out the employees of the promoter, person by person', async () => {
    const beneficiary = {
      name: 'Pharma',
      organisationKind: 'PRODUCTEUR_PRODUIT_SANTE',
      organisation: 'pharma',
    }
    const persons = [leastBody.persons[0], petra]
    expect(await lacking(leo, { ...intermediary, beneficiary, persons })).toEqual(['persons[1]'])
    expect(await lacking(pia, { ...intermediary, persons })).toEqual(['persons[1]'])
    expect(await lacking(pia, { ...intermediary, implementer: ' ' })).toEqual(['implementer'])
    expect(await lacking(pia, { extraDuty: audit, persons })).toEqual([])
  })

  test('holds for a person who is added to a permit', async () => {
    const request = { ...leastBody, ...intermediary }
    const { id } = await actOn(room, pia, { command: { type: 'opening', request } })
    await actOn(room, pia, { id, command: { type: 'submission' } })
    await act(room, id, ['lucie', { type: 'completeness', complete: true }])
    await act(room, id, ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }])
    await act(room, id, ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }])
    await act(room, id, ['yves', { type: 'confirmation' }])
    await actOn(room, pia, { id, command: { type: 'acceptance' } })
    const patch = { persons: [leastBody.persons[0], petra] }
    await expect(actOn(room, pia, { id, command: { type: 'amendment', patch } })).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'persons[1]' }] },
    })
  })
})
