/** What is granted: the lines that holders sign and the permit that the authority signs, made from the request. Pure. */
import { addDays, startOfParisDay } from '../kernel/clock.ts'
import { limitsOf } from './clauses.ts'
import type { LineAsked } from './form/data.ts'
import type { DatasetFacts } from './lines.ts'
import { optOutOf } from './opt-out-clause.ts'
import type { PermitLine, PermitPayload, PermitTable, UnsignedLine } from './permit.ts'
import type { Body } from './request.ts'
import type { Habilitation, LineAnswer } from './state.ts'
import type { RouteFacts } from './vocabulary.ts'

/** The line as its holder signs it: `*` becomes the columns of the descriptor, in its order. */
export function unsignedLine(
  asked: LineAsked,
  facts: DatasetFacts,
  { id, route }: { id: string; route: RouteFacts },
): UnsignedLine {
  const tables = Object.entries(asked.tables ?? {}).map(
    ([name, { columns, filter }]): [string, PermitTable] => {
      const known = facts.tables[name]?.columns ?? []
      const granted = columns === '*' ? known : known.filter((column) => columns.includes(column))
      return [name, { columns: granted, ...(filter !== undefined && { filter }) }]
    },
  )
  return {
    id,
    dataset: asked.dataset,
    holder: facts.holder,
    k: facts.k,
    ...ofEstablishments(asked, facts),
    // Withheld cells are shown to nobody unless the line asks for it and its holder signs.
    ...(asked.exact === 'checked' && { exact: 'checked' as const }),
    ...(asked.population && { population: asked.population }),
    tables: Object.fromEntries(tables),
    holderAct: route.holderAct ?? 'countersign',
  }
}

/** Secrecy by establishment, lifted only where the line asks for it and its holder signs. */
function ofEstablishments(
  { establishmentLevel }: LineAsked,
  { entity }: DatasetFacts,
): Pick<UnsignedLine, 'entity' | 'establishmentLevel'> {
  if (entity !== 'establishment') return {}
  return { entity, ...(establishmentLevel === 'consented' && { establishmentLevel }) }
}

/** A signed line keeps its id for ever; a new one gets the next number. */
export function lineId(lines: Readonly<Record<string, LineAnswer>>, body: Body, dataset: string): string {
  const signed = lines[dataset]?.line
  if (signed !== undefined) return signed.id
  const taken = new Set(Object.values(lines).flatMap(({ line }) => line?.id ?? []))
  const unsigned = (body.lines ?? []).filter((line) => lines[line.dataset]?.line === undefined)
  const free = Array.from({ length: (body.lines ?? []).length }, (_, i) => `L${i + 1}`).filter(
    (id) => !taken.has(id),
  )
  return free[unsigned.findIndex((line) => line.dataset === dataset)] ?? `L-${dataset}`
}

export interface Granting {
  readonly base: string
  readonly issuer: string
  readonly node: string
  readonly policyHash: string
  readonly now: number
}

/**
 * The payload of the next version. The period is in calendar days of Paris: from 00:00 of `from` or the acceptance,
 * whichever is later, to 00:00 of the day after `until`. Only lines that their holders accepted are in it.
 */
export function permitPayload(before: Habilitation, granted: Terms, granting: Granting): PermitPayload {
  const { base, issuer, node, policyHash, now } = granting
  const { body, lines } = granted
  const { title = '', route = '', kind = 'PERSONAL_HEALTH', purposes = [], objectives = [] } = body
  const version = before.permits.length + 1
  const previous = before.permits.at(-1)?.sha256
  const { nbf, exp } = period(body, now)
  const conditions = before.proposal?.conditions ?? []
  const limits = limitsOf(body.limits, conditions)
  const optOut = optOutOf(conditions)
  return {
    v: 1,
    iss: issuer,
    aud: 'huisclos:permit',
    jti: `${base}-v${version}`,
    iat: Math.floor(now / 1000),
    nbf,
    exp,
    base,
    version,
    ...(previous !== undefined && { previous: `sha256:${previous}` }),
    request: { id: before.id, receivedAt: new Date(before.submittedAt ?? now).toISOString() },
    title,
    route,
    kind,
    purposes,
    objectives,
    persons: (body.persons ?? []).map(({ issuer: by, subject, profile, until }) => ({
      issuer: by,
      subject,
      profile,
      nbf,
      exp: until === undefined ? exp : Math.min(exp, endOf(until)),
    })),
    lines: signedLines(body, lines),
    disclosure: { mode: 'guarded' },
    node: [node],
    ...(limits && { limits }),
    ...(body.assurance && { assurance: body.assurance }),
    ...(optOut && { optOut }),
    conditions,
    policyHash: `sha256:${policyHash}`,
  }
}

/** What is granted at last: the request, or its amendment. */
export interface Terms {
  readonly body: Body
  readonly lines: Readonly<Record<string, LineAnswer>>
}

export function signedLines(body: Body, lines: Readonly<Record<string, LineAnswer>>): readonly PermitLine[] {
  return (body.lines ?? []).flatMap(({ dataset }) => lines[dataset]?.line ?? [])
}

function period({ accessPeriod }: Body, now: number): { nbf: number; exp: number } {
  if (accessPeriod === undefined) throw new Error('a complete request has an access period')
  const nbf = Math.floor(Math.max(startOfParisDay(accessPeriod.from), now) / 1000)
  return { nbf, exp: endOf(accessPeriod.until) }
}

/** Seconds: 00:00 in Paris of the day after. */
function endOf(day: string): number {
  return startOfParisDay(addDays(day, 1)) / 1000
}
