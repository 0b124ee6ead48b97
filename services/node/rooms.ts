/** The rooms of the use-cases of a node, wired to each other. */
import { join, resolve } from 'node:path'
import type { AirlockNeeds } from '../airlock/act.ts'
import { openAirlock } from '../airlock/open.ts'
import type { Kept } from '../audit/kept.ts'
import type { Witnessing } from '../audit/witness/collector.ts'
import type { AuditLog } from '../audit/writer.ts'
import { type Bulles, openBulles } from '../dataset/bulles.ts'
import { type Catalogue, openCatalogue } from '../dataset/catalogue.ts'
import { openChecker } from '../dataset/checking.ts'
import type { DepositNeeds } from '../dataset/deposit.ts'
import { openDatasets } from '../dataset/filter.ts'
import { type HarvestedCatalogues, openHarvested } from '../dataset/harvest/harvested.ts'
import { openOptOutRegister } from '../dataset/opt-out-register.ts'
import { openOptOutSeals } from '../dataset/opt-out-seal.ts'
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
import type { LimitSettings } from '../gateway/limit-settings.ts'
import type { ActNeeds } from '../habilitation/change.ts'
import { type DocumentLimits, openDocuments } from '../habilitation/documents.ts'
import type { GrantPolicy } from '../habilitation/guard.ts'
import { openKeys, type PermitKeys, registeredKeys } from '../habilitation/keys.ts'
import { openPermits } from '../habilitation/permits.ts'
import type { PolicyNeeds } from '../habilitation/policy-change.ts'
import type { PolicyRegister } from '../habilitation/policy-register.ts'
import { openRegistry as openHabilitations } from '../habilitation/registry.ts'
import type { NodeRulebook } from '../habilitation/rulebook.ts'
import type { AccountTable } from '../identity/accounts.ts'
import type { Accounts } from '../identity/person.ts'
import type { ProofNeeds } from '../identity/proofs.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { AtRest } from '../keys/at-rest.ts'
import { openTwinTurns, type TwinTurns } from '../query/on-twin.ts'
import { openPlans } from '../query/plans.ts'
import { openProfiles, type Profiles, type ProfilesNeeds } from '../query/profile/profiles.ts'
import type { QueryNeeds } from '../query/question.ts'
import { openQuota } from '../query/quota.ts'
import { openRegistry as openQueryList } from '../query/registry.ts'
import { openRunning } from '../query/running.ts'
import { openSavedQueries, type SavedQueries } from '../query/saved-queries.ts'
import type { SavingNeeds } from '../query/saving.ts'
import { openQueryTurns, type TurnLimits } from '../query/turns.ts'
import { openFindings } from '../review/findings.ts'
import { openIncidents } from '../review/incidents.ts'
import type { ReviewNeeds } from '../review/month.ts'
import { openPublicRegister, type PublicRegister, type RegisterNeeds } from '../review/register/register.ts'
import type { ReportNeeds } from '../review/reports/make.ts'
import { openSavedViews, type SavedViews } from '../review/saved-views.ts'
import { openVerification, type Verification } from '../review/verification.ts'
import type { AuditIndex } from '../store/audit-index.ts'
import type { Store } from '../store/store.ts'
import type { Engine, Ground } from './floors.ts'
import type { KeyFloor } from './keys.ts'

export interface Rooms {
  readonly dataset: DepositNeeds
  readonly uploads: UploadNeeds
  readonly versions: WithdrawalNeeds
  readonly catalogue: Catalogue
  readonly bulles: Bulles
  readonly twins: Twins
  readonly twinTurns: TwinTurns
  readonly harvested: HarvestedCatalogues
  readonly profiles: Profiles
  readonly habilitation: ActNeeds
  readonly query: QueryNeeds
  readonly saving: SavingNeeds
  readonly airlock: AirlockNeeds
  readonly review: ReviewNeeds
  readonly verification: Verification
  readonly savedViews: SavedViews
  readonly policies: PolicyNeeds
  readonly register: PublicRegister
  readonly reports: ReportNeeds
  readonly proofs: ProofNeeds
}

