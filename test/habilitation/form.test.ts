/** The form: every field has its page, its words and its readers, and the register is what the form says is public. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { formOf } from '../../services/habilitation/form/form.ts'
import { copyOf, publicOf, seenOf } from '../../services/habilitation/form/seen.ts'
import { progressOf } from '../../services/habilitation/progress.ts'
import { publicRequests } from '../../services/habilitation/publication.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { type Body, body, patched } from '../../services/habilitation/request.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import { leastBody, openRoom, person, rulebook } from './fixtures.ts'
import { act, opened, walked } from './walk.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

/** Every field filled in; what must never leave is marked. */
const full: Body = patched(
  {},
  {
    ...leastBody,
    leadName: 'CHU de Rouen',
    applicant: {
      kind: 'legal',
      name: 'CHU de Rouen',
      address: 'PRIVATE',
      siret: 'PRIVATE',
      email: 'PRIVATE',
    },
    billing: { organisation: 'PRIVATE' },
    summaryWithheldReason: 'PRIVATE',
    responsible: { name: 'PRIVATE' },
    principalInvestigator: { name: 'PRIVATE' },
    qualifications: 'PRIVATE',
    additional: 'PRIVATE',
    technicalNeeds: 'PRIVATE',
    extraDuty: { mode: 'PREUVE_IMPOSSIBILITE', evidence: 'PRIVATE' },
    declarationsOfInterest: [{ party: 'CHU de Rouen', none: false, text: 'PRIVATE' }],
    persons: [
      { issuer: 'demo', subject: 'alice', profile: 'analyst', name: 'PRIVATE', email: 'a@PRIVATE.fr' },
    ],
    lines: [
      {
        ...leastBody.lines[0],
        justification: 'PRIVATE',
        period: { from: '2024-01-01', until: '2024-12-31' },
      },
    ],
    financing: 'LATER',
  },
)

describe('the form', () => {
  test('has six steps, and every field of the body once, in two languages', () => {
    const { steps } = formOf(rules)
    expect(steps.map(({ step }) => step)).toEqual([
      'project',
      'purpose',
      'data',
      'team',
      'duration',
      'commitment',
    ])
    const fields = steps.flatMap((one) => one.fields)
    expect(fields.map(({ name }) => name).sort()).toEqual(Object.keys(body.shape).sort())
    for (const { label, help, schema } of fields) {
      expect([label.fr, label.en, help.fr, help.en].every((word) => word.length > 2)).toBe(true)
      expect(schema).toMatchObject({ $schema: expect.any(String) })
    }
  })

  test('says which routes ask for a field besides', () => {
    const fields = new Map(
      formOf(rules).steps.flatMap((one) => one.fields.map((field) => [field.name, field])),
    )
    expect(fields.get('routeReference')).toMatchObject({ required: false, copied: false, light: false })
    expect(fields.get('routeReference')?.requiredBy).toContain('MR_004')
    expect(fields.get('title')).toMatchObject({ required: true, requiredBy: [], public: 'yes', light: true })
    expect(fields.get('persons')).toMatchObject({ public: 'no', seenBy: ['applicant', 'instruction'] })
  })
})

describe('the codes of a field', () => {
  test('are told with their words, but for the routes that nobody may choose', () => {
    const { steps, choices } = formOf(rules)
    const fields = new Map(steps.flatMap((one) => one.fields.map((field) => [field.name, field.codes])))
    expect(fields.get('purposes')).toEqual(['purposes-snds', 'purposes-ehds'])
    expect(fields.get('title')).toEqual([])
    expect(choices['purposes-snds']?.[0]).toMatchObject({ code: 'SNDS-III-1', family: 'snds', until: null })
    const offered = rules.vocabularies.routes.filter(({ facts }) => facts.offered !== false)
    expect(offered.length).toBeLessThan(rules.vocabularies.routes.length)
    expect(choices.routes?.map(({ code }) => code)).toEqual(offered.map(({ code }) => code))
  })
})

