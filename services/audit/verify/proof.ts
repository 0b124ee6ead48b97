/** Offline checks of a `.tlog-proof` file, and of two checkpoints of one log. */

import { Finding } from './finding.ts'
import { checkInclusion, hashLeaf } from './merkle.ts'
import { type Checkpoint, decodeBase64, openNote, parseVerifierKey } from './note.ts'
import { type Known, verifyShard } from './shard.ts'

export interface ProofVerdict {
  readonly status: 'intact' | 'tampered' | 'unverifiable'
  readonly exitCode: 0 | 1 | 3
  readonly message: string
  /** The entry that is proven: canonical JSON. */
  readonly entry?: string
  readonly index?: number
  readonly checkpoint?: Checkpoint
}

const header = 'c2sp.org/tlog-proof@v1'

/**
 * Whether a proof file shows that an entry is in the log of `vkey`. The entry is the one given, else the one that the file
 * carries; either is hashed again.
 */
export function checkProof(text: string, vkey: string, leaf?: Uint8Array): ProofVerdict {
  const key = parseVerifierKey(vkey.trim())
  if (!key) return { status: 'unverifiable', exitCode: 3, message: 'the verifier key cannot be read' }
  const parsed = parseProof(text)
  if (!parsed) return tampered('the proof file cannot be read')
  const checkpoint = openNote(Buffer.from(parsed.note), key)
  if (!checkpoint) return tampered('the checkpoint of the proof is not signed by this log')
  const entry = leaf ?? parsed.extra
  if (!entry)
    return { status: 'unverifiable', exitCode: 3, message: 'the proof carries no entry and none was given' }
  const { index, siblings } = parsed
  const at = { index, size: checkpoint.size }
  if (!checkInclusion(hashLeaf(entry), at, { root: checkpoint.root, proof: siblings })) {
    return tampered('the entry is not at this place of the log')
  }
  return {
    status: 'intact',
    exitCode: 0,
    message: `entry ${index} of ${checkpoint.origin} is in the tree of ${checkpoint.size} entries`,
    entry: Buffer.from(entry).toString(),
    index,
    checkpoint,
  }
}

function tampered(message: string): ProofVerdict {
  return { status: 'tampered', exitCode: 1, message }
}

interface Proof {
  readonly extra: Buffer | undefined
  readonly index: number
  readonly siblings: readonly Buffer[]
  readonly note: string
}

function parseProof(text: string): Proof | undefined {
  const end = text.indexOf('\n\n')
  const lines = text.slice(0, end).split('\n')
  if (end < 0 || lines.shift() !== header) return undefined
  const extra = lines[0]?.startsWith('extra ')
    ? decodeBase64(lines.shift()?.slice('extra '.length) ?? '')
    : undefined
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? []
  const siblings = lines.map(decodeBase64)
  if (index === undefined || !siblings.every((sibling) => sibling?.length === 32)) return undefined
  return {
    extra,
    index: Number(index),
    siblings: siblings.filter((one) => one !== undefined),
    note: text.slice(end + 2),
  }
}

/**
 * Whether both checkpoints are of the log in `dir` (one shard), so that one is a prefix of the other: each must be signed by
 * `vkey`, and the entries on disk must give both roots.
 */
export async function consistency(
  dir: string,
  vkey: string,
  notes: readonly [string, string],
): Promise<{ status: 'intact' | 'tampered' | 'unverifiable'; exitCode: 0 | 1 | 3; message: string }> {
  const key = parseVerifierKey(vkey.trim())
  if (!key) return { status: 'unverifiable', exitCode: 3, message: 'the verifier key cannot be read' }
  try {
    for (const note of notes) {
      const checkpoint = openNote(Buffer.from(note), key)
      if (!checkpoint) return tampered('a checkpoint is not signed by this log')
      const known: Known = { size: checkpoint.size, root: checkpoint.root.toString('base64'), vkey: key.text }
      await verifyShard(dir, { known: () => known, onEntry: () => undefined })
    }
    return { status: 'intact', exitCode: 0, message: 'one is a prefix of the other' }
  } catch (error) {
    if (error instanceof Finding) return tampered(error.message)
    return { status: 'unverifiable', exitCode: 3, message: 'the log cannot be read' }
  }
}
