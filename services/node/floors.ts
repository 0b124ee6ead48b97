/** The floors of a node, each opened on those below it. Every function answers plain values; node.ts puts them together. */
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { FoundTree } from '../audit/found-tree.ts'
import type { Kept } from '../audit/kept.ts'
import type { RetentionRule } from '../audit/retention.ts'
import { spaceFloor } from '../audit/space.ts'
import type { WitnessPolicy } from '../audit/witness/client.ts'
import { openWitnessing, type Witnessing } from '../audit/witness/collector.ts'
import { insistOnWitnessed } from '../audit/witness/start.ts'
import { type AuditLog, openAudit } from '../audit/writer.ts'
import { type Bulles, openBulles } from '../dataset/bulles.ts'
import { type Catalogue, openCatalogue } from '../dataset/catalogue.ts'
import { openChecker } from '../dataset/checking.ts'
import type { DepositNeeds } from '../dataset/deposit.ts'
import { openDatasets } from '../dataset/filter.ts'
import { type HarvestedCatalogues, openHarvested } from '../dataset/harvest/harvested.ts'
import { openOptOutRegister } from '../dataset/opt-out-register.ts'
import { openPreviewer } from '../dataset/previewer.ts'
import { openDatasetRegister } from '../dataset/register.ts'
import { openDepositStorage } from '../dataset/storage.ts'
import { openTwins, type Twins } from '../dataset/twins.ts'
import { openUploadFiles } from '../dataset/upload-files.ts'
import { openUploadRegister } from '../dataset/upload-register.ts'
import { openTurns } from '../dataset/upload-turns.ts'
import type { UploadNeeds } from '../dataset/uploads.ts'
import { openVersionRegister } from '../dataset/version-register.ts'
import type { WithdrawalNeeds } from '../dataset/withdrawal.ts'
import { openWorkspace } from '../dataset/workspace.ts'
import type { Sandbox } from '../engine/box/sandbox.ts'
import { openBuilder } from '../engine/builder.ts'
import type { Builder, Limits, Parser, Releaser, Vault } from '../engine/engine.ts'
import { openParser } from '../engine/parser.ts'
import { openReleaser } from '../engine/release.ts'
import { openVault } from '../engine/vault.ts'
import type { ActNeeds } from '../habilitation/change.ts'
import { type DocumentLimits, openDocuments } from '../habilitation/documents.ts'
import { sweepDocuments } from '../habilitation/dossier.ts'
import type { GrantPolicy } from '../habilitation/guard.ts'
import { openKeys, type PermitKeys, registeredKeys } from '../habilitation/keys.ts'
import { openPermits } from '../habilitation/permits.ts'
import type { PolicyNeeds } from '../habilitation/policy-change.ts'
import type { PolicyRegister } from '../habilitation/policy-register.ts'
import { openRegistry as openHabilitations } from '../habilitation/registry.ts'
import type { NodeRulebook } from '../habilitation/rulebook.ts'
import { type AccountTable, openAccounts } from '../identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../identity/demo-accounts.ts'
import type { DemoIssuer } from '../identity/demo-issuer.ts'
import { openPassports, type PassportNeeds, type Passports, withVisas } from '../identity/passport.ts'
import type { Accounts, Tokens } from '../identity/person.ts'
import type { ProofNeeds } from '../identity/proofs.ts'
import { identitiesAt, openTokens } from '../identity/token.ts'
import { openVisaStore } from '../identity/visa-store.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Actor } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { hasCode } from '../kernel/system-error.ts'
import { openTwinTurns, type TwinTurns } from '../query/on-twin.ts'
import { openPlans } from '../query/plans.ts'
import type { QueryNeeds } from '../query/question.ts'
import { openQuota } from '../query/quota.ts'
import { openRegistry as openQueryList } from '../query/registry.ts'
import { openRunning } from '../query/running.ts'
import { openFindings } from '../review/findings.ts'
import { catchUp, indexedEntry } from '../review/indexing.ts'
import type { ReviewNeeds } from '../review/month.ts'
import { openPublicRegister, type PublicRegister } from '../review/register/register.ts'
import type { ReportNeeds } from '../review/reports/make.ts'
import { type AuditIndex, openAuditIndex } from '../store/audit-index.ts'
import { startEmbedded } from '../store/embedded.ts'
import { takeFolder } from '../store/folder-lock.ts'
import { acquireLease } from '../store/lease.ts'
import type { Store } from '../store/store.ts'
import type { Closing } from './closing.ts'
import { StartError } from './listening.ts'
import { openRetention } from './retention.ts'

