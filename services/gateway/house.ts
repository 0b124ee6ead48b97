import type { AirlockNeeds } from '../airlock/act.ts'
import type { Witnessing } from '../audit/witness/collector.ts'
import type { AuditLog } from '../audit/writer.ts'
import type { Bulles } from '../dataset/bulles.ts'
import type { Catalogue } from '../dataset/catalogue.ts'
import type { DepositNeeds } from '../dataset/deposit.ts'
import type { HarvestedCatalogues } from '../dataset/harvest/harvested.ts'
import type { Twins } from '../dataset/twins.ts'
import type { UploadNeeds } from '../dataset/uploads.ts'
import type { WithdrawalNeeds } from '../dataset/withdrawal.ts'
import type { ActNeeds } from '../habilitation/change.ts'
import type { PersonalTokenNeeds } from '../habilitation/personal-tokens.ts'
import type { PolicyNeeds } from '../habilitation/policy-change.ts'
import type { Devices } from '../identity/devices.ts'
import type { Links } from '../identity/links.ts'
import type { Logins } from '../identity/logins.ts'
import type { Logouts } from '../identity/logout.ts'
import type { Passports } from '../identity/passport.ts'
import type { Accounts, Tokens } from '../identity/person.ts'
import type { ProofNeeds } from '../identity/proofs.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Log } from '../kernel/log.ts'
import type { ClearArea } from '../keys/clear-area.ts'
import type { Rotation } from '../keys/rotation.ts'
import type { TwinTurns } from '../query/on-twin.ts'
import type { Profiles } from '../query/profile/profiles.ts'
import type { QueryNeeds } from '../query/question.ts'
import type { SavingNeeds } from '../query/saving.ts'
import type { ReviewNeeds } from '../review/month.ts'
import type { PublicRegister } from '../review/register/register.ts'
import type { ReportNeeds } from '../review/reports/make.ts'
import type { SavedViews } from '../review/saved-views.ts'
import type { Verification } from '../review/verification.ts'
import type { AuditIndex } from '../store/audit-index.ts'
import type { EventStreams } from './event-streams.ts'
import type { Limits } from './limits.ts'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'

/** What the pages are made of; read once when the house opens. */
interface Portal {
  readonly startPage: string
  /** Folder of the style sheet and pictures, served under /assets. */
  readonly assets: string
  /** What a browser loads for every page of a person who is signed in; null where the portal was never built. */
  readonly shellPage: string | null
  /** Folder of its pieces, served under /portal; their names change with what they hold. */
  readonly built: string
  /** The project that the full demo seeds; null where there is none. */
  readonly demoProject: string | null
}

/**
 * Everything impure, opened once by the composition root and handed down. Each room's use-cases take their own needs; only
 * the gateway ever holds the whole.
 */
export interface House {
  readonly dataset: DepositNeeds
  readonly uploads: UploadNeeds
  readonly versions: WithdrawalNeeds
  readonly habilitation: ActNeeds
  readonly query: QueryNeeds
  readonly saving: SavingNeeds
  readonly proofs: ProofNeeds
  readonly personalTokens: PersonalTokenNeeds
  readonly review: ReviewNeeds
  readonly verification: Verification
  readonly savedViews: SavedViews
  readonly policies: PolicyNeeds
  readonly airlock: AirlockNeeds
  readonly register: PublicRegister
  readonly reports: ReportNeeds
  readonly audit: AuditLog
  readonly auditIndex: AuditIndex
  /** Who cosigns the log; absent in a house without one. */
  readonly witnessing?: Pick<Witnessing, 'status'>
  readonly bulles: Bulles
  readonly catalogue: Catalogue
  readonly twins: Twins
  readonly twinTurns: TwinTurns
  readonly harvested: HarvestedCatalogues
  readonly profiles: Profiles
  readonly accounts: Accounts
  readonly passports: Passports
  readonly tokens: Tokens
  readonly sessions: Sessions
  readonly devices: Devices
  readonly logouts: Logouts
  readonly logins: Logins
  readonly links: Links
  readonly keys: { readonly rotation: Rotation; readonly clear: Pick<ClearArea, 'kind'> }
  readonly log: Log
  readonly readiness: Readiness
  readonly metrics: Metrics
  /** Whether workers run in a sandbox; a demonstration without one says that it is degraded. */
  readonly isBoxed: boolean
  /** Whether each worker has a control group of its own; without, the limits of its process hold alone. */
  readonly hasGroups: boolean
  readonly limits: Limits
  readonly events: EventStreams
  readonly portal: Portal
  /** SHA-256 of the rules in force; every answer names it. */
  readonly policy: string
  /** Version of huisclos. */
  readonly version: string
  /** Where this node is reached, without a slash at the end. */
  readonly address: string
}
