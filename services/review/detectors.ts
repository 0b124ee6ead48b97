/** The monthly review: what in a month is so unusual that the DPO must say what it was (governance.md 16). Pure. */
import {
  type DetectorName,
  detectorFamilies,
  type Family,
  type ReviewThresholds,
  type Threshold,
} from '../habilitation/thresholds.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Activity } from '../store/audit-figures.ts'
import type { EntryPlace } from './entry.ts'
import type { ReviewFacts } from './facts.ts'

/** Whom and what a finding is about; what it is not about is left out. */
export interface Concern {
  readonly actor?: string
  readonly project?: string
  readonly dataset?: string
  /** `2026-11-21`; left out where the finding is about the whole month. */
  readonly day?: string
}

/** Entries of the log that an index search leads to, where the detector saw only counts. */
export interface Evidence {
  readonly type?: string
  readonly outcome?: 'refused' | 'failed'
  readonly codes?: readonly string[]
}

export interface Finding {
  /** `2026-11/A4/refusal-burst/3f2a91bc04de`: the same facts of the same month have the same one. */
  readonly id: string
  readonly month: string
  readonly family: Family
  readonly detector: DetectorName
  readonly concern: Concern
  readonly count: number
  /** Entries, or how to find them. */
  readonly entries: readonly EntryPlace[] | Evidence
}

/** What one detector says of one concern. */
interface Hit {
  readonly concern: Concern
  readonly count: number
  readonly entries: readonly EntryPlace[] | Evidence
}

type Detector = (facts: ReviewFacts, threshold: Threshold) => readonly Hit[]

/** All findings of a month, in the order of the families. */
export function detect(facts: ReviewFacts, thresholds: ReviewThresholds): readonly Finding[] {
  const names = Object.keys(detectorFamilies) as DetectorName[]
  return names.flatMap((detector) =>
    detectors[detector](facts, thresholds[detector]).map((hit) => {
      const family = detectorFamilies[detector]
      const key = sha256(canonical(hit.concern)).slice(0, 12)
      const id = `${facts.month}/${family}/${detector}/${key}`
      return { id, month: facts.month, family, detector, ...hit }
    }),
  )
}

const habilitationCodes = [
  'NO_HABILITATION',
  'WRONG_NODE',
  'NOT_YET_VALID',
  'EXPIRED',
  'SUSPENDED',
  'REVOKED',
  'SUPERSEDED',
  'PURPOSE_NOT_GRANTED',
  'PERSON_NOT_LISTED',
  'PERSON_NOT_CLEARED',
  'LINE_CLOSED',
]
/** What is not granted does not exist for the person: a column that is refused and one that is unknown are one thing. */
const columnCodes = ['COLUMN_RESTRICTED', 'COLUMN_UNKNOWN', 'RELATION_UNKNOWN']

const detectors: Readonly<Record<DetectorName, Detector>> = {
  deadlines: ({ aborts }, threshold) =>
    seen(
      aborts.filter(({ cause }) => cause === 'deadline'),
      threshold,
      ({ project }) => ({ project }),
    ),
  'policy-changed': ({ policies }, threshold) =>
    seen(
      policies.filter(({ sha256: bundle }, i) => i > 0 && bundle !== policies[i - 1]?.sha256),
      threshold,
      ({ day }) => ({ day }),
    ),
  'role-refusals': byCodes(['ROLE'], ({ actor, day }) => ({ actor, day })),
  'unused-grant': ({ grants }, { value }) =>
    grants
      .filter(({ sinceGrant, sinceQuery }) => Math.min(sinceGrant, sinceQuery ?? sinceGrant) >= value)
      .map((grant) => ({
        concern: named({ project: grant.project }),
        count: Math.min(grant.sinceGrant, grant.sinceQuery ?? grant.sinceGrant),
        entries: [placeOf(grant)],
      })),
  'ungranted-door': byCodes(['DOOR_NOT_GRANTED'], ({ actor, project }) => ({ actor, project })),
  'near-differencing': nearDifferencing,
  'refusal-burst': perHour({ outcome: 'refused' }),
  'abort-burst': perHour({ type: 'query.abort' }),
  'off-hours': ({ activity }, threshold) =>
    counted(
      activity.filter(({ type, hour }) => type === 'query.intent' && isOffHours(hour, threshold)),
      threshold,
      { concern: ({ actor }) => ({ actor }), entries: { type: 'query.intent' } },
    ),
  'dormant-account': ({ returns }, { value }) =>
    returns
      .filter(({ absence }) => absence >= value)
      .map(({ actor, day, absence }) => ({ concern: { actor, day }, count: absence, entries: {} })),
  'habilitation-refusals': byCodes(habilitationCodes, ({ actor, day }) => ({ actor, day })),
  'ungranted-columns': byCodes(columnCodes, ({ actor, project, day }) => ({ actor, project, day })),
  'sign-in-refusals': ({ activity }, threshold) =>
    highestHours(
      activity.filter(({ type }) => type === 'auth.refused'),
      threshold,
      { concern: ({ day }) => ({ day }), entries: { type: 'auth.refused' } },
    ),
  'deposits-failed': ({ deposits }, threshold) =>
    seen(
      deposits.filter(({ verdict }) => verdict !== 'accepted'),
      threshold,
      ({ dataset }) => ({ dataset }),
    ),
  'unplanned-versions': ({ deposits }, threshold) =>
    seen(
      deposits.filter(({ verdict }) => verdict === 'accepted'),
      threshold,
      ({ dataset }) => ({ dataset }),
    ),
  'own-history': againstHistory(({ actor, project }) => ({ actor, project })),
  'project-history': againstHistory(({ project }) => ({ project })),
  'rows-released': ({ releases }, { value }) =>
    grouped(releases, ({ actor, project }) => ({ actor, project })).flatMap(({ concern, items }) => {
      const count = sum(items.map(({ rows }) => rows))
      const largest = [...items].sort((a, b) => b.rows - a.rows)
      return count >= value ? [{ concern, count, entries: largest.map(placeOf) }] : []
    }),
}