/** What every floor needs: where, when, and who closes it again. */
export interface Ground {
  readonly home: string
  readonly clock: Clock
  readonly log: Log
  readonly closing: Closing
  /** False where the data may be lost, as in tests. */
  readonly durable: boolean
  /** What workers run in on this machine. */
  readonly sandbox: Promise<Sandbox>
  /** The log can promise nothing any more: the process must end with this status (security.md 0). */
  readonly onFatal: (exitCode: number) => void
}

/** The home folder, made if absent, and taken: two nodes on one home would write one log. */
export async function openHome({ home, closing }: Pick<Ground, 'home' | 'closing'>): Promise<void> {
  try {
    await makeFolder(home)
    closing.keep('home', await takeFolder(home))
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'FolderTakenError')
      throw new StartError(cause.message, 1, { cause })
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'inconnu'
    throw new StartError(`HUISCLOS_HOME : ${home} n’est pas accessible en écriture (${code})`, 1, { cause })
  }
}

/** As `mkdir -p`; Node's own recursive form never ends where a parent exists and takes no folder, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return
    const parent = dirname(path)
    const isOrphan = hasCode(error, 'ENOENT') && (await stat(parent).catch(() => null)) === null
    if (!isOrphan) throw error
    await makeFolder(parent)
    await mkdir(path, { mode: 0o700 })
  }
}

/** Address of the control database: the one given, else our own PostgreSQL. */
export async function openDatabase(ground: Ground, given: string | undefined): Promise<string> {
  if (given !== undefined) return given
  const { home, log, durable } = ground
  return ground.closing.keep('postgresql', await startEmbedded({ home, log, durable })).url
}

export interface Evidence {
  readonly audit: AuditLog
  readonly auditIndex: AuditIndex
  readonly witnessing: Witnessing
}

export interface EvidenceSettings {
  /** Of the control database. */
  readonly url: string
  /** Public host of the origin of a new log. */
  readonly host: string
  readonly policy: WitnessPolicy
  readonly retention: Omit<RetentionRule, 'needsCosigned'>
}

/** The one writer of the log, the index that follows it, and whoever collects cosignatures on it. */
export async function openEvidence(
  ground: Ground,
  store: Store,
  { url, host, policy, retention }: EvidenceSettings,
): Promise<Evidence> {
  const { home, clock, log, closing, durable, onFatal } = ground
  const lease = await acquireLease(url)
  closing.keep('lease', { close: () => lease.release() })
  const auditIndex = closing.keep('audit index', openAuditIndex(store, log))
  const onEntry: Parameters<typeof openAudit>[0]['onEntry'] = (entry) => auditIndex.add(indexedEntry(entry))
  const reserveBytes = durable ? spaceFloor : 0
  const onFound = (tree: FoundTree) => insistOnWitnessed(policy.witnesses, tree, log)
  const audit = await openAudit({
    home,
    clock,
    log,
    host,
    lease,
    onEntry,
    onFatal,
    onFound,
    reserveBytes,
  }).catch((cause: unknown) => {
    if (cause instanceof Error && cause.name === 'LogDamaged') {
      throw new StartError(`journal de preuves : ${cause.message}`, 72, { cause })
    }
    throw unwritable(cause) ?? cause
  })
  closing.keep('audit log', audit)
  await catchUp(audit, auditIndex, log)
  const witnessing = closing.keep('witnesses', openWitnessing({ audit, policy, clock, log }))
  const rule = { ...retention, needsCosigned: policy.quorum > 0 }
  closing.keep('retention', await openRetention({ audit, auditIndex, log, rule }))
  return { audit, auditIndex, witnessing }
}

