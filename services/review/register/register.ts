/** The public register: what each request says in public, with what its project asks of the data, in bands. */
import type { Audit } from '../../audit/record.ts'
import type { Catalogue } from '../../dataset/catalogue.ts'
import { type PublicRequest, publicRequests } from '../../habilitation/publication.ts'
import type { ReadNeeds } from '../../habilitation/read.ts'
import type { AccountTable } from '../../identity/accounts.ts'
import { parisDay, startOfParisDay } from '../../kernel/clock.ts'
import { canonical, sha256 } from '../../kernel/hash.ts'
import type { Receipt } from '../../kernel/id.ts'
import type { MonthlyEntries } from '../../store/audit-figures.ts'
import type { AuditIndex } from '../../store/audit-index.ts'
import { type Band, bandOf } from '../bands.ts'
import { type Publisher, signPublished } from '../published.ts'

export interface RegisterEntry extends PublicRequest {
  /** Who holds the datasets that are asked for. */
  readonly holders: readonly { readonly id: string; readonly name: string }[]
  /** Sets of files that left the house after two checkers looked. */
  readonly releases: number
  /** Questions of the project in each month that is over, and refusals among them; months without any are left out. */
  readonly activity: readonly { readonly month: string; readonly queries: Band; readonly refusals: Band }[]
}

/** The whole register at an instant, under a signature, with the entry of the log that holds its hash. */
interface Snapshot {
  readonly jws: string
  readonly sha256: string
  readonly receipt: Receipt
}

export interface PublicRegister {
  /** The newest first. Whoever asks while it is being read gets the same reading: a crowd costs one. */
  read(): Promise<readonly RegisterEntry[]>
  /** Signed once for each content: the same content is the same snapshot while the node runs. */
  snapshot(): Promise<Snapshot>
}

export interface RegisterNeeds extends Pick<ReadNeeds, 'clock' | 'registry' | 'rulebook'> {
  readonly accounts: Pick<AccountTable, 'list' | 'organisations'>
  readonly catalogue: Pick<Catalogue, 'list'>
  readonly auditIndex: Pick<AuditIndex, 'monthly'>
  readonly audit: Audit
  readonly keys: Publisher
  /** Sets of files that left, by project. */
  readonly released: () => Promise<ReadonlyMap<string, number>>
}

export function openPublicRegister(needs: RegisterNeeds): PublicRegister {
  const months = closedMonths(needs)
  const read = shared(held(needs, () => readRegister(needs, months)))
  let last: Snapshot | undefined
  return {
    read,
    snapshot: shared(async () => {
      last = await signedOnce(needs, await read(), last)
      return last
    }),
  }
}

/** One run at a time: who calls meanwhile waits for the one that runs. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= work().finally(() => {
      running = undefined
    })
    return running
  }
}

/** What time alone changes shows so much later at most. */
const heldMs = 500

/** The last reading while nothing has happened since, and not for long: a crowd that comes one by one costs little too. */
function held<T>({ registry, clock }: Pick<RegisterNeeds, 'registry' | 'clock'>, work: () => Promise<T>) {
  let last: { readonly total: number; readonly at: number; readonly reading: T } | undefined
  return async (): Promise<T> => {
    const at = clock.elapsed?.()
    const total = await registry.total()
    if (last !== undefined && at !== undefined && last.total === total && at - last.at < heldMs)
      return last.reading
    const reading = await work()
    if (at !== undefined) last = { total, at, reading }
    return reading
  }
}

async function readRegister(
  needs: RegisterNeeds,
  months: () => Promise<readonly MonthlyEntries[]>,
): Promise<readonly RegisterEntry[]> {
  const [organisations, accounts, datasets, entries, released] = await Promise.all([
    needs.accounts.organisations(),
    needs.accounts.list(),
    needs.catalogue.list(),
    months(),
    needs.released(),
  ])
  const organisation = namesOf(organisations.map(({ id, name }) => [id, name]))
  const persons = new Map(
    accounts.map(({ issuer, subject, displayName }) => [canonical([issuer, subject]), displayName]),
  )
  const holderOf = new Map(datasets.map(({ descriptor: { name, holder } }) => [name, holder]))
  const requests = await publicRequests(needs, {
    organisation,
    person: ({ issuer, subject }) => persons.get(canonical([issuer, subject])),
  })
  const activity = activityOf(entries)
  return requests.map((one) => ({
    ...one,
    holders: [...new Set(one.datasets.flatMap((dataset) => holderOf.get(dataset) ?? []))].map((id) => ({
      id,
      name: organisation(id),
    })),
    releases: one.permit === undefined ? 0 : (released.get(one.permit) ?? 0),
    activity: one.permit === undefined ? [] : (activity.get(one.permit) ?? []),
  }))
}

function namesOf(pairs: readonly (readonly [string, string])[]): (id: string) => string {
  const names = new Map(pairs)
  return (id) => names.get(id) ?? id
}

/** A month that is over does not change: it is counted once. The running one would show each question as it comes. */
function closedMonths({ auditIndex, clock }: Pick<RegisterNeeds, 'auditIndex' | 'clock'>) {
  let known: { readonly to: number; readonly entries: readonly MonthlyEntries[] } | undefined
  return async () => {
    const to = startOfParisDay(`${parisDay(clock.now()).slice(0, 7)}-01`)
    if (known?.to !== to) known = { to, entries: await auditIndex.monthly({ from: 0, to }) }
    return known.entries
  }
}

function activityOf(entries: readonly MonthlyEntries[]): ReadonlyMap<string, RegisterEntry['activity']> {
  const counts = new Map<string, Map<string, { queries: number; refusals: number }>>()
  for (const { project, month, type, entries: count } of entries) {
    if (project === null || (type !== 'query.intent' && type !== 'query.refused')) continue
    const months = counts.get(project) ?? new Map()
    const { queries, refusals } = months.get(month) ?? { queries: 0, refusals: 0 }
    const refused = type === 'query.refused' ? count : 0
    months.set(month, { queries: queries + count, refusals: refusals + refused })
    counts.set(project, months)
  }
  return new Map(
    [...counts].map(([project, months]) => [
      project,
      [...months].map(([month, { queries, refusals }]) => ({
        month,
        queries: bandOf(queries),
        refusals: bandOf(refusals),
      })),
    ]),
  )
}

/** The hash of the content is in the log before the signature is given out. */
async function signedOnce(
  { audit, clock, keys }: RegisterNeeds,
  requests: readonly RegisterEntry[],
  last: Snapshot | undefined,
): Promise<Snapshot> {
  const hash = sha256(canonical(requests))
  if (last?.sha256 === hash) return last
  const receipt = await audit.append(
    { type: 'register.published', sha256: hash, requests: requests.length },
    {},
  )
  const about = { requests }
  const jws = signPublished(keys, { kind: 'register', sha256: hash, receipt, about, now: clock.now() })
  return { jws, sha256: hash, receipt }
}
