/** `huisclos audit …`, on the files of a log: a running home, a stopped one, or a copy. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cosignedFile } from '../audit/home.ts'
import { readEntry, writeProof } from '../audit/reader.ts'
import { checkProof, consistency, type Receipt } from '../audit/verify/proof.ts'
import { type Verdict, verifyLog } from '../audit/verify/verify.ts'
import { CommandError } from './ending.ts'
import { openProgress } from './progress.ts'
import type { Out } from './query.ts'

/** Statuses of the audit commands, shared with the stand-alone verifier. */
const auditExits = { intact: 0, tampered: 1, stale: 2, unverifiable: 3 } as const

interface Where {
  /** The folder `audit` of a home. */
  readonly dir: string
  readonly out: Out
  readonly isTerminal: boolean
}

export interface VerifyOptions {
  readonly since?: string
  readonly save?: string
  readonly policy?: string
  /** Hours after which a cosignature is stale. */
  readonly fresh?: number
  /** The whole verdict as one JSON document, with the class of what was found and the first bad entry. */
  readonly json?: boolean
}

/** Verifies all shards; the verdict on standard output, notices and progress beside it. Answers the exit status. */
export async function verify(where: Where, options: VerifyOptions): Promise<number> {
  const { stdout, stderr } = where.out
  const [since, policy] = await Promise.all([readGiven(options.since), readGiven(options.policy)])
  const progress = openProgress('entrées / entries', { stream: stderr, isTerminal: where.isTerminal })
  const verdict = await verifyLog({
    dir: where.dir,
    ...(since !== undefined && { since }),
    ...(policy !== undefined && { policy }),
    ...(options.fresh !== undefined && { freshMs: options.fresh * 3_600_000 }),
    onProgress: progress.update,
  })
  progress.end()
  stdout.write(options.json === true ? `${JSON.stringify(verdict)}\n` : linesOf(verdict))
  for (const notice of verdict.notices) stderr.write(`note: ${notice}\n`)
  const isWhole = verdict.status === 'intact' || verdict.status === 'stale'
  if (options.save !== undefined && isWhole) await writeFile(options.save, verdict.state)
  return verdict.exitCode
}

function linesOf({ status, message, root }: Verdict): string {
  const isWhole = status === 'intact' || status === 'stale'
  return isWhole ? `${message}\nracine / root: ${root}\n` : `${message}\n`
}

export interface ProveOptions {
  readonly seq: number
  readonly output: string
  readonly shard?: string
  /** Where the entry itself goes: a long one does not fit into its proof. */
  readonly leaf?: string
}

/** Writes the proof that an entry is in the log. Status 3 when the entry is not in the last checkpoint yet. */
export async function prove(where: Where, options: ProveOptions): Promise<number> {
  const shard = options.shard ?? (await newestShard(where.dir))
  const folder = join(where.dir, shard)
  // A head that witnesses cosigned convinces more people than the newest one.
  const cosigned = await readFile(join(folder, cosignedFile), 'utf8').catch(() => undefined)
  const notes = [cosigned, await readOr(join(folder, 'checkpoint'))].filter((note) => note !== undefined)
  const heads = notes.map((note) => ({ note, size: Number(note.split('\n')[1]) }))
  const head = heads.find(({ size }) => options.seq < size)
  if (!head) {
    const why = `l’entrée ${options.seq} n’est pas (encore) dans le journal ${shard} / is not in the log (yet)`
    throw new CommandError(why, auditExits.unverifiable)
  }
  await writeFile(options.output, await writeProof(folder, options.seq, head))
  if (options.leaf !== undefined)
    await writeFile(options.leaf, await readEntry(folder, options.seq, head.size))
  where.out.stderr.write(`${options.output}\n`)
  return auditExits.intact
}

export interface CheckOptions {
  /** A verifier key, or the file that holds it. */
  readonly key?: string
  readonly policy?: string
  /** The saved answer, or the line of its header, that the proof must be about. */
  readonly receipt?: string
  /** The entry itself, for a proof that holds its hash only. */
  readonly leaf?: string
}