/** A disk that takes nothing is the operator's to mend: one line, and the status of a log that cannot be written. */
function unwritable(cause: unknown): StartError | undefined {
  const code = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'].find((one) => hasCode(cause, one))
  if (code === undefined) return undefined
  return new StartError(`journal de preuves : rien ne peut y être écrit (${code})`, 70, { cause })
}

export interface Identity {
  /** The table; `tokens` and `known` see what visas add to it. */
  readonly accounts: AccountTable
  readonly known: Accounts
  readonly passports: Passports
  readonly tokens: Tokens
  readonly issuer: DemoIssuer
}

export interface IdentityOn {
  readonly store: Store
  readonly audit: AuditLog
  /** Whose visas are looked at, what they may stand for, and the address of this node, for which a passport is made. */
  readonly visas: Pick<PassportNeeds, 'issuers' | 'policy' | 'audience'>
}

/** Demo accounts, the demo issuer, the tokens of it, and the visas of others. */
export async function openDemoIdentity(
  ground: Ground,
  { store, audit, visas }: IdentityOn,
): Promise<Identity> {
  const { home, clock, log, closing } = ground
  const accounts = openAccounts(store)
  await accounts.seed({ organisations: demoOrganisations, accounts: demoAccounts(clock) })
  // Loaded here: a production node never opens the package, and a start that fails says one line and nothing more.
  const { startDemoIssuer } = await import('../identity/demo-issuer.ts')
  const issuer = closing.keep('demo issuer', await startDemoIssuer({ home, clock, log }))
  const issuers = [issuer.trust]
  const identitiesOf = (person: Actor) => identitiesAt(issuers, person)
  const passports = openPassports({ ...visas, store: openVisaStore(store), audit, clock, identitiesOf })
  const known = withVisas(accounts, passports)
  return { accounts, known, passports, issuer, tokens: openTokens({ issuers, accounts: known, clock }) }
}

export interface EngineLimits {
  readonly threads: number
  readonly memoryBytes: number
  readonly timeoutMs: number
}

export interface Engine {
  readonly parser: Parser
  readonly vault: Vault
  readonly releaser: Releaser
  readonly builder: Builder
  readonly limits: Limits
}

/** Parser, vault and releaser: three kinds of processes that never share one. */
export async function openEngine(
  { home, log, closing }: Ground,
  { threads, memoryBytes, timeoutMs }: EngineLimits,
): Promise<Engine> {
  const scratch = join(home, 'scratch', 'release')
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const [parser, vault, releaser] = await Promise.all([
    openParser({ log }).then((opened) => closing.keep('parser', opened)),
    openVault({ threads, log }).then((opened) => closing.keep('vault', opened)),
    openReleaser({ threads, memoryBytes, scratch, log }).then((opened) => closing.keep('releaser', opened)),
  ])
  const builder = openBuilder({ threads, log })
  return { parser, vault, releaser, builder, limits: { timeoutMs, memoryBytes, maxRows: 1_000_000 } }
}

export interface Rooms {
  readonly dataset: DepositNeeds
  readonly uploads: UploadNeeds
  readonly versions: WithdrawalNeeds
  readonly catalogue: Catalogue
  readonly bulles: Bulles
  readonly twins: Twins
  readonly twinTurns: TwinTurns
  readonly harvested: HarvestedCatalogues
  readonly habilitation: ActNeeds
  readonly query: QueryNeeds
  readonly review: ReviewNeeds
  readonly policies: PolicyNeeds
  readonly register: PublicRegister
  readonly reports: ReportNeeds
  readonly proofs: ProofNeeds
}

export interface RoomsOn {
  readonly store: Store
  readonly audit: AuditLog
  readonly auditIndex: AuditIndex
  readonly engine: Engine
  readonly rulebook: NodeRulebook
  readonly kept: Kept
  readonly policyRegister: PolicyRegister
  readonly documentLimits: DocumentLimits
  /** Identifier of the node, also the first part of its permit numbers. */
  readonly node: string
  readonly issuer: string
  readonly accounts: AccountTable
  /** The same with what visas of others add. */
  readonly known: Accounts
  /** How persons are granted on this node. */
  readonly grants: GrantPolicy
}

