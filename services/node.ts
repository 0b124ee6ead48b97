/** The composition root: a whole node, opened floor by floor and closed in the reverse order. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openKept } from './audit/kept.ts'
import { noWitnesses } from './audit/witness/client.ts'
import type { Witnessing } from './audit/witness/collector.ts'
import type { Settings } from './config.ts'
import { searchDatasets } from './dataset/search.ts'
import { machineSandbox, type Sandbox } from './engine/box/sandbox.ts'
import { engineVersion } from './engine/capabilities.ts'
import { createApp, createWaitingApp } from './gateway/app.ts'
import type { House } from './gateway/house.ts'
import { openLimits } from './gateway/limits.ts'
import { type Gauge, openMetrics } from './gateway/readiness.ts'
import { routes } from './gateway/routes.ts'
import { type StartPageFacts, startPage } from './gateway/start-page.ts'
import { withPersonalTokens } from './habilitation/personal-tokens.ts'
import { openPolicyRegister } from './habilitation/policy-register.ts'
import type { Clock } from './kernel/clock.ts'
import { canonical, sha256 } from './kernel/hash.ts'
import type { Closable } from './kernel/id.ts'
import type { Log } from './kernel/log.ts'
import { Refusal } from './kernel/refusal.ts'
import { Closing } from './node/closing.ts'
import { doorwayOf } from './node/doorway.ts'
import {
  type Engine,
  type Evidence,
  type Ground,
  openDatabase,
  openEvidence,
  openHome,
  startEngine,
} from './node/floors.ts'
import { keepHarvesting } from './node/harvesting.ts'
import { type Identity, openDemoIdentity, openProductionIdentity } from './node/identity.ts'
import { keyNotice, openKeyFloor, openKeyUse } from './node/keys.ts'
import { openDoor, StartError } from './node/listening.ts'
import { engineLimitsOf, namingOf, type Production, readyProduction } from './node/production.ts'
import { passTime, reconcile } from './node/reconcile.ts'
import { openRooms, type Rooms } from './node/rooms.ts'
import { admitRules, insistOnRetention, openRules } from './node/rules.ts'
import { sealHome } from './node/seal-home.ts'
import { seedDemo } from './node/seed.ts'
import { writeServerFile } from './node/server-file.ts'
import { openSteps, type Say, type Steps } from './node/steps.ts'
import { keepTime } from './node/timekeeping.ts'
import { versionOf } from './node/version.ts'
import { openStore, type Store } from './store/store.ts'

export interface NodeOptions {
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Log
  readonly print: Say
  /** False where the data may be lost, as in tests: nothing is flushed by the database. */
  readonly durable?: boolean
  readonly onFatal?: (exitCode: number) => void
  /** What this machine can put a worker in, found out when it is left out. */
  readonly sandbox?: Promise<Sandbox>
  /** Folder of the rules; the one that is shipped when it is left out. */
  readonly policies?: string
  /** Where `env:` references of a configuration are looked up; nothing when it is left out. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export interface Node extends Closable {
  readonly url: string
  readonly house: House
  /** The project that the full demo seeds. */
  readonly project: string | null
  /** Address of the demo issuer; null in production. */
  readonly issuer: string | null
}

const names = {
  database: 'PostgreSQL',
  migrations: 'migrations',
  keys: 'clés',
  evidence: 'journal de preuves',
  rules: 'règles',
  identity: 'fournisseurs d’identité',
  engine: 'moteur SQL',
  rooms: 'jeux de données et autorisations',
  demo: 'données de démonstration',
} as const

/** How often what time has ended is written down; no decision waits for it. */
const minuteMs = 60_000

/**
 * Opens a node. HTTP listens from the first moment and answers 503 until all is open. When it rejects, what was opened is
 * closed again; a StartError is one line for the operator.
 */
