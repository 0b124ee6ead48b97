/** What must hold when a node is ready again after a kill, judged from outside: the files of the log, and what the doors answer. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Entry } from '../../../services/audit/verify/shapes.ts'
import { verifyLog } from '../../../services/audit/verify/verify.ts'
import type { Answer } from '../../contract/system.ts'
import { alive, type Seen } from '../processes.ts'
import { type LogEntry, logEntries } from './log-entries.ts'
import type { Caller } from './supervisor.ts'
import type { Told, ToldDeposit } from './told.ts'

export interface Judged {
  readonly home: string
  /** Of which nothing is kept as told: the judge's own reading. */
  readonly call: Caller
  readonly told: Told
  readonly projects: readonly string[]
  /** What was killed so far; nothing when left out. */
  readonly killed?: readonly string[]
}

const lastDeposits = 6
/** Sealing takes as long as the machine lets it: it is waited for while the node says that it goes on, up to the second of these. */
const stillMs = 60_000
const preparingMs = 600_000
const endings: readonly string[] = ['query.release', 'query.abort', 'query.refused']

export class Judge {
  readonly #judged: Judged
  #entries: readonly LogEntry[] = []
  #scratch: readonly string[] = []
  /** Deposits that were refused because their readers died. */
  readonly #unread = new Set<string>()

  constructor(judged: Judged) {
    this.#judged = judged
  }

  get size(): number {
    return this.#entries.length
  }

  /** While nobody writes: the node is dead. */
  async log(): Promise<string[]> {
    const { home, told } = this.#judged
    this.#scratch = await scratchOf(home)
    const verdict = await verifyLog({ dir: join(home, 'audit') })
    if (verdict.status !== 'intact') return [verdict.message]
    const [shard = ''] = (await readdir(join(home, 'audit'))).filter((name) => /^\d{4}$/.test(name))
    this.#entries = await logEntries(join(home, 'audit', shard), this.#entries)
    const lost = [...told.receipts].filter(
      ([place, leaf]) => this.#entries[Number(place.split(' ')[1])]?.leaf !== leaf,
    )
    const unreleased = told.answers.filter(({ id, seq }) => {
      const entry = this.#entries[seq]?.entry
      return entry?.type !== 'query.release' || entry.query !== id
    })
    return [
      ...lost.map(([place]) => `an entry that was acknowledged is not in the log: ${place}`),
      ...unreleased.map(({ seq }) => `a result went out without its release: ${seq}`),
      ...(told.twice > 0 ? ['the same place of the log was acknowledged twice'] : []),
    ]
  }

  /** Right after a start, before anybody acts: nothing of the lives before is open, half done, or still alive. */
  async start(before: readonly Seen[]): Promise<string[]> {
    const faults = [
      ...(await this.#halfDone()),
      ...(await this.#states()),
      ...(await this.#requests()),
      ...(await this.#deposits()),
    ]
    const left = await stillAlive(before)
    return [...faults, ...left.map(({ command }) => `left behind: ${command.slice(0, 60)}`)]
  }

  async #halfDone(): Promise<string[]> {
    const { home, call, projects } = this.#judged
    const { json } = await call('GET', '/api/v1/audit/entries?type=query.abort&limit=1', { as: 'nadia' })
    if (json?.contradicted > 0) return ['the index contradicts the log']
    const faults: string[] = []
    for (const project of projects) {
      const listed = await call('GET', `/api/v1/projects/${project}/queries`, { as: 'alice' })
      for (const { outcome, seq } of listed.json.queries)
        faults.push(...contradictions(outcome, this.#entries[seq ?? -1]?.entry.type))
    }
    const scratch = await scratchOf(home)
    const left = this.#scratch.filter((name) => scratch.includes(name))
    return [...faults, ...left.map(() => 'a scratch folder of a dead node')]
  }

  async #states(): Promise<string[]> {
    const { call, told, projects } = this.#judged
    const there = new Set<string>()
    for (const project of projects) {
      const { json } = await this.#prepared(project)
      const { status, bulle } = json ?? {}
      if (status !== 'active' || bulle?.status !== 'ready')
        return [`a project is not ready again: ${status}, ${bulle?.status} ${bulle?.progress?.step ?? ''}`]
      for (const { name } of bulle.tables) there.add(`${project} ${name}`)
    }
    const tokens = await call('GET', '/api/v1/me/tokens', { as: 'alice' })
    const good = new Set(
      tokens.json.tokens.flatMap((one: { id: string; revokedAt: string | null }) =>
        one.revokedAt === null ? [one.id] : [],
      ),
    )
    this.#forgetReplaced()
    const listed = await call('GET', '/api/v1/me/sessions', { as: 'bruno' })
    const open = new Set(listed.json.sessions.map(({ id }: { id: string }) => id))
    const optOuts = await call('GET', '/api/v1/datasets/visits-demo/opt-outs', { as: 'rouen' })
    const numbers = new Set(optOuts.json.receipts.map(({ number }: { number: number }) => number))
    return [
      ...differing(told.derived, there, 'a derived table'),
      ...differing(told.tokens, good, 'a token'),
      ...differing(told.sessions, open, 'a session'),
      ...[...told.optOuts].filter((one) => !numbers.has(one)).map(() => 'an opt-out that was filed is gone'),
    ]
  }

  /** A person has twenty sessions: of those that kills left open, the oldest give way, and the log says so. */
  #forgetReplaced(): void {
    const { sessions } = this.#judged.told
    for (const { entry } of this.#entries) {
      const {
        type,
        cause,
        session = '',
      }: Entry & { readonly cause?: string; readonly session?: string } = entry
      if (type === 'auth.closed' && cause === 'replaced' && sessions.has(session))
        sessions.set(session, false)
    }
  }

  /** A project once nothing is to be waited for any more: it is ready, or was stopped, or nothing goes on. */
  async #prepared(project: string): Promise<Answer> {
    const begun = performance.now()
    for (let seen = begun; ; ) {
      const answer = await this.#judged.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })
      const { status, bulle } = answer.json ?? {}
      const now = performance.now()
      if (bulle?.progress !== undefined) seen = now
      const isOver = now - seen > stillMs || now - begun > preparingMs
      if (status !== 'active' || bulle?.status === 'ready' || isOver) return answer
      await wait(100)
    }
  }

  async #requests(): Promise<string[]> {
    const { call, told } = this.#judged
    const faults: string[] = []
    for (const [id, states] of [...told.requests].slice(-30)) {
      const { status, json } = await call('GET', `/api/v1/habilitations/${id}`, { as: 'paul' })
      if (status !== 200) faults.push('a request that was opened is gone')
      else if (!states.includes(json.state))
        faults.push(`a request is ${json.state}, not ${states.join(' or ')}`)
      else told.requests.set(id, [json.state])
    }
    return faults
  }

  async #deposits(): Promise<string[]> {
    const { call, told } = this.#judged
    const dataset = await call('GET', '/api/v1/datasets/visits-demo', { as: 'rouen' })
    const faults: string[] = []
    for (const one of told.deposits.slice(-lastDeposits)) {
      const { status, json } = await call('GET', `/api/v1/deposits/${one.id}`, { as: 'rouen' })
      if (status !== 200) faults.push('a deposit that was opened is gone')
      else if (!this.#isUnread(one.id, json)) faults.push(...faultsOf(one, json))
      if ((one.version ?? 0) > dataset.json.version) faults.push('a version that was seen is gone')
    }
    return faults
  }

  /** A deposit of which two readers died is refused, and its holder told why: so many at most as there are kills for. */
  #isUnread(id: string, { status, findings = [] }: DepositAnswer): boolean {
    if (status !== 'refused' || !findings.every(({ rule }) => rule === 'internal')) return false
    this.#unread.add(id)
    const readers = this.#judged.killed?.filter((kind) => kind === 'reader') ?? []
    return 2 * this.#unread.size <= readers.length
  }

