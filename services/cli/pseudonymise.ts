/**
 * `huisclos pseudonymise`: what a hospital does on its own machine before it deposits. No node, no network: files in, files
 * out, with a key that stays there.
 */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isFirstLevel } from '../dataset/first-level.ts'
import { mediaOf } from '../dataset/media.ts'
import { type Change, RewriteFault, type RewriteFile, rewritten } from '../dataset/rewrite.ts'
import { readBytes } from '../dataset/unpack.ts'
import { hasCode } from '../kernel/system-error.ts'
import { dialectOf } from './deposit.ts'
import { CommandError, exits } from './ending.ts'
import { type FirstKey, firstLevelOf, insistRenewed, makeKey, readKey } from './first-key.ts'
import { hashOf } from './hash-of.ts'
import { type IdentifierFault, identifierOf } from './identifier.ts'
import { openProgress } from './progress.ts'
import { faultLine } from './pseudonymise-text.ts'
import type { Out } from './query.ts'
import { type TableFile, tableFile } from './table-file.ts'

export interface PseudonymiseOptions {
  readonly key?: string
  readonly newKey?: string
  /** The former key and the new one. */
  readonly rekey?: readonly string[]
  readonly domain?: string
  readonly column: readonly string[]
  readonly output?: string
  readonly optOuts?: string
  readonly nir?: boolean
  readonly verify?: boolean
  readonly charset?: string
  readonly delimiter?: string
}

interface Setting {
  readonly out: Out
  readonly isTerminal: boolean
}

/** Writes one file for each table, or with `verify` compares with those that are there. */
export async function pseudonymise(
  tables: readonly string[],
  options: PseudonymiseOptions,
  { out, isTerminal }: Setting,
): Promise<void> {
  if (options.newKey !== undefined) {
    const { version } = await makeKey(options.newKey)
    out.stderr.write(`${options.newKey}: clé / key h1k${String(version).padStart(2, '0')}\n`)
  }
  if (tables.length === 0 && options.newKey !== undefined) return
  const { domain, output } = options
  if (domain === undefined || output === undefined || tables.length === 0) {
    throw usage('--domain, --output, table=fichier : il les faut tous / all are needed')
  }
  const files = tables.map((one) => tableFile(one, options.charset))
  const columns = columnsOf(options.column, files)
  const key = await keyOf(options)
  const naming: Naming = { key, domain, nir: options.nir ?? false }
  const left = await optOutsOf(options.optOuts, naming)
  if (!options.verify) await mkdir(output, { recursive: true, mode: 0o700 })
  for (const file of files) {
    const job = { file, columns: columns.get(file.table) ?? [], options, naming, left, out, isTerminal }
    await oneTable(job, join(output, `${file.table}.${file.type.startsWith('text/csv') ? 'csv' : 'ndjson'}`))
  }
}

interface Naming {
  readonly key: FirstKey
  readonly domain: string
  readonly nir: boolean
}

/** The key to name persons with. For a renewal the former one is only looked at to be sure that the new one is another. */
async function keyOf({ key, newKey, rekey }: PseudonymiseOptions): Promise<FirstKey> {
  if (rekey === undefined) {
    const path = key ?? newKey
    if (path === undefined) throw usage('--key, --new-key | --rekey')
    return readKey(path)
  }
  const [formerPath, nextPath] = rekey
  if (formerPath === undefined || nextPath === undefined || rekey.length > 2) {
    throw usage('--rekey ancienne nouvelle / former new')
  }
  const former = await readKey(formerPath)
  const isThere = await stat(nextPath).then(
    () => true,
    () => false,
  )
  const next = isThere ? await readKey(nextPath) : await makeKey(nextPath, former.version + 1)
  insistRenewed(former, next)
  return next
}

function columnsOf(named: readonly string[], files: readonly TableFile[]): Map<string, string[]> {
  const columns = new Map<string, string[]>()
  for (const one of named) {
    const at = one.indexOf('.')
    const table = one.slice(0, Math.max(at, 0))
    if (at < 1 || !files.some((file) => file.table === table)) throw usage(`--column ${one}: table.colonne`)
    columns.set(table, [...(columns.get(table) ?? []), one.slice(at + 1)])
  }
  const bare = files.find(({ table }) => !columns.has(table))
  if (bare !== undefined) throw usage(`${bare.table}: --column ?`)
  return columns
}