export async function openNode(options: NodeOptions): Promise<Node> {
  const closing = new Closing(options.log)
  try {
    return await openFloors(options, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function openFloors(options: NodeOptions, closing: Closing): Promise<Node> {
  const { settings, clock, log, durable = true, onFatal = () => {} } = options
  const folder = options.policies ?? pathOf('../policies')
  const sandbox = options.sandbox ?? machineSandbox()
  const { mode } = settings
  const { environment = {} } = options
  const production =
    mode.kind === 'production'
      ? await readyProduction(mode.configuration, {
          home: settings.home,
          sandbox: await sandbox,
          clock,
          log,
          environment,
        })
      : null
  const ground: Ground = { home: settings.home, clock, log, closing, durable, onFatal, sandbox }
  const demo = mode.kind === 'demo' ? mode.demo : null
  const isFull = demo === 'full'
  const steps = openSteps(
    Object.values(names).filter((name) => isFull || name !== names.demo),
    options.print,
  )
  await openHome(ground)
  const doorway = doorwayOf(settings)
  const door = closing.keep(
    'http',
    await openDoor({ ...listeningOf(settings, production), ...doorway }, createWaitingApp(steps, doorway)),
  )
  const address = production?.configuration.address ?? door.url
  closing.keep('server file', await writeServerFile(settings.home, { url: address, pid: process.pid }))
  const floors = await openUpTo(ground, { settings, steps, folder, address, production })
  const house = await houseOf(floors, { steps, address, options })
  const project = isFull
    ? await steps.run(names.demo, () => seedDemo(house, floors.identity.accounts), notedProject)
    : null
  const isBoxed = (await sandbox).kind !== 'none'
  const app = createApp(await withStartPage(house, { demo, project, isBoxed }), routes)
  steps.ready = true
  door.serve(app)
  return {
    url: door.url,
    house,
    project,
    issuer: floors.identity.issuer,
    close: async () => {
      // Who comes now is told to come again; who was here before gets an answer, and its entry, while all is still open.
      steps.ready = false
      door.serve(createWaitingApp(steps, doorway))
      house.query.running.close()
      await door.close()
      await closing.close()
    },
  }
}

/** A demo is for this machine alone. */
function listeningOf({ port }: Settings, production: Production | null) {
  if (production === null) return { host: '127.0.0.1', port }
  const { configuration, tls } = production
  return { host: configuration.host, port, ...(tls !== undefined && { tls }) }
}

function evidenceOf({ witnesses = noWitnesses, retention = { months: 12 } }: Settings) {
  return { policy: witnesses, retention }
}

const notedProject = (project: string) => `projet ${project}`

interface Floors {
  readonly keys: House['keys']
  readonly evidence: Evidence
  readonly identity: Identity
  readonly engine: Engine
  readonly rooms: Rooms
}

interface Opening extends Omit<Ruling, 'store' | 'sandbox'> {
  readonly address: string
  readonly production: Production | null
}

/** Store, evidence, identity, engine, rooms: each on those before it. */
async function openUpTo(
  ground: Ground,
  { settings, steps, folder, address, production }: Opening,
): Promise<Floors> {
  const { closing, log } = ground
  const limits = engineLimitsOf(settings)
  const naming = namingOf(settings)
  const starting = startEngine(ground, limits)
  const kind = settings.databaseUrl === undefined ? 'embarqué' : 'DATABASE_URL'
  const url = await steps.run(
    names.database,
    () => openDatabase(ground, settings.databaseUrl),
    () => kind,
  )
  const store = closing.keep('store', await steps.run(names.migrations, () => openStore({ url, log })))
  const openKeys = () => openKeyFloor(ground, { store, ...production?.keys })
  const atRest = await steps.run(names.keys, openKeys, keyNotice)
  const { secrets: box } = atRest
  const evidence = await steps.run(
    names.evidence,
    () => openEvidence(ground, store, { url, host: naming.host, box, ...evidenceOf(settings) }),
    ({ audit }) => `${audit.origin} · ${audit.size} entrées`,
  )
  const { audit } = evidence
  const sandbox = (await ground.sandbox).kind
  const ruled = await openRuled(evidence, { store, settings, steps, folder, sandbox })
  const visas = { issuers: settings.visaIssuers ?? [], policy: ruled.rulebook.visas, audience: address }
  const kinds = ruled.rulebook.vocabularies.organisations.map(({ code }) => code)
  const openIdentity = () =>
    production === null
      ? openDemoIdentity(ground, { store, audit, visas })
      : openProductionIdentity(
          ground,
          { store, audit, visas },
          { ...production.configuration, ...production, kinds },
        )
  const identity = await steps.run(names.identity, openIdentity, ({ notice }) => notice)
  const engine = await steps.run(
    names.engine,
    () => starting,
    () => `DuckDB ${engineVersion()} · ${sandbox === 'none' ? 'sans bac à sable' : `bac à sable ${sandbox}`}`,
  )
  const { maxMiB, most } = settings.attachments ?? { maxMiB: 10, most: 20 }
  const documentLimits = { maxBytes: maxMiB * 1024 ** 2, most }
  // The demo holds standing words: grants become active at acceptance (contract, section 3).
  const grants = production?.configuration.grants ?? 'by-permit'
  const { accounts, known } = identity
  const { limits: asking } = doorwayOf(settings)
  const people = { accounts, known, grants, documentLimits, asking }
  const on = { store, atRest, ...evidence, ...ruled, engine, ...people, ...naming }
  const rooms = await steps.run(names.rooms, async () => {
    const opened = await openRooms(ground, on)
    const { running } = opened.query
    identity.sessions.watch((closed) => running.stopSessions(closed.map(({ id }) => id)))
    await reconcile(opened, evidence.audit, () => sealHome({ ...ground, ...atRest, store }))
    const work = async () => {
      await passTime(opened)
      opened.bulles.renew()
      await opened.bulles.shutIdle()
      await identity.sessions.sweep()
    }
    ground.closing.keep('time', keepTime({ everyMs: minuteMs, work, log: ground.log }))
    keepHarvesting(ground, opened, settings)
    await warmSearch(opened)
    return opened
  })
  const keys = await openKeyUse(ground, { ...atRest, store, audit })
  return { keys, evidence, identity, engine, rooms }
}

/** The words of every dataset are folded before somebody waits for them: a second for some thousand datasets. */
async function warmSearch({ catalogue }: Rooms): Promise<void> {
  searchDatasets(await catalogue.list(), {}, (organisation) => organisation)
}

interface Ruling {
  readonly store: Store
  readonly settings: Settings
  readonly steps: Steps
  readonly folder: string
  readonly sandbox: Sandbox['kind']
}

/** The rules, put in force: from here on every entry names them. The first entries of the start are written. */
async function openRuled(evidence: Evidence, { store, settings, steps, folder, sandbox }: Ruling) {
  const { audit } = evidence
  const { mode, wirePort, witnesses = noWitnesses, visaIssuers = [], retention = { months: 12 } } = settings
  const kept = openKept(settings.home)
  const register = openPolicyRegister(store)
  const isProduction = mode.kind === 'production'
  const { rules, admitted } = await steps.run(
    names.rules,
    async () => {
      const found = await openRules(folder, namingOf(settings).node)
      insistOnRetention(found, retention)
      const admitting = { ...evidence, rules: found, kept, register, isProduction }
      return { rules: found, admitted: await admitRules(admitting) }
    },
    (opened) => `${opened.rules.sha256.slice(0, 20)} ${opened.admitted.notice}`.trimEnd(),
  )
  audit.underPolicy(rules.sha256)
  const config = sha256(canonical({ mode, wirePort, witnesses, visaIssuers }))
  const engine = engineVersion()
  await begin(audit, { type: 'log.started', version: versionOf(), engine, sandbox, config })
  for (const { body, sealed } of admitted.entries)
    await audit.append(body, sealed === undefined ? {} : { sealed })
  return { rulebook: rules, kept, policyRegister: register }
}

/** The first entry of a start: a log that takes nothing is the operator's to mend. */
async function begin(
  audit: Evidence['audit'],
  body: Parameters<Evidence['audit']['append']>[0],
): Promise<void> {
  await audit.append(body, {}).catch((cause: unknown) => {
    if (!(cause instanceof Refusal) || cause.code !== 'UNAVAILABLE') throw cause
    throw new StartError('journal de preuves : rien ne peut y être écrit (place, droits du disque)', 70, {
      cause,
    })
  })
}

interface HouseOf {
  readonly steps: Steps
  readonly address: string
  readonly options: NodeOptions
}

async function houseOf(
  { keys, evidence, identity, rooms }: Floors,
  { steps, address, options }: HouseOf,
): Promise<House> {
  const { log, clock } = options
  const doorway = doorwayOf(options.settings)
  const size = {
    name: 'huisclos_audit_entries',
    help: 'Entries of the current shard',
    read: () => evidence.audit.size,
  }
  const { stopSessions } = rooms.query.running
  const personalTokens = { ...rooms.habilitation, personalTokens: identity.personalTokens, stopSessions }
  return {
    ...rooms,
    ...evidence,
    keys,
    personalTokens,
    accounts: identity.known,
    passports: identity.passports,
    tokens: withPersonalTokens(identity.tokens, personalTokens),
    sessions: identity.sessions,
    logouts: identity.logouts,
    logins: identity.logins,
    links: identity.links,
    log,
    readiness: steps,
    metrics: openMetrics(
      [size, ...spaceGauges(evidence.audit), ...witnessGauges(evidence.witnessing, clock)],
      clock.now(),
    ),
    limits: openLimits(doorway.limits, doorway),
    portal: { startPage: '', assets: pathOf('portal/assets') },
    policy: rooms.habilitation.rulebook.sha256,
    version: versionOf(),
    address,
  }
}

function spaceGauges(audit: Evidence['audit']): Gauge[] {
  return [
    {
      name: 'huisclos_audit_free_bytes',
      help: 'Room on the disk of the log',
      read: () => audit.space.freeBytes,
    },
    {
      name: 'huisclos_audit_floor_bytes',
      help: 'Below this room nothing is recorded and nothing runs',
      read: () => audit.space.floorBytes,
    },
  ]
}

/** Nothing is counted where nobody is asked. */
function witnessGauges(witnessing: Witnessing, clock: Clock): Gauge[] {
  const { quorum } = witnessing.status()
  if (quorum === 0) return []
  const cosigning = () => witnessing.status().witnesses.filter(({ state }) => state === 'cosigned').length
  const age = () => (clock.now() - (witnessing.status().cosignedAt ?? 0)) / 1000
  return [
    { name: 'huisclos_witness_quorum', help: 'Witnesses that must cosign', read: () => quorum },
    {
      name: 'huisclos_witnesses_cosigning',
      help: 'Witnesses that cosigned in the last round',
      read: cosigning,
    },
    { name: 'huisclos_witness_quorum_age_seconds', help: 'Age of the last quorum', read: age },
  ]
}

async function withStartPage(
  house: House,
  facts: Pick<StartPageFacts, 'demo' | 'project' | 'isBoxed'>,
): Promise<House> {
  const template = await readFile(pathOf('portal/index.html'), 'utf8')
  const page = startPage(template, { version: house.version, address: house.address, ...facts })
  return { ...house, portal: { ...house.portal, startPage: page } }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}
