/** `huisclos audit …`, on the files of a log: a running home, a stopped one, or a copy. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeProof } from '../audit/reader.ts'
import { checkProof } from '../audit/verify/proof.ts'
import { verifyLog } from '../audit/verify/verify.ts'
import { CommandError } from './ending.ts'
import type { Out } from './query.ts'

/** Statuses of the audit commands, shared with the stand-alone verifier. */
const auditExits = { intact: 0, tampered: 1, stale: 2, unverifiable: 3 } as const

interface Where {
  /** The folder `audit` of a home. */
  readonly dir: string
  readonly out: Out
  readonly isTerminal: boolean
}

/** Verifies all shards; the verdict on standard output, notices and progress beside it. Answers the exit status. */
export async function verify(where: Where, options: { since?: string; save?: string }): Promise<number> {
  const { stdout, stderr } = where.out
  const since = options.since === undefined ? undefined : await readOr(options.since)
  const verdict = await verifyLog({
    dir: where.dir,
    ...(since === undefined ? {} : { since }),
    onProgress: (entries) => {
      if (where.isTerminal) stderr.write(`\r\u001B[K${entries} entrées / entries`)
    },
  })
  if (where.isTerminal) stderr.write('\r\u001B[K')
  stdout.write(`${verdict.message}\n`)
  if (verdict.status === 'intact') stdout.write(`racine / root: ${verdict.root}\n`)
  for (const notice of verdict.notices) stderr.write(`note: ${notice}\n`)
  if (options.save !== undefined && verdict.status === 'intact') await writeFile(options.save, verdict.state)
  return verdict.exitCode
}

/** Writes the proof that an entry is in the log. Status 3 when the entry is not in the last checkpoint yet. */
export async function prove(
  where: Where,
  options: { seq: number; output: string; shard?: string },
): Promise<number> {
  const shard = options.shard ?? (await newestShard(where.dir))
  const folder = join(where.dir, shard)
  const note = await readOr(join(folder, 'checkpoint'))
  const size = Number(note.split('\n')[1])
  if (!(options.seq < size)) {
    const why = `l’entrée ${options.seq} n’est pas (encore) dans le journal ${shard} / is not in the log (yet)`
    throw new CommandError(why, auditExits.unverifiable)
  }
  await writeFile(options.output, await writeProof(folder, options.seq, { note, size }))
  where.out.stderr.write(`${options.output}\n`)
  return auditExits.intact
}

/** Checks a proof file against the public key of the log: that of this home, or the one given. */
export async function check(where: Where, file: string, options: { key?: string }): Promise<number> {
  const text = await readOr(file)
  const vkey = await readOr(options.key ?? join(where.dir, shardNamedIn(text), 'log.vkey'))
  const verdict = checkProof(text, vkey)
  where.out.stdout.write(`${verdict.message}\n`)
  if (verdict.entry !== undefined) where.out.stdout.write(`${verdict.entry}\n`)
  return verdict.exitCode
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
