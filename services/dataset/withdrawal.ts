/**
 * The end of a version: its holder recalls it, or the time of its contract is over. From the row on nobody is given it; then its
 * files go, and a certificate says so. What a crash leaves between the two is finished at the next start.
 */
import type { Audit } from '../audit/record.ts'
import type { PermitKeys } from '../habilitation/keys.ts'
import type { Person } from '../identity/person.ts'
import { addMonths, type Clock, parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { holding } from './deposit.ts'
import type { DatasetRegister } from './register.ts'
import type { DepositStorage } from './storage.ts'
import { certifyVersion } from './version-certificate.ts'
import type { PublishedVersion, VersionRegister, Withdrawal } from './version-register.ts'

export interface WithdrawalNeeds {
  readonly audit: Audit
  readonly clock: Clock
  readonly register: Pick<DatasetRegister, 'find' | 'list'>
  readonly versions: VersionRegister
  readonly storage: Pick<DepositStorage, 'destroy'>
  readonly keys: Pick<PermitKeys, 'issuer' | 'operator'>
  /** Destroys what open projects were given of a version. */
  readonly shred: (dataset: string, version: number) => Promise<void>
}

interface ShownVersion {
  readonly dataset: string
  readonly version: number
  readonly cause: Withdrawal['cause']
  readonly withdrawnAt: string
  /** JWS of the operator, once the files are gone. */
  readonly certificate?: string
}

/**
 * Takes a version back: it leaves the catalogue, what projects were given of it is destroyed, and their lines are sealed on the
 * version before, or wait for the next one. WRONG_STATE when it was withdrawn already.
 */
export async function recallVersion(
  needs: WithdrawalNeeds,
  by: Person,
  asked: { readonly dataset: string; readonly version: number; readonly reason: string },
): Promise<ShownVersion> {
  await holding(needs, by, asked.dataset)
  const found = await needs.versions.find(asked)
  if (found === null) throw new Refusal('NOT_FOUND')
  if (found.withdrawal !== undefined) throw new Refusal('WRONG_STATE', { rule: 'version.withdrawn' })
  const { reason } = asked
  const about = { by, holders: [by.organisation], sealed: { reason } }
  const { log, seq } = await needs.audit.append(withdrawn(found, 'recall'), about)
  const withdrawal = { at: needs.clock.now(), cause: 'recall', reason, log, seq } as const
  const isFirst = await needs.versions.withdraw(found, withdrawal)
  if (!isFirst) throw new Refusal('WRONG_STATE', { rule: 'version.withdrawn' })
  return shown(await destroyed(needs, { ...found, withdrawal }, by))
}

/** How a version ended, for its holder. NOT_FOUND while it stands. */
export async function readWithdrawn(
  needs: Pick<WithdrawalNeeds, 'register' | 'versions'>,
  by: Person,
  named: { readonly dataset: string; readonly version: number },
): Promise<ShownVersion> {
  await holding(needs, by, named.dataset)
  const found = await needs.versions.find(named)
  if (found?.withdrawal === undefined) throw new Refusal('NOT_FOUND')
  return shown(found)
}

/** Withdraws and destroys the versions whose time by contract is over. Extracts of projects end with their permits. */
export async function endRetention(needs: WithdrawalNeeds, by: Person): Promise<void> {
  const months = new Map(
    (await needs.register.list()).flatMap(({ descriptor, contract }) =>
      contract?.retention === undefined ? [] : [[descriptor.name, contract.retention.months] as const],
    ),
  )
  const now = needs.clock.now()
  for (const version of months.size === 0 ? [] : await needs.versions.standing()) {
    const kept = months.get(version.dataset)
    if (kept === undefined || parisDay(now) < addMonths(parisDay(version.publishedAt), kept)) continue
    const { log, seq } = await needs.audit.append(withdrawn(version, 'retention'), { by })
    const withdrawal = { at: now, cause: 'retention', log, seq } as const
    if (await needs.versions.withdraw(version, withdrawal)) {
      await destroyed(needs, { ...version, withdrawal }, by)
    }
  }
}

/** At start: destroys what a crash kept from being destroyed. */
export async function finishWithdrawals(needs: WithdrawalNeeds, by: Person): Promise<void> {
  for (const version of await needs.versions.unfinished()) await destroyed(needs, version, by)
}

function withdrawn(
  { dataset, version, manifestSha256: sha256 }: PublishedVersion,
  cause: Withdrawal['cause'],
) {
  return { type: 'dataset.withdrawn', dataset, version, sha256, cause } as const
}

async function destroyed(
  needs: WithdrawalNeeds,
  version: PublishedVersion,
  by: Person,
): Promise<PublishedVersion> {
  const { withdrawal } = version
  if (withdrawal === undefined) return version
  const { dataset, version: number, manifestSha256: sha256 } = version
  if (withdrawal.cause === 'recall') await needs.shred(dataset, number)
  await needs.storage.destroy(dataset, number)
  const body = { type: 'dataset.destroyed', dataset, version: number, sha256 } as const
  const { seq } = await needs.audit.append(body, { by })
  const at = needs.clock.now()
  const certificate = certifyVersion({ version, withdrawal, at, seq }, needs.keys)
  await needs.versions.certify(version, { at, certificate })
  return { ...version, certificate }
}

function shown({ dataset, version, withdrawal, certificate }: PublishedVersion): ShownVersion {
  if (withdrawal === undefined) throw new Error('a version that stands')
  const { cause, at } = withdrawal
  const withdrawnAt = new Date(at).toISOString()
  return { dataset, version, cause, withdrawnAt, ...(certificate === undefined ? {} : { certificate }) }
}