  /** Each intent of a life before the last has one end, of the last one too where it was `stopped`; no end is another's. */
  ends(isStopped = false): string[] {
    const started = this.#entries.findLastIndex(({ entry }) => entry.type === 'log.started')
    const until = isStopped ? this.#entries.length : started
    const open = new Map<number, string>()
    const ended = new Set<string>()
    const faults: string[] = []
    for (const { entry } of this.#entries) {
      const { type, query = '', of, seq } = entry
      if (type === 'query.intent') open.set(seq, query)
      if (!endings.includes(type)) continue
      if (ended.has(query)) faults.push(`a query has two ends: ${seq}`)
      ended.add(query)
      const intent = of ?? [...open].find(([, one]) => one === query)?.[0]
      if (intent !== undefined && !open.delete(intent))
        faults.push(`an end of an intent that is not open: ${seq}`)
    }
    return [
      ...faults,
      ...[...open.keys()].filter((seq) => seq < until).map((seq) => `an intent has no end: ${seq}`),
    ]
  }
}

const scratchOf = (home: string) => readdir(join(home, 'scratch', 'release')).catch((): string[] => [])

/** What the list of a person says of a query, and the entry that it names; of a later entry nothing is known here. */
function contradictions(outcome: string, type: string | undefined): string[] {
  if (outcome === 'running') return ['a query of a dead node still runs in the list']
  if (outcome === 'released' && type !== undefined && type !== 'query.release')
    return ['the list says released, the log does not']
  if (outcome === 'aborted' && type === 'query.release') return ['the list says aborted, the log released']
  return []
}

interface DepositAnswer {
  readonly status: string
  readonly tables?: readonly { readonly table: string; readonly sha256: string }[]
  readonly findings?: readonly { readonly rule: string }[]
}

function faultsOf(
  { received, isSubmitted }: ToldDeposit,
  { status, tables = [], findings = [] }: DepositAnswer,
): string[] {
  const rules = findings.map(({ rule }) => rule)
  if (status === 'refused') return [`a sound deposit was refused: ${rules.join(', ')}`]
  if (status !== 'open') return []
  const kept = new Map(tables.map(({ table, sha256 }) => [table, sha256]))
  const isLost = [...received].some(([table, hash]) => kept.get(table) !== hash)
  return [
    ...(isSubmitted ? ['a submission that was acknowledged is gone'] : []),
    ...(isLost ? ['a table that was acknowledged is gone'] : []),
  ]
}

function differing(
  told: ReadonlyMap<string, boolean | 'unknown'>,
  there: ReadonlySet<unknown>,
  what: string,
): string[] {
  return [...told].flatMap(([key, is]) => {
    if (is === 'unknown' || there.has(key) === is) return []
    return [is ? `${what} that was acknowledged is gone` : `${what} that was ended is back`]
  })
}

/** Who is about to end gets a moment. */
async function stillAlive(before: readonly Seen[]): Promise<readonly Seen[]> {
  for (let i = 0; i < 40 && (await alive(before)).length > 0; i += 1) await wait(50)
  return alive(before)
}
