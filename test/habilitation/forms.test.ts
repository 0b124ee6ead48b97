/** Texts that have a form, and answers that call for words of their own. */
import { describe, expect, test } from '@jest/globals'
import { isSiret, ofForms, ofStudy } from '../../services/habilitation/forms.ts'
import { patched } from '../../services/habilitation/request.ts'

const paths = (body: object) => ofForms(patched({}, body)).map(({ path }) => path)
const period = { from: '2026-02-01', until: '2026-01-31' }

describe('a text of no possible form', () => {
  test.each([
    ['a country', { leadCountry: 'France' }, 'leadCountry'],
    ['a SIRET', { applicant: { kind: 'legal', name: 'x', siret: '73282932000075' } }, 'applicant.siret'],
    ['an address', { applicant: { kind: 'legal', name: 'x', email: 'a@b' } }, 'applicant.email'],
    ['that of a person in charge', { responsible: { name: 'x', email: 'a b@c.fr' } }, 'responsible.email'],
    [
      'of a person',
      { persons: [{ issuer: 'demo', subject: 'a', profile: 'x', email: '@c.fr' }] },
      'persons[0].email',
    ],
    ['a storage period', { storagePeriod: period }, 'storagePeriod.until'],
    ['the period of a line', { lines: [{ dataset: 'x', period }] }, 'lines[0].period.until'],
  ])('is told: %s', (_, body, path) => {
    expect(paths(body)).toEqual([path])
  })

  test('is told of a SIRET by its key alone', () => {
    expect(['73282932000074', '732 829 320 00074'].every(isSiret)).toBe(true)
    // La Poste: the sum of the digits, a multiple of five.
    expect(isSiret('35600000000006')).toBe(true)
    const keys = Array.from({ length: 10 }, (_, key) => `7328293200007${key}`)
    expect(keys.filter(isSiret)).toEqual(['73282932000074'])
    expect(['', '7328293200007', '7328293200007A', '35600000000007'].filter(isSiret)).toEqual([])
  })
})

describe('an answer that calls for words', () => {
  test.each([
    ['identifiers of professionals', { professionalIds: { asked: true } }, 'professionalIds.justification'],
    ['an exception to the opt-out', { optOutException: { asked: true } }, 'optOutException.justification'],
    ['pseudonymised data', { format: { form: 'pseudonymised' } }, 'format.reason'],
    ['a transfer', { transfers: { countries: ['US'] } }, 'transfers.basis'],
    ['a model', { modelsTrained: { trained: true } }, 'modelsTrained.plan'],
    ['a stigma', { noStigma: { confirmed: false } }, 'noStigma.text'],
    ['a linkage', { linkage: { groups: [['a', 'b']] } }, 'linkage.method'],
    [
      'everybody',
      { lines: [{ dataset: 'x', cohort: { origin: 'whole-population' } }] },
      'lines[0].cohort.reason',
    ],
    [
      'an interest',
      { declarationsOfInterest: [{ party: 'x', none: false }] },
      'declarationsOfInterest[0].text',
    ],
  ])('lacks them: %s', (_, body, path) => {
    expect(paths(body)).toEqual([path])
  })

  test.each([
    [{ professionalIds: { asked: false } }],
    [{ format: { form: 'anonymised' } }],
    [{ transfers: { countries: [] } }],
    [{ linkage: { groups: [] } }],
    [{ declarationsOfInterest: [{ party: 'x', none: true }] }],
    [{ format: { form: 'pseudonymised', reason: 'Follow-up of the same persons.' } }],
  ])('does not, when it is %j', (body) => {
    expect(paths(body)).toEqual([])
  })
})

test('a route shuts out only what it says', () => {
  const body = patched({}, { linkage: { groups: [['a', 'b']] }, lines: [{ dataset: 'x', history: 12 }] })
  expect(ofStudy(body, {})).toEqual([])
  expect(ofStudy(body, { maxHistory: 12 })).toEqual([])
  expect(ofStudy(body, { maxHistory: 11, noLinkage: true }).map(({ path }) => path)).toEqual([
    'linkage',
    'lines[0].history',
  ])
})