describe('a reader', () => {
  test('of the register meets nothing that is private, and some of it only after the decision', () => {
    const before = publicOf(full, { decided: false })
    const after = publicOf(full, { decided: true })
    expect(JSON.stringify([before, after])).not.toContain('PRIVATE')
    expect(before).toMatchObject({
      applicant: { name: 'CHU de Rouen' },
      lines: [{ dataset: 'pmsi-demo', period: { from: '2024-01-01' } }],
      declarationsOfInterest: [{ party: 'CHU de Rouen', none: false }],
    })
    expect(before).not.toHaveProperty('aim')
    expect(after).toMatchObject({
      aim: full.aim,
      financing: 'LATER',
      extraDuty: { mode: 'PREUVE_IMPOSSIBILITE' },
    })
    for (const field of ['persons', 'billing', 'responsible', 'summaryWithheldReason', 'truthful']) {
      expect(after).not.toHaveProperty(field)
    }
  })

  test('who holds data sees no person, no fee and the name of the applicant only', () => {
    const seen = seenOf(full, ['holder'])
    expect(seen).toMatchObject({ title: full.title, applicant: { name: 'CHU de Rouen' } })
    for (const field of ['persons', 'billing', 'financing', 'safeguards'])
      expect(seen).not.toHaveProperty(field)
    expect(seen.applicant).not.toHaveProperty('siret')
  })

  test('who instructs sees all but the fees, which are for the secretariat', async () => {
    const room = await openRoom()
    const id = await opened(room, { ...full, extraDuty: undefined })
    await act(room, id, [
      'paul',
      { type: 'change', patch: { declarationsOfInterest: null, applicant: null } },
    ])
    await act(room, id, ['paul', { type: 'submission' }])
    const read = async (who: string) => readHabilitation(room, person(who), id)
    expect(await read('nadia')).toMatchObject({ persons: full.persons })
    expect(await read('nadia')).not.toHaveProperty('billing')
    expect(await read('lucie')).toHaveProperty('billing')
    expect(await read('rouen')).not.toHaveProperty('persons')
  })

  test('of a copy finds what is not of one request alone', () => {
    expect(copyOf(full)).toMatchObject({ title: full.title, lines: full.lines })
    for (const field of ['accessPeriod', 'routeReference', 'declarationsOfInterest']) {
      expect(copyOf(full)).not.toHaveProperty(field)
    }
  })
})

test('the register shows the public part of what was submitted', async () => {
  const room = await openRoom()
  await walked(room, 'submission')
  expect(await publicRequests(room)).toMatchObject([
    { title: leastBody.title, purposes: ['SNDS-III-6'], datasets: ['pmsi-demo'] },
  ])
  const [one] = await publicRequests(room)
  expect(one).not.toHaveProperty('aim')
  expect(one).not.toHaveProperty('persons')
})

describe('progress', () => {
  test('is counted page by page, each item with its path, its check and both languages', async () => {
    const room = await openRoom()
    const patch = { aim: null, purposes: ['SNDS-III-9'], accessPeriod: { until: '2020-01-01' } }
    const id = await opened(room)
    const seen = await act(room, id, ['paul', { type: 'change', patch }])
    const of = (step: string) => seen.completeness.steps.find((one) => one.step === step)
    expect(seen.completeness.complete).toBe(false)
    expect(of('project')).toMatchObject({
      ...{ asked: 7, done: 6, percent: 85 },
      missing: [
        { path: 'aim', check: 'technical', fr: 'Ce champ est demandé.', en: 'This field is needed.' },
      ],
      advice: [{ path: 'summaryLay', check: 'semantic' }],
    })
    expect(of('purpose')).toMatchObject({ asked: 3, done: 2, missing: [{ path: 'purposes[0]' }] })
    expect(of('data')).toMatchObject({ asked: 1, done: 1, percent: 100, missing: [] })
    expect(of('duration')?.missing).toMatchObject([{ path: 'accessPeriod.until', check: 'technical' }])
    expect(of('commitment')).toMatchObject({ asked: 0, percent: 100 })
  })

  test('tells what is about the project from what is about the form', async () => {
    const room = await openRoom()
    const id = await opened(room, { ...leastBody, kind: 'SECTOR_USEFUL' })
    const seen = await readHabilitation(room, person('paul'), id)
    expect(seen.kind).toBe('PERSONAL_HEALTH')
    const wrong = await act(room, id, ['paul', { type: 'change', patch: { route: 'NON_PERSONNELLE' } }])
    const items = wrong.completeness.steps.flatMap(({ missing }) => missing)
    expect(items).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'kind', check: 'contextual' })]),
    )
  })

  test('advises on a text that is its label, a copy, or no sentence at all', async () => {
    const room = await openRoom()
    const text = 'Nous décrivons les parcours de soins de la région, pour mieux soigner.'
    const patch = {
      ...{ title: 'Titre du projet ', aim: text, publicInterest: ` ${text}` },
      expectedBenefits: 'bla '.repeat(40),
    }
    const id = await opened(room)
    const seen = await act(room, id, ['paul', { type: 'change', patch }])
    expect(seen.missing).toEqual([])
    const advice = seen.completeness.steps.flatMap((one) => one.advice)
    expect(advice.map(({ path, check }) => [path, check])).toEqual([
      ['summaryLay', 'semantic'],
      ['title', 'semantic'],
      ['expectedBenefits', 'semantic'],
      ['publicInterest', 'semantic'],
    ])
  })

  test('of a light project asks for less', () => {
    const nothing = { missing: [], advice: [] }
    const asked = (kind: Body['kind']) =>
      progressOf(patched({}, { kind }), nothing, rules).steps.map((one) => one.asked)
    expect(asked('SECTOR_USEFUL')).toEqual([6, 2, 1, 1, 2, 0])
    expect(asked('PERSONAL_HEALTH')).toEqual([6, 3, 1, 1, 2, 0])
  })
})
