/** A year of a node, planted day by day: its figures are counted by hand in the tests, from this text alone. */
import type { AuditLog } from '../../../services/audit/writer.ts'
import { actOn } from '../../../services/habilitation/act.ts'
import { startOfParisDay } from '../../../services/kernel/clock.ts'
import type { Incident } from '../../../services/review/incident.ts'
import type { ReportNeeds } from '../../../services/review/reports/make.ts'
import type { SearchNeeds } from '../../../services/review/search.ts'
import { act as about, intent, release } from '../../audit/open-log.ts'
import { leastBody, openRoom, person, type Room, secondLine } from '../../habilitation/fixtures.ts'
import { act, type Step } from '../../habilitation/walk.ts'

export interface Planted {
  readonly needs: ReportNeeds
  readonly room: Room
  /** The requests by what became of them. */
  readonly ids: Readonly<Record<'early' | 'granted' | 'refused' | 'partial' | 'withdrawn', string>>
  readonly projects: Readonly<Record<'early' | 'granted' | 'partial', string>>
}

interface House extends SearchNeeds {
  readonly audit: AuditLog
  readonly home: { readonly clock: { set(iso: string): void } }
}

const body = (change: object = {}) => ({
  ...leastBody,
  accessPeriod: { from: '2026-03-01', until: '2027-02-28' },
  ...change,
})
const submit: Step = ['paul', { type: 'submission' }]
const complete: Step = ['lucie', { type: 'completeness', complete: true }]
const sign: Step = ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }]
const decide = (decision: 'grant' | 'refuse', reasons: string): Step => [
  'claire',
  { type: 'decision', decision, reasons, conditions: [] },
]
const confirm: Step = ['yves', { type: 'confirmation' }]
const take: Step = ['paul', { type: 'acceptance' }]

/** Descriptors of the datasets of the fixtures. */
const datasets = [
  { name: 'pmsi-demo', title: 'PMSI', kind: 'personal', holder: 'chu-rouen' },
  { name: 'lab-demo', kind: 'personal', holder: 'gh-havre' },
  { name: 'beds-demo', kind: 'non-personal', holder: 'chu-rouen' },
] as const

const organisations = [
  { id: 'chu-rouen', name: 'CHU de Rouen', kind: 'ETABLISSEMENT_SANTE' },
  { id: 'gh-havre', name: 'GH du Havre', kind: 'ETABLISSEMENT_SANTE' },
]

/** Noon of a day in Paris is every act's hour. */
function clockOf(house: House, room: Room) {
  return (day: string) => {
    const noon = startOfParisDay(day) + 12 * 3_600_000
    room.time.now = noon
    house.home.clock.set(new Date(noon).toISOString())
  }
}

export async function plant(house: House): Promise<Planted> {
  const room = { ...(await openRoom()), audit: house.audit } as unknown as Room
  const on = clockOf(house, room)
  const open = async (change: object = {}) =>
    (await actOn(room, person('paul'), { command: { type: 'opening', request: body(change) } })).id
  const walk = async (id: string, ...steps: readonly Step[]) => {
    for (const step of steps) await act(room, id, step)
  }

  on('2026-03-05')
  const early = await open({ title: 'Avant' })
  await walk(early, submit, complete, sign, decide('grant', 'Oui.'), confirm, take)

  on('2026-04-02')
  const granted = await open({ title: 'Parcours', controllers: ['CHU de Rouen'], financing: 'ANR' })
  await walk(granted, submit, complete, sign)
  on('2026-04-12')
  await walk(granted, decide('grant', 'Oui.'), confirm)
  on('2026-04-14')
  await walk(granted, take)

  on('2026-05-01')
  const refused = await open({ title: 'Trop', purposes: ['SNDS-III-1'] })
  await walk(refused, submit, complete, sign)
  on('2026-05-31')
  await walk(refused, decide('refuse', 'Trop large.'), confirm)

  on('2026-06-10')
  const partial = await open({ title: 'Deux sources', lines: [...leastBody.lines, secondLine] })
  const decline: Step = ['havre', { type: 'countersignatures', dataset: 'lab-demo', decision: 'decline' }]
  await walk(partial, submit, complete, sign, decline)
  on('2026-06-30')
  await walk(partial, decide('grant', 'En partie.'), confirm, take)

  on('2026-07-01')
  const withdrawn = await open({ title: 'Retirée', purposes: ['SNDS-III-1', 'SNDS-III-6'] })
  await walk(withdrawn, submit, ['paul', { type: 'withdrawal' }])
  await open({ title: 'Brouillon' })

  const projects = {
    early: await projectOf(room, early),
    granted: await projectOf(room, granted),
    partial: await projectOf(room, partial),
  }
  on('2026-09-01')
  await questions(house.audit, projects)
  await findings(house.audit)
  await walk(granted, ['nadia', { type: 'suspension', reason: 'Doute.' }])
  on('2026-10-01')
  await walk(partial, ['paul', { type: 'renunciation' }], ['karim', { type: 'closure' }])
  on('2026-11-21')
  const ids = { early, granted, refused, partial, withdrawn }
  return { room, ids, projects, needs: needsOf(house, room) }
}

