/** What the checks of one deposit work on. */
import type { Audit } from '../audit/record.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Deposit, ReceivedFile, VersionRow } from './deposit-register.ts'
import type { Finding } from './finding.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import type { OptOutsLeft } from './opt-outs-left.ts'
import type { Progress } from './progress.ts'
import type { Quality } from './quality/label.ts'
import type { DatasetRegister, Declared } from './register.ts'
import type { HolderKeys, Signature } from './signing.ts'
import type { DepositStorage, UnsealedManifest } from './storage.ts'

/** Moments at which a stop must leave either the old version or the new one. */
export type Moment = 'read' | 'written' | 'sealed' | 'recorded' | 'renamed' | 'registered'

export interface CheckerNeeds {
  readonly register: DatasetRegister
  readonly storage: DepositStorage
  readonly audit: Audit
  /** Keys of the holders that sign their deposits; without them nobody can. */
  readonly holderKeys?: HolderKeys
  /** Who objects; without a register nobody does. */
  readonly optOuts?: Pick<OptOutRegister, 'list' | 'version'>
  readonly clock: Clock
  readonly log: Log
  /** Whether workers run in a sandbox; without one every deposit says so. */
  readonly sandboxed: boolean
  readonly memoryBytes?: number
  /** Between two attempts while the disk is full. */
  readonly retryMs?: number
  /** Called when a version can be read. */
  readonly onPublished?: (dataset: string) => void
  /** Called at each moment; for tests that stop there. */
  readonly at?: (moment: Moment) => void | Promise<void>
}

export interface Watch {
  readonly say: (progress: Progress) => void
  readonly signal: AbortSignal
}

export interface Job {
  readonly needs: CheckerNeeds
  readonly watch: Watch
  readonly deposit: Deposit
  readonly declared: Declared & { readonly latest: VersionRow | null }
  readonly files: readonly ReceivedFile[]
  readonly version: number
}

/** Whose manifest, if there is one, says what was received. */
export interface SignedJob extends Job {
  readonly signature: Signature
}

export interface Outcome {
  readonly findings: readonly Finding[]
  /** The folder to publish and its manifest; absent when there is nothing to publish. */
  readonly quality?: Quality
  readonly sealed?: {
    readonly folder: string
    readonly manifest: UnsealedManifest
    readonly optOuts: OptOutsLeft | undefined
  }
}
