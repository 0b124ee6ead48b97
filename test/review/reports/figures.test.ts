/** Every figure of every report on a planted history, counted by hand. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { actOn } from '../../../services/habilitation/act.ts'
import { type Made, makeReport, type ReportAsked } from '../../../services/review/reports/make.ts'
import { periodOf } from '../../../services/review/reports/period.ts'
import { formatNames } from '../../../services/review/reports/render.ts'
import { type Cell, type ReportName, reportNames } from '../../../services/review/reports/report.ts'
import { usesOf } from '../../../services/review/reports/uses.ts'
import { person } from '../../habilitation/fixtures.ts'
import { useLoggedHouse } from '../house.ts'
import { type Planted, plant } from './history.ts'

// Reports read the history and add no more than the entry that tells of them, which no figure counts.
const house = useLoggedHouse('shared')
let planted: Planted
beforeAll(async () => {
  planted = await plant(house)
})

/** From April on: the first request lies before. */
const period = { from: '2026-04-01', until: '2026-11-21' }
const made = (report: ReportName, change: Partial<ReportAsked> = {}, who = 'nadia'): Promise<Made> =>
  makeReport(planted.needs, person(who), { ...period, report, format: 'json', language: 'fr', ...change })

function fieldsOf({ report }: Made, key: string): Readonly<Record<string, Cell>> {
  const section = report.sections.find((one) => one.key === key)
  if (section === undefined || !('fields' in section)) throw new Error(`no fields ${key}`)
  return section.fields
}
function rowsOf({ report }: Made, key: string): readonly Readonly<Record<string, Cell>>[] {
  const section = report.sections.find((one) => one.key === key)
  if (section === undefined || 'fields' in section) throw new Error(`no table ${key}`)
  const { columns, rows } = section
  for (const row of rows) expect(row).toHaveLength(columns.length)
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])))
}
const pick = (rows: readonly Readonly<Record<string, Cell>>[], ...names: string[]) =>
  rows.map((row) => names.map((name) => row[name]))

test('the access body: applications, decisions, delays, measures, use of the catalogue', async () => {
  const report = await made('biennial')
  expect(fieldsOf(report, 'applications')).toEqual({
    ...{ received: 4, granted: 2, partial: 1, refused: 1, withdrawn: 1, lapsed: 0, appeals: 0 },
    ...{ permits: 2, amendments: 0, amendmentsRefused: 0 },
    // Ten, thirty and twenty days; to the permit twelve and twenty.
    ...{ meanDaysToDecision: 20, meanDaysToAccess: 16 },
  })
  expect(pick(rowsOf(report, 'byRoute'), 'route', 'applications')).toEqual([
    ['MR_004 Méthodologie MR-004', 4],
  ])
  expect(
    rowsOf(report, 'byPurpose').map(({ purpose, applications }) => [
      String(purpose).slice(0, 10),
      applications,
    ]),
  ).toEqual([
    ['SNDS-III-1', 2],
    ['SNDS-III-6', 3],
  ])
  expect(pick(rowsOf(report, 'byApplicant'), 'applications')).toEqual([[4]])
  expect(rowsOf(report, 'refusals')).toEqual([
    {
      request: planted.ids.refused,
      title: 'Trop',
      decided: '2026-05-31T10:00:00.000Z',
      reasons: 'Trop large.',
    },
  ])
  expect(fieldsOf(report, 'measures')).toEqual({
    ...{ suspensions: 1, notices: 0, revocations: 0, findingsRaised: 3, findingsClosed: 2, incidents: 1 },
    // Fifteen let through and three refused.
    ...{ questions: '11-100', questionsRefused: '1-10', destructions: 1 },
  })
  expect(pick(rowsOf(report, 'catalogue'), 'dataset', 'applications', 'questions')).toEqual([
    ['pmsi-demo', 4, '11-100'],
    ['lab-demo', 1, '0'],
    ['beds-demo', 0, '0'],
  ])
  expect(Object.values(fieldsOf(report, 'byHand')).every((cell) => cell === null)).toBe(true)
})

test('the access body over the whole year counts the first request too', async () => {
  const report = await made('biennial', { from: '2026-03-02' })
  expect(fieldsOf(report, 'applications')).toMatchObject({ received: 5, granted: 3, permits: 3 })
  const before = await made('biennial', { from: '2026-03-02', until: '2026-03-31' })
  expect(fieldsOf(before, 'applications')).toMatchObject({ received: 1, granted: 1, refused: 0 })
  expect(before.report.asOf).toBe('2026-03-31T21:59:59.999Z')
})

