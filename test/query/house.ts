/** What a query needs, in memory but for the engines: the log as a list of entries, one permit that tests may change. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Body } from '../../services/audit/entry.ts'
import { openKept } from '../../services/audit/kept.ts'
import type { About } from '../../services/audit/record.ts'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { derivedTables } from '../../services/dataset/derived.ts'
import { openWorkspace } from '../../services/dataset/workspace.ts'
import { openBuilder } from '../../services/engine/builder.ts'
import { openParser } from '../../services/engine/parser.ts'
import { openReleaser } from '../../services/engine/release.ts'
import { openVault } from '../../services/engine/vault.ts'
import type { PermitLimits } from '../../services/habilitation/clauses.ts'
import type { Ask, Decision } from '../../services/habilitation/decision.ts'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import type { Person } from '../../services/identity/person.ts'
import type { Receipt } from '../../services/kernel/id.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import type { AtRest } from '../../services/keys/at-rest.ts'
import type { PastEntries } from '../../services/query/abandon.ts'
import { openPlans } from '../../services/query/plans.ts'
import type { QueryNeeds } from '../../services/query/question.ts'
import type { QueryRun, Registry } from '../../services/query/registry.ts'
import { openRunning } from '../../services/query/running.ts'
import { openQueryTurns } from '../../services/query/turns.ts'
import { openAtRestRoom } from '../keys/at-rest-room.ts'
import { makeCohort, writeBulle } from '../property/cohort.ts'

export interface Entry {
  readonly body: Body
  readonly about: About
}

export const hex = (digit: string) => digit.repeat(64)

export const person = (subject: string): Person => ({
  issuer: 'demo',
  subject,
  displayName: subject,
  organisation: 'chu',
  roles: ['researcher'],
  proofs: { training: later, charter: later, review: later, workstation: later, affiliation: later },
  level: 2,
  door: 'http',
  methods: ['mfa'],
})

const later = Date.parse('2099-01-01')

export class QueryHouse {
  readonly entries: Entry[] = []
  readonly runs = new Map<string, QueryRun & { readonly subject: string }>()
  readonly #closing: (() => Promise<unknown>)[] = []
  now = Date.parse('2026-11-21T12:00:00Z')
  state: CurrentPermit['standing']['state'] = 'active'
  isLogBroken = false
  /** Whether the line opens withheld cells to checkers. */
  isExact = false
  /** Datasets whose line is closed. */
  closed: readonly string[] = []
  /** What the accounts know of a person from now on, instead of what the session brought. */
  changed: Partial<Person> = {}
  /** Limits of the permit, and how many queries were taken of its quota by day. */
  limits: PermitLimits | undefined
  readonly used = new Map<string, number>()
  /** Datasets of each decision that named some. */
  readonly asked: (readonly string[])[] = []
  /** Called before each entry is written: tests stop the world here. */
  onEntry: (body: Body) => void = () => {}

  async open(): Promise<
    QueryNeeds & { readonly bulle: Bulle; readonly folder: string; readonly atRest: AtRest }
  > {
    const { bulle, folder } = await writeBulle(makeCohort(5), 'house')
    const scratch = await mkdtemp(join(tmpdir(), 'huisclos-house-'))
    const [parser, vault, releaser] = await Promise.all([
      openParser({ processes: 1 }),
      openVault({ threads: 1 }),
      openReleaser({ threads: 1, memoryBytes: 2 ** 28, scratch, processes: 1 }),
    ])
    for (const part of [parser, vault, releaser]) this.#closing.push(() => part.close())
    for (const path of [folder, scratch]) this.#closing.push(() => rm(path, { recursive: true }))
    const clock = { now: () => this.now }
    const { atRest, clear } = await openAtRestRoom(folder)
    this.#closing.push(() => clear.close())
    const workspace = openWorkspace({ home: folder, atRest })
    const withDerived = async () => {
      const tables = await workspace.list('p')
      for (const one of tables) await workspace.open(one)
      const derived = derivedTables(tables, bulle.datasets)
      return { ...bulle, tables: [...bulle.tables, ...derived] }
    }
    return {
      bulle,
      folder,
      atRest,
      workspace,
      builder: openBuilder({ threads: 1 }),
      audit: { origin: 'test/audit/2026', append: (body, about) => this.#append(body, about) },
      witnessing: { insistHeard: () => {} },
      bulles: { of: withDerived },
      clock,
      kept: openKept(folder),
      plans: openPlans(),
      parser,
      vault,
      releaser,
      permits: { current: async (project) => (project === 'p' ? this.#permit() : null) },
      rulebook: {
        sha256: hex('b'),
        node: 'FR-NOR',
        decide: (ask, current) => this.#decide(ask, current),
        disclosure: {
          k: 11,
          p: 0.1,
          twoShare: 0.9,
          degreesOfFreedom: 10,
          establishment: { k: 3, share: 0.85 },
        },
        codes: () => new Set(),
      },
      accounts: { find: async ({ subject }) => ({ ...person(subject), ...this.changed }) },
      running: openRunning(clock),
      turns: openQueryTurns({
        runningPerPerson: 100,
        waitingPerPerson: 0,
        runningPerProject: 100,
        waitMs: 60_000,
      }),
      registry: this.#registry(),
      quota: {
        take: async (_, day, granted) => {
          const used = this.used.get(day) ?? 0
          if (used < granted) this.used.set(day, used + 1)
          return used < granted
        },
        used: async (_, day) => this.used.get(day) ?? 0,
      },
      limits: { timeoutMs: 20_000, memoryBytes: 2 ** 29, maxRows: 10_000 },
    }
  }

  async close(): Promise<void> {
    for (const close of this.#closing) await close()
  }

  /** What a start reads of the log. */
  past(): PastEntries {
    const entries = this.entries.map(({ body, about: { project } }, seq) => ({
      shard: '2026',
      seq,
      ts: new Date().toISOString(),
      leaf: hex('e'),
      body,
      ...(project !== undefined && { project }),
      isSealed: false,
      numbers: {},
    }))
    return {
      origin: 'test/audit/2026',
      size: entries.length,
      async *entries(from, to) {
        yield* entries.slice(from, to)
      },
    }
  }

  types(): readonly string[] {
    return this.entries.map(({ body }) => body.type)
  }

  async #append(body: Body, about: About): Promise<Receipt> {
    if (this.isLogBroken) throw new Refusal('UNAVAILABLE')
    this.onEntry(body)
    this.entries.push({ body, about: structuredClone(about) })
    // Only the audit room makes receipts; this log is a list, and its receipts are made here.
    return { log: 'test/audit/2026', seq: this.entries.length - 1, leaf: hex('e') } as Receipt
  }

  #permit(): CurrentPermit {
    const exp = Date.parse('2027-10-31T00:00:00Z') / 1000
    const line = {
      id: 'L1',
      dataset: 'care',
      holder: 'chu',
      k: 11,
      ...(this.isExact && { exact: 'checked' }),
      tables: {},
      holderAct: 'countersign',
      holderJws: '',
    }
    const payload = {
      base: 'FR-NOR-2026-000001',
      version: 1,
      sha256: hex('a'),
      exp,
      persons: [],
      lines: [line],
      ...(this.limits && { limits: this.limits }),
    }
    const alice = {
      issuer: 'demo',
      subject: 'alice',
      stored: 'active',
      leadUntil: later,
      managerUntil: later,
    }
    const lines = { openLines: ['L1'], suspendedLines: [] }
    const standing = { state: this.state, currentVersion: 1, ...lines, grants: [alice] }
    // Only what a query reads of a permit is there.
    return { permit: payload, standing } as unknown as CurrentPermit
  }

  #decide(ask: Ask, current: CurrentPermit | null): Decision {
    const bundle = hex('b')
    if (!current || ask.by.subject !== 'alice')
      return { effect: 'deny', code: 'NO_HABILITATION', rule: 'stranger', bundle }
    if (this.state === 'suspended') return { effect: 'deny', code: 'SUSPENDED', rule: 'suspended', bundle }
    if (ask.datasets) this.asked.push(ask.datasets)
    if (ask.datasets?.some((name) => this.closed.includes(name)))
      return { effect: 'deny', code: 'LINE_CLOSED', rule: 'line-closed', bundle }
    if (ask.purpose && ask.purpose !== 'P1')
      return { effect: 'deny', code: 'PURPOSE_NOT_GRANTED', rule: 'purpose', bundle }
    return { effect: 'permit', current, purpose: 'P1', rules: ['listed'], bundle }
  }

  #registry(): Registry {
    return {
      begin: async ({ id, project, by }, at) => {
        if (this.runs.has(id)) throw new Refusal('CONFLICT')
        const { subject } = by
        this.runs.set(id, {
          id,
          project,
          subject,
          submittedAt: at,
          endedAt: null,
          outcome: 'running',
          code: null,
          seq: null,
        })
      },
      end: async ({ id }, { at, outcome, code, receipt }) => {
        const run = this.runs.get(id)
        if (run)
          this.runs.set(id, { ...run, endedAt: at, outcome, code: code ?? null, seq: receipt?.seq ?? null })
      },
      open: async () =>
        [...this.runs.values()]
          .filter(({ outcome }) => outcome === 'running')
          .map(({ id, project, subject, submittedAt: since }) => ({
            id,
            project,
            by: { issuer: 'demo', subject },
            since,
          })),
      list: async (project, { subject }) =>
        [...this.runs.values()].filter((run) => run.project === project && run.subject === subject),
    }
  }
}