/** The keys of habilitations, and those that holders registered. */
async function keysAt(folder: string, issuer: string): Promise<PermitKeys> {
  const registered = await registeredKeys(join(folder, 'registered'))
  return openKeys({ folder, issuer, registered, keepsHolderKeys: true })
}

/** The rooms of the use-cases, wired to each other: a published version wakes bulles, an act on a permit stops queries. */
export async function openRooms(
  ground: Ground,
  {
    store,
    audit,
    auditIndex,
    engine,
    rulebook,
    kept,
    policyRegister,
    node,
    issuer,
    accounts,
    known,
    grants,
    documentLimits,
  }: RoomsOn,
): Promise<Rooms> {
  const { home, clock, log, closing } = ground
  const register = openDatasetRegister(store)
  const optOuts = openOptOutRegister(store)
  const storage = openDepositStorage({ home })
  const catalogue = openCatalogue({ register, folderOf: storage.folderOf })
  const { parser, vault, limits } = engine
  const running = openRunning(clock)
  const ended = (project: string) => running.ended(project)
  const bulles = closing.keep(
    'bulles',
    openBulles({ home, catalogue, clock, audit, log, parser, vault, optOuts, ended }),
  )
  const onPublished = (dataset: string) => bulles.published(dataset)
  const keys = await keysAt(join(home, 'keys', 'habilitation'), issuer)
  const sandboxed = (await ground.sandbox).kind !== 'none'
  const needs = { register, optOuts, storage, audit, clock, log, sandboxed, onPublished, holderKeys: keys }
  const checker = closing.keep('deposit checks', openChecker(needs))
  const previewer = closing.keep('previews', openPreviewer({ storage, log }))
  const versions = openVersionRegister(store)
  const registry = openHabilitations(store)
  const permits = openPermits({ registry, keys, rules: rulebook.persons })
  closing.keep('running queries', { close: async () => running.close() })
  const effects: ActNeeds['effects'] = {
    seal: (current) => bulles.seal(current),
    stop: running.stop,
    shred: (current, dataset) => bulles.shredLine(current, dataset),
    destroy: (project) => bulles.closeProject(project),
  }
  const datasets = openDatasets({ catalogue, parser })
  const documents = openDocuments({ folder: join(home, 'attachments'), limits: documentLimits })
  await sweepDocuments({ registry, documents })
  const common = { audit, clock, rulebook, permits }
  const onOptOuts = () => bulles.renew()
  const deposits = { audit, clock, register, optOuts, storage, checker, previewer, onOptOuts }
  const published = { audit, auditIndex, clock, rulebook, registry, keys, catalogue, accounts }
  return {
    register: openPublicRegister(published),
    reports: { ...published, node },
    dataset: deposits,
    uploads: openUploads(deposits, { home, store }),
    versions: { audit, clock, register, storage, keys, versions, shred: bulles.recalled },
    catalogue,
    bulles,
    twins: closing.keep('twins', openTwins({ home: resolve(home), log, releaser: engine.releaser })),
    twinTurns: openTwinTurns(clock),
    harvested: openHarvested({ home }),
    proofs: { accounts, audit, clock, store, rules: rulebook.persons },
    policies: { audit, clock, kept, rulebook, register: policyRegister },
    review: { audit, auditIndex, clock, findings: openFindings(store), thresholds: rulebook.review },
    habilitation: {
      ...common,
      ...{ accounts, registry, datasets, effects, keys, documents, grants },
      authority: { node, prefix: node },
    },
    query: {
      ...common,
      accounts: known,
      bulles,
      kept,
      parser,
      plans: openPlans(),
      vault,
      releaser: engine.releaser,
      builder: engine.builder,
      workspace: openWorkspace({ home: resolve(home) }),
      running,
      registry: openQueryList(store),
      quota: openQuota(store),
      limits,
    },
  }
}

function openUploads(
  deposits: DepositNeeds,
  on: { readonly home: string; readonly store: Store },
): UploadNeeds {
  const files = openUploadFiles({ home: on.home })
  return { deposits, uploads: openUploadRegister(on.store), files, turns: openTurns() }
}