export interface RoomsOn {
  readonly store: Store
  /** Keyring and clear area: what lies on disk is written through them. */
  readonly atRest: KeyFloor
  readonly audit: AuditLog
  readonly auditIndex: AuditIndex
  readonly witnessing: Witnessing
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
  readonly sessions: Pick<Sessions, 'close'>
  /** How persons are granted on this node. */
  readonly grants: GrantPolicy
  /** How many queries run at a time, and how often one asks. */
  readonly asking: LimitSettings
}

/** The keys of habilitations, and those that holders registered. */
async function keysAt(
  folder: string,
  issuer: string,
  { secrets: box, isDemo }: KeyFloor,
): Promise<PermitKeys> {
  const registered = await registeredKeys(join(folder, 'registered'))
  const holderBox = isDemo ? undefined : box
  return openKeys({ folder, issuer, registered, keepsHolderKeys: true, box, holderBox })
}

/** The rooms of the use-cases, wired to each other: a published version wakes bulles, an act on a permit stops queries. */
export async function openRooms(
  ground: Ground,
  {
    store,
    atRest,
    audit,
    auditIndex,
    witnessing,
    engine,
    rulebook,
    kept,
    policyRegister,
    node,
    issuer,
    accounts,
    known,
    sessions,
    grants,
    documentLimits,
    asking,
  }: RoomsOn,
): Promise<Rooms> {
  const { home, clock, log, closing } = ground
  const register = openDatasetRegister(store)
  const optOuts = openOptOutRegister(store, openOptOutSeals(atRest.keyring))
  const sealed = { home, atRest: atRest.files, keyring: atRest.keyring }
  const storage = openDepositStorage(sealed)
  const catalogue = openCatalogue({ register, folderOf: storage.folderOf })
  const { parser, vault, limits } = engine
  const running = openRunning(clock)
  const { ended } = running
  const bulles = closing.keep(
    'bulles',
    openBulles({ ...sealed, catalogue, clock, audit, log, parser, vault, optOuts, ended }),
  )
  const keys = await keysAt(join(home, 'keys', 'habilitation'), issuer, atRest)
  const sandboxed = (await ground.sandbox).kind !== 'none'
  const onPublished = (dataset: string) => bulles.published(dataset)
  const checked = { register, optOuts, storage, audit, clock, log, sandboxed, onPublished, holderKeys: keys }
  const checker = closing.keep('deposit checks', openChecker(checked))
  const previewer = closing.keep('previews', openPreviewer({ storage, log }))
  const versions = openVersionRegister(store)
  const registry = openHabilitations(store)
  const permits = openPermits({ registry, keys, rules: rulebook.persons })
  closing.keep('running queries', { close: async () => running.close() })
  const saved = openSavedQueries({ store, keyring: atRest.keyring, clock })
  const effects = effectsOf({ bulles, running, saved, sessions })
  const datasets = openDatasets({ catalogue, parser })
  const documents = openDocuments({ ...sealed, limits: documentLimits })
  const common = { audit, clock, rulebook, permits }
  const deposits = { audit, clock, register, optOuts, storage, checker, previewer, onOptOuts: bulles.renew }
  const published = { audit, auditIndex, clock, rulebook, registry, keys, catalogue, accounts }
  const query: QueryNeeds = {
    ...common,
    ...{ accounts: known, witnessing, bulles, kept, parser },
    ...{ plans: openPlans(), vault },
    releaser: engine.releaser,
    builder: engine.builder,
    workspace: openWorkspace(sealed),
    running,
    turns: openQueryTurns(turnLimitsOf(asking)),
    registry: openQueryList(store),
    quota: openQuota(store),
    limits,
  }
  const airlock = openAirlock({ ...common, ...sealed, store, log, accounts: known, keys, query })
  return {
    dataset: deposits,
    uploads: openUploads(deposits, { ...sealed, store }),
    versions: { audit, clock, register, storage, keys, versions, shred: bulles.recalled },
    catalogue,
    bulles,
    ...openCatalogueRooms(ground, engine, { audit, optOuts, rulebook, asking, atRest: atRest.files }),
    proofs: { accounts, audit, clock, store, rules: rulebook.persons },
    policies: { audit, clock, kept, rulebook, register: policyRegister },
    ...openReviewRooms(ground, { ...published, store, node, released: airlock.register.released }),
    habilitation: {
      ...common,
      ...{ accounts, registry, datasets, effects, keys, documents, grants },
      authority: { node, prefix: node },
    },
    query,
    saving: { saved, permits, clock },
    airlock,
  }
}

