/** Offline checks of a `.tlog-proof` file, and of two checkpoints of one log. */
import { join } from 'node:path'
import { Finding, insist } from './finding.ts'
import { checkInclusion, GrowingTree, hashLeaf } from './merkle.ts'
import { type Checkpoint, decodeBase64, openNote, parseVerifierKey, readNote } from './note.ts'
import { pathOf, width } from './parts.ts'
import { noPolicy, type Policy, parsePolicy } from './policy.ts'
import { readMaybe } from './read.ts'

const hashBytes = 32

export interface ProofVerdict {
  readonly status: 'intact' | 'tampered' | 'stale' | 'unverifiable'
  readonly exitCode: 0 | 1 | 2 | 3
  readonly message: string
  /** The entry that is proven, canonical JSON; absent when the proof holds its hash only and none was given. */
  readonly entry?: string
  readonly index?: number
  readonly checkpoint?: Checkpoint
}

/** What the reader trusts: the key of the log, or a policy that names logs and witnesses. */
export interface Trust {
  readonly vkey?: string
  readonly policy?: string
}

/** What the proof must be about: the entry, or the receipt that came with an answer. */
export interface Subject {
  readonly entry?: Uint8Array
  readonly receipt?: Receipt
}

/** `leaf` is the leaf hash in hexadecimal digits. */
export interface Receipt {
  readonly log: string
  readonly seq: number
  readonly leaf: string
}

const header = 'c2sp.org/tlog-proof@v1'

/**
 * Whether a proof file shows that an entry is in a trusted log: the one given, or that of the receipt, else the one that the
 * file carries. Nothing that the file says of itself is believed.
 */
export function checkProof(text: string, trust: Trust, subject: Subject = {}): ProofVerdict {
  const parsed = parseProof(text)
  if (!parsed) return tampered('the proof file cannot be read')
  const origin = parsed.note.slice(0, parsed.note.indexOf('\n'))
  const policy = trust.policy === undefined ? noPolicy : parsePolicy(trust.policy)
  if (!policy) return unverifiable('the policy cannot be read')
  const key = policy.logs.size > 0 ? policy.logs.get(origin) : parseVerifierKey(trust.vkey?.trim() ?? '')
  if (!key) return unverifiable('no key of this log is known, or it cannot be read')
  const checkpoint = openNote(Buffer.from(parsed.note), key)
  if (!checkpoint) return tampered('the checkpoint of the proof is not signed by this log')
  const verdict = checkSubject(parsed, checkpoint, subject)
  return verdict.exitCode === 0 ? checkQuorum(verdict, parsed.note, policy) : verdict
}

function checkSubject(
  { extra, index, siblings }: Proof,
  checkpoint: Checkpoint,
  subject: Subject,
): ProofVerdict {
  const { receipt } = subject
  const carried = extra?.length === hashBytes ? undefined : extra
  const entry = subject.entry ?? carried
  const leaf = entry ? hashLeaf(entry) : receipt ? Buffer.from(receipt.leaf, 'hex') : extra
  if (!leaf) return unverifiable('the proof carries no entry and none was given')
  const isAbout = !receipt || isReceiptOf(receipt, { origin: checkpoint.origin, index, leaf })
  if (!isAbout) return tampered('the receipt is of another entry than the proof')
  const at = { index, size: checkpoint.size }
  if (!checkInclusion(leaf, at, { root: checkpoint.root, proof: siblings })) {
    return tampered('the entry is not at this place of the log')
  }
  return {
    status: 'intact',
    exitCode: 0,
    message: `entry ${index} of ${checkpoint.origin} is in the tree of ${checkpoint.size} entries`,
    ...(entry && { entry: Buffer.from(entry).toString() }),
    index,
    checkpoint,
  }
}

function isReceiptOf(receipt: Receipt, at: { origin: string; index: number; leaf: Buffer }): boolean {
  return receipt.log === at.origin && receipt.seq === at.index && receipt.leaf === at.leaf.toString('hex')
}

function checkQuorum(verdict: ProofVerdict, text: string, policy: Policy): ProofVerdict {
  const note = readNote(Buffer.from(text))
  if (!policy.hasQuorum || !note) return verdict
  const time = policy.cosignedAt(note)
  if (time === false) return tampered('a cosignature is not that of the witness it names')
  if (time !== undefined) return verdict
  const message = 'the log signed this, but no quorum of witnesses cosigned it'
  return { ...verdict, status: 'stale', exitCode: 2, message }
}

function tampered(message: string): ProofVerdict {
  return { status: 'tampered', exitCode: 1, message }
}

function unverifiable(message: string): ProofVerdict {
  return { status: 'unverifiable', exitCode: 3, message }
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
 * `vkey`, and the leaf hashes on disk must give both roots. Entries are not needed.
 */
export async function consistency(
  dir: string,
  vkey: string,
  notes: readonly [string, string],
): Promise<ProofVerdict> {
  const key = parseVerifierKey(vkey.trim())
  if (!key) return unverifiable('the verifier key cannot be read')
  const checkpoints = notes.map((note) => openNote(Buffer.from(note), key)).filter((one) => one !== undefined)
  if (checkpoints.length < notes.length) return tampered('a checkpoint is not signed by this log')
  const [older, newer] = checkpoints.toSorted((a, b) => a.size - b.size)
  try {
    if (older && newer && !(await holdsBoth(dir, older, newer))) return tampered('they are of two logs')
    return { status: 'intact', exitCode: 0, message: 'one is a prefix of the other' }
  } catch (error) {
    if (error instanceof Finding) return tampered(error.message)
    return unverifiable('the log cannot be read')
  }
}

async function holdsBoth(dir: string, older: Checkpoint, newer: Checkpoint): Promise<boolean> {
  const tree = new GrowingTree()
  let holds = older.size > 0 || tree.root().equals(older.root)
  for (let index = 0; tree.size < newer.size; index += 1) {
    const count = Math.min(width, newer.size - tree.size)
    const tile =
      (await readMaybe(join(dir, pathOf(0, index, count)))) ?? (await readMaybe(join(dir, pathOf(0, index))))
    insist(tile && tile.length >= count * hashBytes, 'missing', `${pathOf(0, index, count)} is gone`)
    for (let at = 0; at < count; at += 1) {
      tree.add(tile.subarray(at * hashBytes, (at + 1) * hashBytes))
      if (tree.size === older.size) holds &&= tree.root().equals(older.root)
    }
  }
  return holds && tree.root().equals(newer.root)
}