/**
 * Checks a proof file, offline. The key is the one given, or that of the policy; only when neither is, that of this home,
 * and then the check says what this home says.
 */
export async function check(where: Where, file: string, options: CheckOptions): Promise<number> {
  const text = await readOr(file)
  const policy = await readGiven(options.policy)
  const vkey = await keyFor(where, text, options)
  const receipt = options.receipt === undefined ? undefined : readReceipt(await readOr(options.receipt))
  const trust = { ...(vkey !== undefined && { vkey }), ...(policy !== undefined && { policy }) }
  const leaf = await readGiven(options.leaf)
  const subject = { ...(receipt && { receipt }), ...(leaf !== undefined && { entry: Buffer.from(leaf) }) }
  const verdict = checkProof(text, trust, subject)
  where.out.stdout.write(`${verdict.message}\n`)
  if (verdict.entry !== undefined) where.out.stdout.write(`${verdict.entry}\n`)
  return verdict.exitCode
}

async function keyFor(
  where: Where,
  text: string,
  { key, policy }: CheckOptions,
): Promise<string | undefined> {
  if (key?.includes('+')) return key
  if (key !== undefined) return readOr(key)
  const own = readOr(join(where.dir, shardNamedIn(text), 'log.vkey'))
  return policy === undefined ? own : own.catch(() => undefined)
}

/** Whether two checkpoints are of one log, by the tiles on disk. */
export async function compare(
  where: Where,
  options: { from: string; to: string; key?: string },
): Promise<number> {
  const notes = [await readOr(options.from), await readOr(options.to)] as const
  const names: string[] = await readdir(where.dir).catch(() => [])
  const isShard = names.includes('checkpoint')
  const dir = isShard ? where.dir : join(where.dir, shardNamedIn(`\n\n${notes[0]}`))
  const vkey = options.key?.includes('+') ? options.key : await readOr(options.key ?? join(dir, 'log.vkey'))
  const verdict = await consistency(dir, vkey, notes)
  where.out.stdout.write(`${verdict.message}\n`)
  return verdict.exitCode
}

/** A receipt as an answer carries it: a member of its JSON, or the header `Huisclos-Receipt: ORIGIN SEQ LEAF`. */
function readReceipt(text: string): Receipt {
  const [, log, seq, leaf] = /^(?:huisclos-receipt: *)?(\S+) (\d{1,15}) ([0-9a-f]{64})\s*$/i.exec(text) ?? []
  if (log !== undefined && seq !== undefined && leaf !== undefined) return { log, seq: Number(seq), leaf }
  const { receipt } = parseJson(text)
  if (isReceipt(receipt)) return receipt
  throw new CommandError('aucun reçu dans ce fichier / no receipt in this file', auditExits.unverifiable)
}

function parseJson(text: string): { receipt?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

function isReceipt(value: unknown): value is Receipt {
  const { log, seq, leaf }: Partial<Record<string, unknown>> = Object(value)
  return typeof log === 'string' && typeof seq === 'number' && typeof leaf === 'string'
}

async function readGiven(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readOr(path)
}

async function readOr(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new CommandError(`${path}: illisible / cannot be read`, auditExits.unverifiable)
  })
}

async function newestShard(dir: string): Promise<string> {
  const names = await readdir(dir).catch(() => [])
  const newest = names
    .filter((name) => /^\d{4}$/.test(name))
    .sort()
    .at(-1)
  if (newest !== undefined) return newest
  throw new CommandError(`${dir}: pas de journal / no log`, auditExits.unverifiable)
}

/** The shard in the origin of the checkpoint that a proof carries. */
function shardNamedIn(proof: string): string {
  const shard = /\n\n\S*\/audit\/(\d{4})\n/.exec(proof)?.[1]
  if (shard !== undefined) return shard
  throw new CommandError('la preuve ne nomme pas de journal / the proof names no log', auditExits.tampered)
}