async function projectOf(room: Room, id: string): Promise<string> {
  const { events } = (await room.registry.read(id)) ?? { events: [] }
  return events.flatMap((event) => (event.type === 'granted' ? [event.project] : []))[0] ?? ''
}

/** In one project twelve questions of alice, eleven answered and one stopped, two of paul without an end, three refused; in another one. */
async function questions(
  audit: AuditLog,
  { early, granted }: { early: string; granted: string },
): Promise<void> {
  const ask = async (query: string, who: string, project: string) =>
    (await audit.append({ ...intent(query), objective: 'O1' }, about(who, project))).seq
  for (let at = 1; at <= 12; at += 1) {
    const of = await ask(`a${at}`, 'alice', granted)
    if (at < 12) await audit.append(release(`a${at}`, of), about('alice', granted))
    else
      await audit.append(
        { type: 'query.abort', query: 'a12', of, cause: 'deadline' },
        about('alice', granted),
      )
  }
  await ask('p1', 'paul', granted)
  await ask('p2', 'paul', granted)
  for (const query of ['r1', 'r2', 'r3']) {
    await audit.append({ type: 'query.refused', query, code: 'ROW_LEVEL' }, about('alice', granted))
  }
  await ask('e1', 'alice', early)
}

/** Three findings, and a deposit of each verdict. */
async function findings(audit: AuditLog): Promise<void> {
  for (const anomaly of ['one', 'two', 'three']) await audit.append({ type: 'anomaly.raised', anomaly }, {})
  await audit.append({ type: 'anomaly.closed', anomaly: 'one', conclusion: 'incident' }, {})
  await audit.append({ type: 'anomaly.closed', anomaly: 'two', conclusion: 'explained' }, {})
  const deposit = { dataset: 'pmsi-demo', deposit: 'd1' }
  await audit.append({ type: 'deposit.refused', ...deposit, findings: 2 }, {})
  const manifestSha256 = 'b'.repeat(64)
  await audit.append({ type: 'deposit.accepted', ...deposit, deposit: 'd2', version: 4, manifestSha256 }, {})
}

/** Opened the day it was detected, and nothing more. */
function incidentOn(day: string): Incident {
  const at = startOfParisDay(day)
  const opened = { detectedAt: at, openedAt: at, openedBy: 'nadia', notices: [], overdue: [], acts: 1 }
  return { id: `I-${day}`, title: 'Un export chez un tiers', ...opened }
}

function needsOf(house: House, room: Room): ReportNeeds {
  const accounts = ['alice', 'claire', 'karim', 'lucie', 'nadia', 'paul', 'rouen'].map((who) => person(who))
  const described = datasets.map((one) => ({
    descriptor: { ...one, threshold: 11, resources: [] },
    sha256: '',
    latest: null,
  }))
  return {
    audit: house.audit,
    auditIndex: house.auditIndex,
    clock: room.clock,
    registry: room.registry,
    rulebook: room.rulebook,
    keys: room.keys,
    node: 'FR-NOR',
    incidents: { list: async () => [incidentOn('2026-11-02'), incidentOn('2026-03-03')] },
    accounts: { list: async () => accounts, organisations: async () => organisations },
    catalogue: { list: async () => described },
  }
}
