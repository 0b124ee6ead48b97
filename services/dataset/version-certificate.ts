/** The certificate that the files of a version are gone: that of a closed project (habilitation/certificate.ts), over other facts. */
import { signCertificate } from '../habilitation/certificate.ts'
import type { SigningKey } from '../habilitation/signature.ts'
import type { PublishedVersion, Withdrawal } from './version-register.ts'

interface Destroyed {
  readonly version: PublishedVersion
  readonly withdrawal: Withdrawal
  /** POSIX milliseconds. */
  readonly at: number
  /** Number of the entry `dataset.destroyed`. */
  readonly seq: number
}

/** What was destroyed, when, why, and which entries of the log say so; a JWS of the operator. */
export function certifyVersion(
  { version: { dataset, version, manifestSha256 }, withdrawal, at, seq }: Destroyed,
  { issuer, operator }: { readonly issuer: string; readonly operator: SigningKey },
): string {
  const content = {
    v: 1,
    iss: issuer,
    aud: 'huisclos:certificate',
    iat: Math.floor(at / 1000),
    dataset,
    version,
    sha256: manifestSha256,
    cause: withdrawal.cause,
    withdrawnAt: new Date(withdrawal.at).toISOString(),
    destroyedAt: new Date(at).toISOString(),
    method: 'files removed',
    places: withdrawal.cause === 'recall' ? ['datasets', 'bulles', 'workspace'] : ['datasets'],
    keeps: ['descriptor', 'findings', 'quality label', 'audit log'],
    entries: { log: withdrawal.log, withdrawn: withdrawal.seq, destroyed: seq },
  } as const
  return signCertificate(content, operator).jws
}