test('the CNIL: studies with access in the period, their length, persons, components', async () => {
  const report = await made('cnil')
  expect(fieldsOf(report, 'studies')).toMatchObject({
    ...{ studies: 3, ended: 1, meanHabilitated: 1, incidents: 1, rulesLoaded: 0 },
    // From 5 March and 14 April to the end of February, from 30 June to 1 October: 361, 321 and 93 days.
    meanAccessDays: Math.round(((361 + 321 + 93) / 3) * 10) / 10,
    ...{ meanPatients: null, meanDepthYears: null, publications: 0, benefits: null },
  })
  expect(pick(rowsOf(report, 'components'), 'dataset', 'holder', 'studies')).toEqual([
    ['lab-demo', 'GH du Havre', 1],
    ['pmsi-demo', 'CHU de Rouen', 3],
  ])
  expect(pick(rowsOf(report, 'profiles'), 'profile', 'persons')).toEqual([['analyst', 3]])
  expect(pick(rowsOf(report, 'financing'), 'title', 'financing', 'partners')).toEqual([
    ['Avant', null, null],
    ['Parcours', 'ANR', 'CHU de Rouen'],
    ['Deux sources', null, null],
  ])
})

test('article 30: one line for each permit with access in the period, and nothing invented', async () => {
  const report = await made('article-30')
  expect(
    pick(rowsOf(report, 'processings'), 'request', 'permit', 'title', 'controllers', 'from', 'until'),
  ).toEqual([
    [planted.ids.early, `${planted.projects.early} v1`, 'Avant', null, '2026-03-05', '2027-02-28'],
    [
      planted.ids.granted,
      `${planted.projects.granted} v1`,
      'Parcours',
      'CHU de Rouen',
      '2026-04-14',
      '2027-02-28',
    ],
    [planted.ids.partial, `${planted.projects.partial} v1`, 'Deux sources', null, '2026-06-30', '2026-10-01'],
  ])
  expect(fieldsOf(report, 'organisation')).toEqual({
    ...{ node: 'FR-NOR', controller: null, jointControllers: null, representative: null },
    ...{ dpo: 'Nadia', contact: null },
  })
  expect(fieldsOf(report, 'processor')).toMatchObject({
    operators: 'Karim',
    onBehalfOf: 'CHU de Rouen ; GH du Havre',
    transfers: null,
  })
  expect(report.report.toComplete).toEqual([
    { path: 'organisation.controller', cells: 1 },
    { path: 'organisation.jointControllers', cells: 1 },
    { path: 'organisation.representative', cells: 1 },
    { path: 'organisation.contact', cells: 1 },
    { path: 'processings.controllers', cells: 2 },
    { path: 'processings.legalBasis', cells: 3 },
    { path: 'processings.transfers', cells: 3 },
    { path: 'processings.safeguards', cells: 3 },
    { path: 'processings.dpia', cells: 3 },
    { path: 'processor.transfers', cells: 1 },
  ])
  const later = await made('article-30', { from: '2026-10-02' })
  expect(pick(rowsOf(later, 'processings'), 'title')).toEqual([['Avant'], ['Parcours']])
})

test('habilitated persons: each on each permit, with its end, its proofs and what stops it', async () => {
  const report = await made('persons')
  expect(
    pick(rowsOf(report, 'persons'), 'project', 'subject', 'employer', 'from', 'until', 'standing'),
  ).toEqual([
    [planted.projects.early, 'alice', 'CHU de Rouen', '2026-03-05', '2027-02-28', 'en cours'],
    [planted.projects.granted, 'alice', 'CHU de Rouen', '2026-04-14', '2027-02-28', 'suspendue'],
    [planted.projects.partial, 'alice', 'CHU de Rouen', '2026-06-30', '2026-10-01', 'en clôture'],
  ])
  expect(rowsOf(report, 'persons')[0]).toMatchObject({
    email: null,
    phone: null,
    firstName: null,
    training: '2036-11-21',
  })
  expect(rowsOf(report, 'staff').map(({ subject }) => subject)).toEqual([
    ...['alice', 'claire', 'karim', 'lucie', 'nadia', 'paul', 'rouen'],
  ])
  expect(fieldsOf(report, 'organisation')).toMatchObject({
    siret: null,
    registrationAuthority: 'Claire',
    delegates: 'Lucie',
  })
})

test('processings: every request that was sent, granted or not, with its boxes', async () => {
  const report = await made('processings')
  expect(
    pick(rowsOf(report, 'processings'), 'title', 'SNDS-III-1', 'SNDS-III-6', 'personsMobilised', 'state'),
  ).toEqual([
    ['Avant', '', 'X', 1, 'en cours'],
    ['Parcours', '', 'X', 1, 'suspendue'],
    ['Trop', 'X', '', 1, 'refusée'],
    ['Deux sources', '', 'X', 1, 'en clôture'],
    ['Retirée', 'X', 'X', 1, 'retirée'],
  ])
  expect(rowsOf(report, 'processings')[0]).toMatchObject({
    professionalIds: null,
    quasiIdentifiers: null,
    data: 'pmsi-demo',
  })
})

