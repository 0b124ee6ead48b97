/** The register of incidents, on a real log and a real database. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { openFindings } from '../../services/review/findings.ts'
import {
  clocksOfIncident,
  type Incident,
  type IncidentClock,
  incidentClocks,
} from '../../services/review/incident.ts'
import {
  closeIncident,
  decideOnPersons,
  describeIncident,
  type IncidentNeeds,
  notifyIncident,
  openIncident,
  recordOverdue,
} from '../../services/review/incident-acts.ts'
import { restoreIncidents } from '../../services/review/incident-recovery.ts'
import { openIncidents } from '../../services/review/incidents.ts'
import { closeFinding, readMonth } from '../../services/review/month.ts'
import { makeReport } from '../../services/review/reports/make.ts'
import { act } from '../audit/open-log.ts'
import { openRoom, person, rulebook } from '../habilitation/fixtures.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse()
const nadia = person('nadia')
const detected = '2026-03-01T09:00:00.000Z'
let needs: IncidentNeeds

beforeEach(async () => {
  const { audit, store } = house
  needs = { audit, clock: house.home.clock, incidents: openIncidents(store), rulebook: await rulebook() }
  house.home.clock.set(detected)
})

const facts = {
  kinds: ['confidentiality' as const],
  nature: 'Un relevé envoyé au mauvais service.',
  persons: 'moins de 11',
  records: 'moins de 11',
  effects: 'Lu par un soignant, rendu le jour même.',
  measures: 'Liste de diffusion corrigée.',
}
const open = (title = 'Un envoi') => openIncident(needs, nadia, { title })
const answered = (id: string, clock: IncidentClock, change: object = {}) =>
  notifyIncident(needs, nadia, { id, clock, answer: 'not-due', text: 'Sans risque.', ...change })

async function logged(type: string) {
  const found = []
  for await (const { seq, body } of house.audit.entries(0, house.audit.size))
    if (body.type === type) found.push({ body, sealed: await house.audit.unseal(seq) })
  return found
}

async function complete(): Promise<Incident> {
  const { id } = await open()
  await describeIncident(needs, nadia, { id, facts })
  for (const clock of incidentClocks) await answered(id, clock)
  return decideOnPersons(needs, nadia, { id, decision: 'not-told', reason: 'Sans risque élevé.' })
}

describe('an incident', () => {
  test('is in the log before it is in the register, its words sealed, under the next number', async () => {
    const [first, second] = await Promise.all([open('Un'), open('Deux')])
    expect([first.id, second.id].sort()).toEqual(['I-2026-0001', 'I-2026-0002'])
    const entries = await logged('incident.opened')
    expect(entries).toContainEqual({
      body: { type: 'incident.opened', incident: first.id, detected },
      sealed: { title: 'Un' },
    })
    await house.audit.close()
    await expect(open('Trois')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await needs.incidents.list()).toHaveLength(2)
  })

  test('opened from an entry is about the project of that entry; from none, it is not there', async () => {
    const refused = { type: 'query.refused', query: 'r1', code: 'ROW_LEVEL' } as const
    const { seq } = await house.audit.append(refused, act('alice', 'P0'))
    const entry = { shard: '2026', seq }
    const opened = await openIncident(needs, nadia, { title: 'Un essai', entry })
    expect(opened).toMatchObject({ project: 'P0', entry })
    const missing = openIncident(needs, nadia, { title: 'Rien', entry: { shard: '2026', seq: 99_999 } })
    await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('was not detected later than now', async () => {
    const tomorrow = openIncident(needs, nadia, { title: 'Demain', detectedAt: Date.parse(detected) + 1 })
    await expect(tomorrow).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('has clocks of 24 hours, 72 hours and one month from its detection', async () => {
    const { vocabularies } = await rulebook()
    const clocks = clocksOfIncident(await open(), { vocabularies, now: Date.parse(detected) })
    expect(clocks.map(({ id, dueAt, late }) => [id, dueAt, late])).toEqual([
      ['incident.ehds', '2026-03-02T09:00:00.000Z', false],
      ['incident.gdpr', '2026-03-04T09:00:00.000Z', false],
      ['incident.ehds.interim', '2026-03-04T09:00:00.000Z', false],
      ['incident.ehds.final', '2026-04-01T22:00:00.000Z', false],
    ])
  })

  test('has each clock that ran out written down once, and no other', async () => {
    const { id } = await open()
    await answered(id, 'incident.gdpr', { answer: 'sent', text: 'CNIL 2026-17' })
    house.home.clock.set('2026-03-04T09:00:00.000Z')
    await recordOverdue(needs)
    house.home.clock.set('2026-03-04T09:00:00.001Z')
    await recordOverdue(needs)
    await recordOverdue(needs)
    const entries = await logged('incident.overdue')
    expect(entries.map(({ body }) => body)).toEqual([
      { type: 'incident.overdue', incident: id, clock: 'incident.ehds' },
      { type: 'incident.overdue', incident: id, clock: 'incident.ehds.interim' },
    ])
  })

  test('is answered late with a word on why, and sent once', async () => {
    const { id } = await open()
    house.home.clock.set('2026-03-05T09:00:00.000Z')
    const late = { answer: 'sent', text: 'CNIL 2026-17' }
    await expect(answered(id, 'incident.gdpr', late)).rejects.toMatchObject({
      code: 'INVALID',
      facts: { missing: [{ path: 'delay' }] },
    })
    await answered(id, 'incident.gdpr', { ...late, at: Date.parse(detected) })
    await expect(answered(id, 'incident.gdpr')).rejects.toMatchObject({ code: 'CONFLICT' })
    await answered(id, 'incident.ehds', { ...late, delay: 'Un dimanche.' })
    // What was not due may be after all.
    await answered(id, 'incident.ehds.final')
    await answered(id, 'incident.ehds.final', late)
    const { notices } = await needs.incidents.read(id)
    expect(notices.map(({ clock, answer }) => [clock, answer])).toEqual([
      ['incident.gdpr', 'sent'],
      ['incident.ehds', 'sent'],
      ['incident.ehds.final', 'sent'],
    ])
  })

  test.each([
    ['later than now', 1],
    ['before the detection', -1],
  ])('is answered by no notice of an instant %s', async (_, shift) => {
    const { id } = await open()
    const at = Date.parse(detected) + shift
    await expect(answered(id, 'incident.ehds', { at })).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('keeps the decision about the persons and its reason, sealed in the log', async () => {
    const { id, persons } = await complete()
    expect(persons).toMatchObject({ decision: 'not-told', reason: 'Sans risque élevé.', by: 'nadia' })
    expect(await logged('incident.persons')).toEqual([
      {
        body: { type: 'incident.persons', incident: id, decision: 'not-told' },
        sealed: { reason: 'Sans risque élevé.' },
      },
    ])
  })

  test('is closed only with its facts, an answer to each clock and the decision about the persons', async () => {
    const { id } = await open()
    await expect(closeIncident(needs, nadia, id)).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: {
        missing: ['facts', ...incidentClocks, 'persons'].map((path) => ({ path })),
      },
    })
    expect(await logged('incident.closed')).toEqual([])
    const full = await complete()
    expect(await closeIncident(needs, nadia, full.id)).toMatchObject({ closed: { by: 'nadia' } })
    await expect(closeIncident(needs, nadia, full.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(describeIncident(needs, nadia, { id: full.id, facts })).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { rule: 'incident.closed' },
    })
    house.home.clock.set('2027-03-01T09:00:00.000Z')
    await recordOverdue(needs)
    const overdue = (await logged('incident.overdue')).map(({ body }) => body)
    expect(overdue).not.toContainEqual(expect.objectContaining({ incident: full.id }))
  })

  test('that does not exist is not found', async () => {
    await expect(closeIncident(needs, nadia, 'I-2026-0404')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(needs.incidents.read('I-2026-0404')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is put back from the log where the database is older, or gone, and is left alone where it is not', async () => {
    const { id } = await complete()
    const behind = await needs.incidents.read(id)
    house.home.clock.set('2026-03-05T09:00:00.000Z')
    await recordOverdue(needs)
    const other = (await open('Un autre')).id
    house.home.clock.set('2026-04-05T09:00:00.000Z')
    await recordOverdue(needs)
    const closed = await closeIncident(needs, nadia, id)
    const rest = await needs.incidents.read(other)
    const review = { ...needs, auditIndex: house.auditIndex }
    expect(await restoreIncidents(review)).toBe(0)
    await needs.incidents.restore(behind)
    await house.store.db.deleteFrom('review_incident').where('id', '=', other).execute()
    expect(await restoreIncidents(review)).toBe(2)
    expect(await needs.incidents.read(id)).toEqual(closed)
    expect(await needs.incidents.read(other)).toEqual(rest)
  })

  test('is told in the signed register of violations', async () => {
    const { id } = await complete()
    const { audit, auditIndex, home } = house
    const { registry, keys } = await openRoom()
    const { report, jws } = await makeReport(
      {
        ...{ ...needs, audit, auditIndex, clock: home.clock, registry, keys, node: 'FR-NOR' },
        rulebook: await rulebook(),
        accounts: { list: async () => [], organisations: async () => [] },
        catalogue: { list: async () => [] },
      },
      nadia,
      { report: 'violations', format: 'csv', language: 'fr' },
    )
    expect(jws).toMatch(/^ey/)
    expect(report.sections).toMatchObject([
      { key: 'incidents', fields: { incidents: 1, open: 1, late: 0 } },
      { key: 'violations' },
    ])
    const table = JSON.stringify(report.sections)
    for (const said of [
      id,
      facts.nature,
      facts.effects,
      facts.measures,
      'non informées : Sans risque élevé.',
    ])
      expect(table).toContain(said)
    expect(report.toComplete).toEqual([])
  })
})

test('a finding closed as an incident is in the register once, with its project', async () => {
  const { audit, auditIndex, store } = house
  const { review: thresholds } = await rulebook()
  const review = { ...needs, audit, auditIndex, findings: openFindings(store), thresholds }
  for (let at = 0; at < 5; at += 1)
    await audit.append({ type: 'query.refused', query: `r${at}`, code: 'EXPIRED' }, act('alice', 'P0'))
  const [found] = await readMonth(review, '2026-03')
  const id = found?.id ?? ''
  // Whoever was cut between the register and the finding closes it again.
  const before = await openIncident(needs, nadia, { title: 'Coupé', finding: { id } })
  const closed = await closeFinding(review, nadia, { id, conclusion: 'incident', reason: 'Un compte prêté.' })
  expect(closed).toMatchObject({ incident: before.id, finding: { closed: { conclusion: 'incident' } } })
  expect(await needs.incidents.list()).toMatchObject([{ id: before.id, finding: id }])
})