/** What the DPO asks of the log, and what the node says of itself. */
function openReviewRooms(
  { home, clock, log, closing }: Ground,
  {
    store,
    node,
    ...published
  }: Omit<ReportNeeds, 'incidents'> &
    RegisterNeeds & { readonly rulebook: NodeRulebook; readonly store: Store },
): Pick<Rooms, 'review' | 'verification' | 'savedViews' | 'register' | 'reports'> {
  const { audit, auditIndex, rulebook } = published
  const incidents = openIncidents(store)
  const on = { audit, auditIndex, clock }
  return {
    register: openPublicRegister(published),
    reports: { ...published, incidents, node },
    review: { ...on, findings: openFindings(store), incidents, thresholds: rulebook.review, rulebook },
    savedViews: openSavedViews(store, clock),
    verification: closing.keep('verification', openVerification({ ...on, log, dir: resolve(home, 'audit') })),
  }
}

function turnLimitsOf(asking: LimitSettings): TurnLimits {
  return {
    runningPerPerson: asking.queriesRunning,
    waitingPerPerson: asking.queriesWaiting,
    runningPerProject: asking.queriesPerProject,
    waitMs: asking.queryWaitSeconds * 1000,
  }
}

interface Acted extends Pick<RoomsOn, 'sessions'> {
  readonly bulles: Bulles
  readonly running: ReturnType<typeof openRunning>
  readonly saved: Pick<SavedQueries, 'destroy'>
}

/** What an act on a permit does to data, texts, queries and sessions. */
function effectsOf({ bulles, running, saved, sessions }: Acted): ActNeeds['effects'] {
  return {
    seal: (current) => bulles.seal(current),
    stop(project, code, part) {
      running.stop(project, code, part)
      // What stops a person or a line leaves the others their bulle.
      if (part?.person === undefined && part?.dataset === undefined) bulles.shut(project)
    },
    leave: async (person) => void (await sessions.close({ person }, { cause: 'habilitation' })),
    shred: (current, dataset) => bulles.shredLine(current, dataset),
    async destroy(project) {
      await saved.destroy(project)
      return bulles.closeProject(project)
    },
  }
}

/** What anybody finds in the catalogue beside our own datasets. */
function openCatalogueRooms(
  { home, clock, log, closing }: Ground,
  engine: Engine,
  {
    asking,
    ...common
  }: Pick<ProfilesNeeds, 'audit' | 'optOuts' | 'rulebook' | 'atRest'> & { asking: LimitSettings },
) {
  const ground = { home: resolve(home), clock, log }
  return {
    twins: closing.keep('twins', openTwins({ ...ground, ...engine })),
    profiles: closing.keep('profiles', openProfiles({ ...ground, ...engine, ...common })),
    twinTurns: openTwinTurns(clock, {
      perMinute: asking.twinQueriesPerMinute,
      running: asking.twinQueriesRunning,
    }),
    harvested: openHarvested({ home }),
  }
}

function openUploads(
  deposits: DepositNeeds,
  on: { readonly home: string; readonly atRest: AtRest; readonly store: Store },
): UploadNeeds {
  const files = openUploadFiles(on)
  return { deposits, uploads: openUploadRegister(on.store), files, turns: openTurns() }
}
