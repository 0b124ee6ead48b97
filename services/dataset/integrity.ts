/** Whether a version at rest is still the one that was published: the only code that says so. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { AtRest } from '../keys/at-rest.ts'
import { SealedDamaged } from '../keys/chunks.ts'
import type { Opened } from '../keys/copies.ts'
import type { VersionRow } from './deposit-register.ts'
import { versionPlace } from './places.ts'

const manifestSchema = z.object({ tables: z.array(z.object({ file: z.string() })) })

interface PlacedVersion extends Pick<VersionRow, 'dataset' | 'version' | 'manifestSha256'> {
  readonly folder: string
}

/**
 * Opens the tables of a version in the clear area. UNAVAILABLE when it is not the one that its deposit was accepted as: its manifest
 * is another, or a file does not open, which says as much as its hash would.
 */
export async function openVersion(atRest: AtRest, version: PlacedVersion): Promise<Opened> {
  const { folder } = version
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null)
  if (text === null || sha256(text) !== version.manifestSha256) throw damaged()
  const { tables } = manifestSchema.parse(JSON.parse(text))
  const files = tables.map(({ file }) => file)
  return atRest.open(versionPlace(version, folder), files).catch((error: unknown) => {
    throw error instanceof SealedDamaged ? damaged(error) : error
  })
}

function damaged(cause?: unknown): Refusal {
  return new Refusal('UNAVAILABLE', { rule: 'dataset.damaged' }, { cause })
}