/** Persons who object, by identifier or by pseudonym of this key, one a line. */
async function optOutsOf(path: string | undefined, naming: Naming): Promise<ReadonlySet<string>> {
  if (path === undefined) return new Set()
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`${path}: illisible / cannot be read`, exits.failed)
  })
  const prefix = firstLevelOf(naming.key, naming.domain, '').slice(0, 6)
  const named = new Set<string>()
  for (const [index, value] of text.split(/\r?\n/).entries()) {
    if (value === '') continue
    const isOwn = isFirstLevel(value) && value.startsWith(prefix)
    try {
      named.add(isOwn ? value : pseudonym(value, naming, { line: index + 1, column: '' }))
    } catch (error) {
      throw told(error, '--opt-outs')
    }
  }
  return named
}

/** A value that names nobody: where, and why. */
class NoIdentifier extends Error {
  override readonly name = 'NoIdentifier'
  readonly rule: IdentifierFault
  readonly at: { readonly line: number; readonly column: string }

  constructor(rule: IdentifierFault, at: NoIdentifier['at']) {
    super(rule)
    this.rule = rule
    this.at = at
  }
}

function pseudonym(value: string, { key, domain, nir }: Naming, at: NoIdentifier['at']): string {
  const identifier = identifierOf(value, { nir })
  if (typeof identifier === 'string') throw new NoIdentifier(identifier, at)
  return firstLevelOf(key, domain, identifier.text)
}

interface Job {
  readonly file: TableFile
  readonly columns: readonly string[]
  readonly options: PseudonymiseOptions
  readonly naming: Naming
  readonly left: ReadonlySet<string>
  readonly out: Out
  readonly isTerminal: boolean
}

async function oneTable(job: Job, target: string): Promise<void> {
  const { file, out } = job
  let dropped = 0
  let lastDropped = 0
  const change: Change = (value, at) => {
    const named = pseudonym(value, job.naming, at)
    if (at.line !== lastDropped && job.left.has(named)) {
      dropped += 1
      lastDropped = at.line
    }
    return job.left.has(named) ? null : named
  }
  const progress = openProgress(file.table, { stream: out.stderr, isTerminal: job.isTerminal })
  try {
    const bytes = rewritten(await rewriteFile(job, progress.update), change)
    await (job.options.verify ? compare(bytes, target) : writeWhole(bytes, target))
  } catch (error) {
    throw told(error, file.table)
  } finally {
    progress.end()
  }
  const done = job.options.verify ? 'conforme / as expected' : target
  out.stderr.write(
    `${file.table}: ${done}, ${dropped} ligne(s) d’opposants ôtée(s) / row(s) of opt-outs left out\n`,
  )
}

async function rewriteFile(
  { file, columns, options }: Job,
  update: (done: number, total: number) => void,
): Promise<RewriteFile> {
  const isCsv = file.type.startsWith('text/csv')
  const dialect = isCsv ? dialectOf({ dataset: '', ...options }) : {}
  const contentEncoding = file.gzip ? 'gzip' : undefined
  const { size } = await stat(file.file)
  let done = 0
  return {
    path: file.file,
    media: mediaOf({ contentType: file.type, contentEncoding, dialect }),
    table: file.table,
    columns,
    onBytes(bytes) {
      done += bytes
      update(Math.min(done, size), size)
    },
  }
}

/** All of a file or nothing of it: it takes its name when its last byte is on disk. */
async function writeWhole(bytes: AsyncIterable<Uint8Array>, target: string): Promise<void> {
  const part = `${target}.part`
  const file = await open(part, 'w', 0o600)
  try {
    for await (const chunk of bytes) await file.writeFile(chunk)
    await file.sync()
    await file.close()
    await rename(part, target)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(part, { force: true })
    throw error
  }
}

async function compare(bytes: AsyncIterable<Uint8Array>, target: string): Promise<void> {
  const hashes = [await hashOf(bytes), await hashOf(readBytes(target, null))]
  if (hashes[0] === hashes[1]) return
  const message = `${target}: n’est pas ce que donnent la source et la clé / is not what source and key give`
  throw new CommandError(message, exits.checkFailed)
}

function told(error: unknown, table: string): unknown {
  if (error instanceof NoIdentifier)
    return failed(faultLine(`identifier.${error.rule}`, { table, ...error.at }))
  if (error instanceof RewriteFault) return failed(faultLine(error.rule, { table, ...error }))
  return hasCode(error, 'ENOENT') ? failed(`${table}: fichier introuvable / file not found`) : error
}

function failed(message: string): CommandError {
  return new CommandError(message, exits.failed)
}

function usage(message: string): CommandError {
  return new CommandError(message, exits.usage)
}
