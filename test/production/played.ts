/** The play, in a process that trusts the certificate of its place from its first moment, as NODE_EXTRA_CA_CERTS is read only then. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boxPrograms } from '../../services/engine/box/bubblewrap.ts'
import { run } from '../contract/system.ts'
import { makeCertificate } from './certificate.ts'

export interface Figures {
  /** Exit status of a start with an unknown key. */
  readonly refused: number
  /** Who signed in, at which issuer, and as what. */
  readonly known: readonly string[]
  readonly answer: { readonly statuses: readonly string[]; readonly rows: readonly unknown[] }
  /** Status of a call by a session of before the stop. */
  readonly again: number
  /** Types of entries that the DPO reads. */
  readonly entries: readonly string[]
  readonly isCosigned: boolean
  readonly doctor: { readonly status: number; readonly lines: readonly string[] }
  readonly verified: number
  readonly ended: number | null
  readonly seconds: number
}

/** Null where this machine has no openssl or no bubblewrap. Throws with the transcript when the play does not come to its end. */
export async function playProduction(): Promise<{ transcript: readonly string[]; figures: Figures } | null> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-production-'))
  try {
    const made = await makeCertificate(folder)
    if (made === null || boxPrograms() === undefined) return null
    const trusting = { NODE_EXTRA_CA_CERTS: made.certificate }
    const { status, stdout, stderr } = await run(['test/production/play.ts', folder], trusting)
    if (status !== 0) throw new Error(`${stdout}\n${stderr}`)
    const lines = stdout.trimEnd().split('\n')
    return { transcript: lines.slice(0, -1), figures: JSON.parse(lines.at(-1) ?? '') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
