/** The facts of a month: counts from the index, contents from the log itself. */
import type { Body, EntryType } from '../audit/entry.ts'
import type { AuditLog, Indexed } from '../audit/writer.ts'
import { parisDay, startOfParisDay } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Activity, Period } from '../store/audit-figures.ts'
import type { AuditFilter } from '../store/audit-index.ts'
import type { Return, ReviewFacts, SeenDeposit, StandingGrant } from './facts.ts'
import { loggedOf } from './logged.ts'
import type { SearchNeeds } from './search.ts'

const dayMs = 86_400_000
/** Volumes are compared with so many months before. */
const historyMonths = 6

/** `2026-11`: from its first instant in Paris to that of the next month. */
export function periodOf(month: string): Period {
  return { from: startOfParisDay(`${month}-01`), to: startOfParisDay(`${monthAfter(month, 1)}-01`) }
}

function monthAfter(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const months = year * 12 + number - 1 + count
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`
}

/** Reads what the detectors look at; `now` ends a month that is not over. */
export async function gather(needs: SearchNeeds, month: string, now: number): Promise<ReviewFacts> {
  const period = periodOf(month)
  const end = Math.min(period.to, now)
  const { auditIndex } = needs
  const activity = await auditIndex.activity(period)
  const entries = (type: EntryType) => logged(needs, { type, ...period })
  return {
    month,
    activity,
    history: await auditIndex.releases({
      from: startOfParisDay(`${monthAfter(month, -historyMonths)}-01`),
      to: period.from,
    }),
    intents: (await entries('query.intent')).flatMap(intentOf),
    releases: (await entries('query.release')).flatMap((entry) =>
      entry.body.type === 'query.release' ? [{ ...seenOf(entry), rows: entry.body.shape.rows }] : [],
    ),
    aborts: (await entries('query.abort')).flatMap((entry) =>
      entry.body.type === 'query.abort' ? [{ ...seenOf(entry), cause: entry.body.cause }] : [],
    ),
    deposits: (await Promise.all(verdicts.map((one) => entries(`deposit.${one}`)))).flat().flatMap(depositOf),
    policies: (await policiesOf(needs, period)).flatMap((entry) =>
      entry.body.type === 'policy.loaded' ? [{ ...seenOf(entry), sha256: entry.body.sha256 }] : [],
    ),
    grants: await grantsAt(needs, end),
    returns: await returnsOf(needs, period.from, activity),
  }
}

/** Every entry of a search that the log has, oldest first. */
async function logged(needs: SearchNeeds, filter: AuditFilter): Promise<readonly Indexed[]> {
  const found: Indexed[] = []
  let cursor: string | undefined
  do {
    const page = await needs.auditIndex.search({
      ...filter,
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    })
    found.push(...(await existing(needs.audit, page.entries)))
    cursor = page.next
  } while (cursor !== undefined)
  return found.reverse()
}

async function existing(
  audit: AuditLog,
  rows: readonly { readonly shard: string; readonly seq: number }[],
): Promise<readonly Indexed[]> {
  return (await loggedOf(audit, rows)).filter((entry) => entry !== null)
}

function seenOf({ shard, seq, ts, actor, project }: Indexed) {
  return {
    shard,
    seq,
    day: parisDay(Date.parse(ts)),
    actor: actor?.subject ?? null,
    project: project ?? null,
  }
}

function intentOf(entry: Indexed) {
  if (entry.body.type !== 'query.intent') return []
  const { statement, datasets } = entry.body
  const columns = datasets.map(({ name, columns: read }) => [name, [...read].sort()])
  return [{ ...seenOf(entry), statement, columns: sha256(canonical(columns)) }]
}

const verdicts = ['accepted', 'refused', 'quarantined', 'failed'] as const

function depositOf(entry: Indexed): readonly SeenDeposit[] {
  const { body } = entry
  const verdict = verdicts.find((one) => body.type === `deposit.${one}`)
  return verdict !== undefined && 'dataset' in body && typeof body.dataset === 'string'
    ? [{ ...seenOf(entry), dataset: body.dataset, verdict }]
    : []
}

/** Those of the month, after the last one before it. */
async function policiesOf(needs: SearchNeeds, { from, to }: Period): Promise<readonly Indexed[]> {
  const type = 'policy.loaded'
  const before = await needs.auditIndex.search({ type, to: from, limit: 1 })
  return [...(await existing(needs.audit, before.entries)), ...(await logged(needs, { type, from, to }))]
}

const ends: ReadonlySet<Body['type']> = new Set([
  'habilitation.revoked',
  'habilitation.expired',
  'habilitation.renounced',
  'habilitation.closed',
])

/** Permits granted and not ended by then, each with its last query. */
async function grantsAt(needs: SearchNeeds, end: number): Promise<readonly StandingGrant[]> {
  const days = (ts: string) => Math.floor((end - Date.parse(ts)) / dayMs)
  const grants: StandingGrant[] = []
  for (const [project, entry] of await standingAt(needs, end)) {
    const asked = await needs.auditIndex.search({ project, type: 'query.intent', to: end, limit: 1 })
    const last = asked.entries[0]
    const sinceQuery = last === undefined ? null : days(last.ts)
    grants.push({ ...seenOf(entry), sinceGrant: days(entry.ts), sinceQuery })
  }
  return grants
}

async function standingAt(needs: SearchNeeds, end: number): Promise<ReadonlyMap<string, Indexed>> {
  const standing = new Map<string, Indexed>()
  for (const entry of await logged(needs, { type: 'habilitation.granted', to: end })) {
    if (entry.project !== undefined) standing.set(entry.project, entry)
  }
  const ended = await Promise.all([...ends].map((type) => logged(needs, { type, to: end })))
  for (const { project = '', ts } of ended.flat()) {
    if (ts >= (standing.get(project)?.ts ?? '')) standing.delete(project)
  }
  return standing
}

async function returnsOf(
  { auditIndex }: SearchNeeds,
  from: number,
  activity: readonly Activity[],
): Promise<ReviewFacts['returns']> {
  const firstDays = new Map<string, string>()
  for (const { actor, day } of activity) {
    if (actor !== null && day < (firstDays.get(actor) ?? '9999')) firstDays.set(actor, day)
  }
  const returns: Return[] = []
  for (const [actor, day] of firstDays) {
    const last = (await auditIndex.search({ actor, to: from, limit: 1 })).entries[0]
    if (last === undefined) continue
    const absence = Math.round((Date.parse(day) - Date.parse(parisDay(Date.parse(last.ts)))) / dayMs)
    returns.push({ actor, day, absence })
  }
  return returns
}