type Named = { readonly [name in keyof Concern]?: string | null | undefined }

/** Without what is not known. */
function named(concern: Named): Concern {
  return Object.fromEntries(Object.entries(concern).filter(([, value]) => typeof value === 'string'))
}

/** Items of one key together, in the order in which they come. */
function together<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}

interface Group<T> {
  readonly concern: Concern
  readonly items: readonly T[]
}

function grouped<T>(items: readonly T[], concernOf: (item: T) => Named): readonly Group<T>[] {
  const groups = together(items, (item) => canonical(named(concernOf(item))))
  return groups.flatMap((group) =>
    group.slice(0, 1).map((first) => ({ concern: named(concernOf(first)), items: group })),
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

const entriesIn = (rows: readonly Activity[]) => sum(rows.map(({ entries }) => entries))

function placeOf({ shard, seq }: EntryPlace): EntryPlace {
  return { shard, seq }
}

/** Entries that were read, many of one concern. */
function seen<T extends EntryPlace>(
  items: readonly T[],
  { value }: Threshold,
  concernOf: (item: T) => Named,
): readonly Hit[] {
  return grouped(items, concernOf)
    .filter((group) => group.items.length >= value)
    .map((group) => ({
      concern: group.concern,
      count: group.items.length,
      entries: group.items.map(placeOf),
    }))
}

interface Counting {
  readonly concern: (row: Activity) => Named
  readonly entries: Evidence
}

function counted(
  rows: readonly Activity[],
  { value }: Threshold,
  { concern, entries }: Counting,
): readonly Hit[] {
  return grouped(rows, concern)
    .map((group) => ({ concern: group.concern, count: entriesIn(group.items), entries }))
    .filter(({ count }) => count >= value)
}

/** As `counted`, of the hour with the most. */
function highestHours(
  rows: readonly Activity[],
  { value }: Threshold,
  { concern, entries }: Counting,
): readonly Hit[] {
  return grouped(rows, concern)
    .map((group) => {
      const hours = together(group.items, ({ day, hour }) => `${day} ${hour}`)
      return { concern: group.concern, count: Math.max(...hours.map(entriesIn)), entries }
    })
    .filter(({ count }) => count >= value)
}

function byCodes(codes: readonly string[], concern: Counting['concern']): Detector {
  return ({ activity }, threshold) => {
    const refused = activity.filter(
      ({ outcome, code }) => outcome === 'refused' && codes.includes(code ?? ''),
    )
    return counted(refused, threshold, { concern, entries: { outcome: 'refused', codes } })
  }
}

/** Of one person, in one hour; nobody's acts are those of all who did not sign in, and have a detector of their own. */
function perHour(wanted: { readonly outcome?: 'refused'; readonly type?: string }): Detector {
  return ({ activity }, threshold) => {
    const rows = activity.filter(
      ({ actor, outcome, type }) =>
        actor !== null && outcome === (wanted.outcome ?? outcome) && type === (wanted.type ?? type),
    )
    return highestHours(rows, threshold, { concern: ({ actor, day }) => ({ actor, day }), entries: wanted })
  }
}

function isOffHours(hour: number, { workday }: Threshold): boolean {
  return hour < workday.from || hour >= workday.until
}

/** Different statements over the same columns, by one person in one project on one day: the difference of two may be a person. */
function nearDifferencing({ intents }: ReviewFacts, { value }: Threshold): readonly Hit[] {
  const days = grouped(intents, ({ actor, project, day }) => ({ actor, project, day }))
  return days.flatMap(({ concern, items }) => {
    const families = together(items, ({ columns }) => columns)
    const sizes = families.map((family) => new Set(family.map(({ statement }) => statement)).size)
    const count = Math.max(...sizes)
    const largest = families[sizes.indexOf(count)] ?? []
    return count >= value ? [{ concern, count, entries: largest.map(placeOf) }] : []
  })
}

/** Releases of the month against the mean of the months before in which there were some. */
function againstHistory(concern: (row: Pick<Activity, 'actor' | 'project'>) => Named): Detector {
  return ({ activity, history }, { value, least }) => {
    const released = activity.filter(({ type }) => type === 'query.release')
    const before = new Map(grouped(history, concern).map((group) => [canonical(group.concern), group.items]))
    return grouped(released, concern).flatMap((group): readonly Hit[] => {
      const earlier = before.get(canonical(group.concern)) ?? []
      const months = new Set(earlier.map(({ month }) => month)).size
      const count = entriesIn(group.items)
      if (months === 0 || count < least) return []
      const mean = sum(earlier.map(({ releases }) => releases)) / months
      return count >= value * mean
        ? [{ concern: group.concern, count, entries: { type: 'query.release' } }]
        : []
    })
  }
}
