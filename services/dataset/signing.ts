/** Whether a deposit must be signed by its holder, and whether what it signed is what was received. */
import type { PermitKeys } from '../habilitation/keys.ts'
import type { Deposit, ReceivedFile } from './deposit-register.ts'
import type { Finding } from './finding.ts'
import {
  differencesOf,
  type HolderManifest,
  manifestHash,
  openManifest,
  readDifferences,
} from './holder-manifest.ts'
import type { Declared } from './register.ts'

/** The register of the keys with which holders countersign lines. */
export type HolderKeys = Pick<PermitKeys, 'holderKey' | 'holderPublicKeys'>

interface SignedDeposit {
  readonly deposit: Deposit
  readonly declared: Declared
  readonly files: readonly ReceivedFile[]
  /** Whether something else than a registered key demands a manifest. */
  readonly isDemanded: boolean
}

export interface Signature {
  readonly findings: readonly Finding[]
  /** Absent where none was handed in, or none that counts. */
  readonly signed?: { readonly jws: string; readonly sha256: string; readonly manifest: HolderManifest }
}

/** Looks at signature, hashes and bytes: what can be known before a file is read. */
export async function signatureOf(
  keys: HolderKeys | undefined,
  { deposit, declared, files, isDemanded }: SignedDeposit,
): Promise<Signature> {
  const { holder } = declared.descriptor
  const jws = deposit.manifest
  if (jws === undefined) {
    const isLacking = isDemanded || (await hasOwnKey(keys, holder))
    return { findings: isLacking ? [{ severity: 'error', rule: 'manifest.absent', count: 1 }] : [] }
  }
  const opened = openManifest(jws, (await keys?.holderPublicKeys(holder)) ?? new Map())
  if ('finding' in opened) return { findings: [opened.finding] }
  const received = { dataset: deposit.dataset, schema: declared.sha256, files }
  const findings = differencesOf(opened, received)
  return { findings, signed: { jws, sha256: manifestHash(jws), manifest: opened } }
}

/** A holder that registered a key signs all it does with it; one whose key this node keeps cannot. */
async function hasOwnKey(keys: HolderKeys | undefined, holder: string): Promise<boolean> {
  if (keys === undefined || (await keys.holderKey(holder)) !== null) return false
  return (await keys.holderPublicKeys(holder)).size > 0
}

/** What the manifest says otherwise than the files that were read. */
export function findingsAfterReading(
  { signed }: Signature,
  read: Parameters<typeof readDifferences>[1],
): readonly Finding[] {
  return signed === undefined ? [] : readDifferences(signed.manifest, read)
}
