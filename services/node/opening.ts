/** A node opened floor by floor; node.ts listens before and serves after. */
import { openKept } from '../audit/kept.ts'
import { noWitnesses } from '../audit/witness/client.ts'
import type { Settings } from '../config.ts'
import { searchDatasets } from '../dataset/search.ts'
import type { Sandbox } from '../engine/box/sandbox.ts'
import { engineVersion } from '../engine/capabilities.ts'
import type { House } from '../gateway/house.ts'
import { openPolicyRegister } from '../habilitation/policy-register.ts'
import type { NodeRulebook } from '../habilitation/rulebook.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Log } from '../kernel/log.ts'
import { openStore, type Store } from '../store/store.ts'
import { recordBackup } from './backup/record.ts'
import { doorwayOf } from './doorway.ts'
import { type Engine, type Evidence, type Ground, openDatabase, openEvidence, startEngine } from './floors.ts'
import { keepHarvesting } from './harvesting.ts'
import { type Identity, openDemoIdentity, openProductionIdentity } from './identity.ts'
import { type KeyFloor, keyNotice, openKeyFloor, openKeyUse } from './keys.ts'
import { firstEntry, lastEntry } from './log-ends.ts'
import type { Figures } from './metrics/figures.ts'
import { engineLimitsOf, namingOf, type Production } from './production.ts'
import { passTime, reconcile } from './reconcile.ts'
import { openRooms, type Rooms } from './rooms.ts'
import { admitRules, alarming, insistOnRetention, openRules } from './rules.ts'
import { sealHome } from './seal-home.ts'
import { steadiness } from './steadiness.ts'
import type { Steps } from './steps.ts'
import { keepTime } from './timekeeping.ts'
import { versionOf } from './version.ts'
/** The steps of a start, as its terminal and /readyz name them. */
export const stepNames = {
  takeOver: 'relais du nœud précédent',
  database: 'PostgreSQL',
  migrations: 'migrations',
  keys: 'clés',
  evidence: 'journal de preuves',
  rules: 'règles',
  identity: 'fournisseurs d’identité',
  engine: 'moteur SQL',
  rooms: 'jeux de données et autorisations',
  demo: 'données de démonstration',
  portal: 'portail',
} as const

/** How often what time has ended is written down; no decision waits for it. */
const minuteMs = 60_000

function evidenceOf({ witnesses = noWitnesses, retention = { months: 12 } }: Settings) {
  return { policy: witnesses, retention }
}

/** All that a node stands on, each opened on those before it. */
export interface Floors {
  readonly keys: House['keys']
  readonly store: Store
  readonly evidence: Evidence
  readonly identity: Identity
  readonly engine: Engine
  readonly rooms: Rooms
}

export interface Opening extends Omit<Ruling, 'store' | 'sandbox' | 'log'> {
  readonly address: string
  readonly production: Production | null
  readonly figures: Figures
}

/** Store, keys, evidence, rules, identity, engine, rooms: each on those before it. */
export async function openUpTo(ground: Ground, opening: Opening): Promise<Floors> {
  const { settings, steps, production } = opening
  const starting = startEngine(ground, engineLimitsOf(settings))
  const { store, atRest, evidence } = await openBase(ground, opening)
  const { audit } = evidence
  const sandbox = (await ground.sandbox).kind
  const ruled = await openRuled(evidence, { ...opening, store, sandbox, log: ground.log })
  ground.closing.keep('last entry', lastEntry(audit))
  const openIdentity = () => identityOn(ground, opening, { store, audit, rulebook: ruled.rulebook })
  const identity = await steps.run(stepNames.identity, openIdentity, ({ notice }) => notice)
  const engine = await steps.run(
    stepNames.engine,
    () => starting,
    () => `DuckDB ${engineVersion()} · ${sandbox === 'none' ? 'sans bac à sable' : `bac à sable ${sandbox}`}`,
  )
  const { maxMiB, most } = settings.attachments ?? { maxMiB: 10, most: 20 }
  const documentLimits = { maxBytes: maxMiB * 1024 ** 2, most }
  // The demo holds standing words: grants become active at acceptance (contract, section 3).
  const grants = production?.configuration.grants ?? 'by-permit'
  const { accounts, known, sessions } = identity
  const { limits: asking } = doorwayOf(settings)
  const people = { accounts, known, sessions, grants, documentLimits, asking }
  const on = { store, atRest, ...evidence, ...ruled, engine, ...people, ...namingOf(settings) }
  const rooms = await steps.run(stepNames.rooms, async () => {
    const opened = await openRooms(ground, on)
    await settle(ground, opened, { store, atRest, audit, sessions })
    keepHarvesting(ground, opened, settings)
    await warmSearch(opened)
    return opened
  })
  const keys = await openKeyUse(ground, { ...atRest, store, audit })
  return { keys, store, evidence, identity, engine, rooms }
}

