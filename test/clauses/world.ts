/**
 * A gateway whose permit is chosen by the test: the rules, the sealing of extracts, the engines and the check of signatures are
 * those of a node; only the register answers with the permit that it is given.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKept } from '../../services/audit/kept.ts'
import { type Bulles, openBulles } from '../../services/dataset/bulles.ts'
import type { Catalogue } from '../../services/dataset/catalogue.ts'
import { openWorkspace } from '../../services/dataset/workspace.ts'
import { openBuilder } from '../../services/engine/builder.ts'
import { openParser } from '../../services/engine/parser.ts'
import { openReleaser } from '../../services/engine/release.ts'
import { openVault } from '../../services/engine/vault.ts'
import type { Rulebook } from '../../services/habilitation/decision.ts'
import type { HabilitationEvent } from '../../services/habilitation/event.ts'
import type { PermitLine, PermitPayload, UnsignedLine } from '../../services/habilitation/permit.ts'
import { openPermits, type Permits } from '../../services/habilitation/permits.ts'
import type { Registry as Register } from '../../services/habilitation/registry.ts'
import { signLine } from '../../services/habilitation/signature.ts'
import { signCompact } from '../../services/identity/jws.ts'
import type { Account, Person } from '../../services/identity/person.ts'
import { canonical, sha256 } from '../../services/kernel/hash.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { openPlans } from '../../services/query/plans.ts'
import type { QueryNeeds } from '../../services/query/question.ts'
import type { Registry as QueryList } from '../../services/query/registry.ts'
import { runQuery } from '../../services/query/run.ts'
import { openRunning } from '../../services/query/running.ts'
import { openQueryTurns } from '../../services/query/turns.ts'
import { declare, deposit, openRoom } from '../dataset/room.ts'
import { leastBody, newKeys, person, rulebook, today } from '../habilitation/fixtures.ts'
import { datasets } from './datasets.ts'

/** A permit as it stands on paper: lines are signed by whoever holds them when it is asked on. */
export type Draft = Omit<PermitPayload, 'lines'> & { readonly lines: readonly (UnsignedLine | PermitLine)[] }

export interface Asked {
  readonly sql: string
  readonly purpose?: string
  readonly objective?: string
  readonly by?: Person
}

/** What somebody at the door is told. */
export type Told =
  | { readonly code: string; readonly rule?: string }
  | { readonly rows: readonly unknown[]; readonly unit: string; readonly k: number; readonly ms: number }

export interface World {
  readonly keys: ReturnType<typeof newKeys>
  readonly needs: Omit<QueryNeeds, 'permits'>
  readonly bulles: Bulles
  readonly catalogue: Catalogue
  /** The time of the gateway; set it to travel. */
  readonly time: { now: number }
  /** The line with the signature of its holder. */
  signed(line: UnsignedLine): Promise<PermitLine>
  /** Asks on a permit; `decide` replaces the rules of the house. */
  ask(draft: Draft, asked: Asked, decide?: Rulebook['decide']): Promise<Told>
  close(): Promise<void>
}

/** One query was asked today; what a quota counts is the business of test/query/quota.test.ts. */
const oneTaken: QueryNeeds['quota'] = {
  take: async (_project, _day, granted) => granted > 1,
  used: async () => 1,
}

/** Accounts other than those of the demo, by subject. */
const known = new Map<string, Account>()