test('the security measures show the entries of the period', async () => {
  const report = await made('sec')
  const evidence = Object.fromEntries(pick(rowsOf(report, 'measures'), 'measure', 'evidence'))
  expect(evidence).toMatchObject({
    // Two granted; no call was refused.
    ...{ 'SEC-HAB-1': 2, 'SEC-EXP-1': 11, 'SEC-EXP-3': 5, 'SEC-SEN-1': 3, 'SEC-TRA-1': 0, 'SEC-INC-2': 0 },
    // One suspension, one stopped question.
    'SEC-HAB-4': 2,
  })
  expect(rowsOf(report, 'holdings').reduce((sum, { measures }) => sum + Number(measures), 0)).toBe(23)
})

describe('the statement of a holder', () => {
  test('has each use of its data as the log has it, and nobody who asked', async () => {
    const report = await made('holder', {}, 'rouen')
    expect(fieldsOf(report, 'holder')).toEqual({
      ...{ holder: 'chu-rouen', name: 'CHU de Rouen', datasets: 'pmsi-demo ; beds-demo' },
      ...{ questions: 15, questionsRefused: 3, projects: 2, askers: 2 },
    })
    const uses = rowsOf(report, 'uses')
    const outcomes = uses.map(({ outcome }) => outcome)
    expect(outcomes).toEqual([
      ...Array(11).fill('réponse donnée'),
      ...['arrêtée', 'sans issue connue', 'sans issue connue', 'sans issue connue'],
    ])
    for (const { entry, leaf, instant } of uses) {
      const [shard = '', seq = ''] = String(entry).split('/')
      expect(await house.audit.entry(Number(seq), shard)).toMatchObject({
        leaf,
        ts: instant,
        body: { type: 'query.intent' },
      })
    }
    expect(uses[0]).toMatchObject({
      purpose: 'SNDS-III-6',
      objective: 'O1',
      columns: 'pmsi-demo v1 (stays.stay_id)',
    })
    expect(pick(rowsOf(report, 'questionsRefused'), 'permit', 'code')).toEqual(
      Array(3).fill([planted.projects.granted, 'ROW_LEVEL']),
    )
    expect(pick(rowsOf(report, 'deposits'), 'dataset', 'outcome', 'version')).toEqual([
      ['pmsi-demo', 'refusé', ''],
      ['pmsi-demo', 'accepté', 4],
    ])
    expect(pick(rowsOf(report, 'lines'), 'title', 'dataset', 'answer')).toEqual([
      ['Avant', 'pmsi-demo', 'contresignée'],
      ['Parcours', 'pmsi-demo', 'contresignée'],
      ['Trop', 'pmsi-demo', 'contresignée'],
      ['Deux sources', 'pmsi-demo', 'contresignée'],
      ['Retirée', 'pmsi-demo', 'en attente'],
    ])
    expect(Buffer.from(report.bytes).toString()).not.toMatch(/alice|paul|demo:/i)
  })

  test('of another holder has its own lines only', async () => {
    const report = await made('holder', { organisation: 'gh-havre' })
    expect(fieldsOf(report, 'holder')).toMatchObject({ holder: 'gh-havre', questions: 0, askers: 0 })
    expect(pick(rowsOf(report, 'lines'), 'title', 'dataset', 'answer')).toEqual([
      ['Deux sources', 'lab-demo', 'déclinée'],
    ])
    expect(rowsOf(report, 'uses')).toEqual([])
    expect(rowsOf(report, 'questionsRefused')).toEqual([])
  })
})

test('a statement of too many uses is refused, not cut short', async () => {
  const asked = { organisation: 'chu-rouen', datasets: ['pmsi-demo'], projects: [] }
  const span = periodOf(period, { now: 0, years: 1 })
  const whole = await usesOf(planted.needs, { ...asked, period: span, limit: 15 })
  expect(whole.uses).toHaveLength(15)
  await expect(usesOf(planted.needs, { ...asked, period: span, limit: 14 })).rejects.toMatchObject({
    code: 'TOO_LARGE',
  })
})

test.each(reportNames)('%s has all its words in both languages and every format', async (name) => {
  const more = name === 'holder' ? { organisation: 'chu-rouen' } : {}
  for (const language of ['fr', 'en'] as const) {
    for (const format of formatNames.filter((one) => one !== 'xlsx')) {
      const { bytes } = await made(name, { ...more, language, format })
      expect(bytes.length).toBeGreaterThan(200)
    }
  }
})

// An act changes what every report says: this history is of one test.
describe('after one more act', () => {
  const own = useLoggedHouse()

  test('a person who was stopped alone is said to be', async () => {
    const { room, ids, needs } = await plant(own)
    const alice = { issuer: 'demo', subject: 'alice' }
    const command = { type: 'suspension', reason: 'Doute.', person: alice } as const
    await actOn(room, person('nadia'), { id: ids.early, command })
    const report = await makeReport(needs, person('claire'), {
      report: 'persons',
      ...period,
      format: 'json',
      language: 'en',
    })
    expect(pick(rowsOf(report, 'persons'), 'standing')).toEqual([['suspended'], ['suspended'], ['closing']])
  })
})