/** The database, the keys that it keeps, and the log that they seal. */
async function openBase(ground: Ground, { settings, steps, production, figures }: Opening) {
  const { closing, log } = ground
  const answerMs = settings.databaseAnswerMs
  const kind = settings.databaseUrl === undefined ? 'embarqué' : 'DATABASE_URL'
  const url = await steps.run(
    stepNames.database,
    () => openDatabase(ground, { url: settings.databaseUrl, answerMs }),
    () => kind,
  )
  const reading = { url, log, ...(answerMs !== undefined && { answerMs }) }
  const store = closing.keep('store', await steps.run(stepNames.migrations, () => openStore(reading)))
  const openKeys = () => openKeyFloor(ground, { store, ...production?.keys })
  const atRest = await steps.run(stepNames.keys, openKeys, keyNotice)
  const { host } = namingOf(settings)
  const evidence = await steps.run(
    stepNames.evidence,
    () =>
      openEvidence(ground, store, {
        ...{ url, answerMs, host, box: atRest.secrets, ...evidenceOf(settings) },
        onEntry: figures.onEntry,
      }),
    ({ audit }) => `${audit.origin} · ${audit.size} entrées`,
  )
  return { store, atRest, evidence }
}

interface IdentifiedBy extends Pick<Evidence, 'audit'> {
  readonly store: Store
  readonly rulebook: NodeRulebook
}

/** Who may come in: by the issuer of the demo, or by those of the configuration. */
function identityOn(
  ground: Ground,
  { settings, address, production }: Opening,
  { store, audit, rulebook }: IdentifiedBy,
): Promise<Identity> {
  const visas = { issuers: settings.visaIssuers ?? [], policy: rulebook.visas, audience: address }
  const on = { store, audit, visas }
  if (production === null) return openDemoIdentity(ground, on)
  const kinds = rulebook.vocabularies.organisations.map(({ code }) => code)
  return openProductionIdentity(ground, on, { ...production.configuration, ...production, kinds })
}

interface Settling extends Pick<Evidence, 'audit'>, Pick<Identity, 'sessions'> {
  readonly store: Store
  readonly atRest: KeyFloor
}

/** Brings together what the last stop left, then writes down each minute what time has ended. */
async function settle(ground: Ground, opened: Rooms, { store, atRest, audit, sessions }: Settling) {
  const { clock, log, closing, home } = ground
  const { running } = opened.query
  sessions.watch((closed) => running.stopSessions(closed.map(({ id }) => id)))
  const sealing = { ...ground, ...atRest, store }
  await reconcile(opened, audit, { ...ground, sealHome: () => sealHome(sealing) })
  const isSteady = steadiness(clock, log)
  const work = async () => {
    if (isSteady()) await passTime(opened)
    opened.bulles.renew()
    await opened.bulles.shutIdle()
    await sessions.sweep()
    await recordBackup(home, audit)
  }
  closing.keep('time', keepTime({ everyMs: minuteMs, work, log }))
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
  readonly log: Log
}

/** The rules, put in force: from here on every entry names them. The first entries of the start are written. */
async function openRuled(evidence: Evidence, { store, settings, steps, folder, sandbox, log }: Ruling) {
  const { audit } = evidence
  const { mode, wirePort, witnesses = noWitnesses, visaIssuers = [], retention = { months: 12 } } = settings
  const kept = openKept(settings.home)
  const register = openPolicyRegister(store)
  const isProduction = mode.kind === 'production'
  const { rules, admitted } = await steps.run(
    stepNames.rules,
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
  await firstEntry(audit, { type: 'log.started', version: versionOf(), engine, sandbox, config })
  for (const { body, sealed } of admitted.entries)
    await audit.append(body, sealed === undefined ? {} : { sealed })
  return { rulebook: alarming(rules, { audit, log }), kept, policyRegister: register }
}
