/** The deposits and versions of an organisation's datasets, listed for its data engineers. */
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { holding } from './deposit.ts'
import type { ListedDeposit } from './deposit-rows.ts'
import type { HolderQuality } from './quality/label.ts'
import type { DatasetRegister } from './register.ts'
import type { HeldVersion, VersionRegister } from './version-register.ts'

/** Deposits of one's own organisation, of one of its datasets where that is named; another's are as if there were none. ROLE. */
export async function listDeposits(
  { register }: { readonly register: Pick<DatasetRegister, 'depositsFor'> },
  by: Person,
  dataset?: string,
): Promise<readonly ListedDeposit[]> {
  if (!by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'deposit.role' })
  return register.depositsFor(by.organisation, dataset)
}

export interface ListedVersion {
  readonly version: number
  readonly deposit: string
  readonly publishedAt: string
  readonly manifestSha256: string
  /** The heads of its label; null where none was measured. */
  readonly quality: Pick<HolderQuality, 'completeness' | 'validity' | 'coherence'> | null
  readonly withdrawn: {
    readonly at: string
    readonly cause: 'recall' | 'retention'
    /** The certificate is there: its files are gone. */
    readonly isDestroyed: boolean
  } | null
}

/** Every version of a dataset of one's own organisation, withdrawn ones too, the newest first. ROLE, NOT_FOUND. */
export async function listVersions(
  needs: {
    readonly register: Pick<DatasetRegister, 'find'>
    readonly versions: Pick<VersionRegister, 'of'>
  },
  by: Person,
  dataset: string,
): Promise<readonly ListedVersion[]> {
  await holding(needs, by, dataset)
  return (await needs.versions.of(dataset)).map(shown)
}

function shown(one: HeldVersion): ListedVersion {
  const { version, deposit, publishedAt, manifestSha256, quality, withdrawal, certificate } = one
  const heads = quality?.holder
  return {
    version,
    deposit,
    publishedAt: instant(publishedAt),
    manifestSha256,
    quality: heads
      ? { completeness: heads.completeness, validity: heads.validity, coherence: heads.coherence }
      : null,
    withdrawn: withdrawal
      ? {
          at: instant(withdrawal.at),
          cause: withdrawal.cause,
          isDestroyed: certificate !== undefined,
        }
      : null,
  }
}

const instant = (ms: number) => new Date(ms).toISOString()