export async function openWorld(): Promise<World> {
  const room = await openRoom()
  for (const { descriptor, files } of datasets) {
    await declare(room.needs, descriptor)
    const { status, findings } = await deposit(room.needs, descriptor.name, files)
    if (status !== 'accepted') throw new Error(JSON.stringify(findings))
  }
  const scratch = await mkdtemp(join(tmpdir(), 'huisclos-clauses-'))
  const [parser, vault, releaser] = await Promise.all([
    openParser({ processes: 1 }),
    openVault({ threads: 1, maxProcesses: 2 }),
    openReleaser({ threads: 1, memoryBytes: 2 ** 28, scratch, processes: 1 }),
  ])
  const { home, atRest, keyring, catalogue, audit } = room
  const time = { now: today }
  const clock = { now: () => time.now }
  const shared = { home, atRest, keyring, catalogue, audit, parser, log: silentLog, clock }
  const bulles = openBulles({ ...shared, memoryBytes: 2 ** 28 })
  const needs = {
    ...{ audit, bulles, clock, parser, vault, releaser, registry: forgetfulList },
    witnessing: { insistHeard: () => {} },
    kept: openKept(home),
    plans: openPlans(),
    builder: openBuilder({ threads: 1 }),
    workspace: openWorkspace({ home, atRest }),
    rulebook: await rulebook(),
    running: openRunning(clock),
    turns: openQueryTurns({
      runningPerPerson: 100,
      waitingPerPerson: 0,
      runningPerProject: 100,
      waitMs: 60_000,
    }),
    accounts: {
      find: async ({ subject }: Pick<Account, 'subject'>) => known.get(subject) ?? person(subject),
    },
    quota: oneTaken,
    limits: { timeoutMs: 20_000, memoryBytes: 2 ** 29, maxRows: 1000 },
  }
  const keys = newKeys()
  const signed = async (line: UnsignedLine) => {
    const key = await keys.holderKey(line.holder)
    if (key === null) throw new Error('these keys are kept here')
    return signLine(line, key)
  }
  return {
    ...{ keys, needs, bulles, catalogue, time, signed },
    async ask(draft, asked, decide) {
      const lines = draft.lines.map((line) => ('holderJws' in line ? line : signed(line)))
      const permits = permitsOf({ ...draft, lines: await Promise.all(lines) }, keys)
      const rules = decide === undefined ? needs.rulebook : { ...needs.rulebook, decide }
      const current = await permits.current(project).catch(() => null)
      if (current !== null) bulles.seal(current)
      await bulles.idle()
      return told({ ...needs, rulebook: rules, permits }, asked)
    },
    async close() {
      await bulles.close()
      await Promise.all([parser.close(), vault.close(), releaser.close()])
      await room.close()
      await rm(scratch, { recursive: true })
    },
  }
}

/** The project that every question is asked of. */
export const project = 'FR-NOR-2026-000042'

/** She proved who she is an hour ago, by the class that the permit demands. */
export const asker = person('alice', { acr: 'eidas2', authenticatedAt: today - 3_600_000 })

async function told(needs: QueryNeeds, { by = asker, ...asked }: Asked): Promise<Told> {
  const { running } = needs
  known.set(by.subject, by)
  let ms = 0
  const start: QueryNeeds['running']['start'] = (query) => {
    ms = query.timeoutMs
    return running.start(query)
  }
  try {
    const { rows, disclosure } = await runQuery({ ...needs, running: { ...running, start } }, by, {
      project,
      ...asked,
    })
    return { rows, unit: disclosure.unit, k: disclosure.k, ms }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { rule } = error.facts
    return { code: error.code, ...(rule !== undefined && { rule }) }
  }
}

/** Signed as it is, form and all: what the gateway makes of it is what the test is about. */
function permitsOf(payload: PermitPayload, keys: World['keys']): Permits {
  const { kid, privateKey } = keys.authority
  const text = canonical(payload)
  const jws = signCompact({ payload: text, key: privateKey, kid, typ: 'huisclos-permit+jws' })
  const events = eventsOf(payload, sha256(text))
  const id = 'D-2026-0001'
  const register: Pick<Register, 'ofProject' | 'read'> = {
    ofProject: async () => ({ id, events: events.length, jws }),
    read: async () => ({ id, events }),
  }
  // Nothing else of a register is asked here.
  return openPermits({ registry: register as Register, keys })
}

/** Granted, and amended once: version 2 is the one in force. */
function eventsOf({ jti, nbf, exp }: PermitPayload, hash: string): readonly HabilitationEvent[] {
  const { organisation, issuer, subject } = person('paul')
  const lead = { organisation, issuer, subject }
  const permit = { id: jti, version: 1, sha256: hash, nbf, exp }
  const about = { v: 1, at: today - 86_400_000, by: lead } as const
  return [
    { ...about, type: 'opened', lead, request: leastBody },
    { ...about, type: 'granted', project, permit },
    { ...about, type: 'amended', permit: { ...permit, version: 2 } },
  ]
}

/** Nobody reads the list of queries here. */
const forgetfulList: QueryList = {
  begin: async () => {},
  end: async () => {},
  open: async () => [],
  list: async () => [],
}
