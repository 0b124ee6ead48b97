/** `huisclos deposit`: declares, sends, follows the checks, and says what they found. */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Progress } from '../dataset/progress.ts'
import type { HolderQuality } from '../dataset/quality/label.ts'
import { hasCode } from '../kernel/system-error.ts'
import type { Language } from '../kernel/text.ts'
import { askJson, type Client } from './client.ts'
import { dryRun } from './dry-run.ts'
import { CommandError, exits } from './ending.ts'
import { openProgress } from './progress.ts'
import { openProgressLine } from './progress-text.ts'
import { holderLines } from './quality.ts'
import type { Out } from './query.ts'
import { type ShownFinding, type TableFile, tableFile } from './table-file.ts'
import { upload } from './upload.ts'

export interface DepositOptions {
  readonly dataset: string
  readonly descriptor?: string
  readonly dryRun?: boolean
  /** Prints the label of an accepted version. */
  readonly quality?: boolean
  readonly charset?: string
  readonly delimiter?: string
  readonly decimal?: string
  readonly dateFormat?: string
  readonly header?: string
}

interface Deposit {
  readonly id: string
  readonly status: 'open' | 'checking' | 'accepted' | 'quarantined' | 'refused'
  readonly version?: number
  readonly findings: readonly ShownFinding[]
  readonly quality?: HolderQuality
  readonly progress?: Progress
}

/** The query string of an upload: the members of the dialect that were given. */
export function dialectOf(options: DepositOptions): Record<string, string> {
  const { delimiter, decimal, dateFormat, header } = options
  const given = Object.entries({ delimiter, decimal, dateFormat, header })
  return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

export interface DepositWay {
  readonly options: DepositOptions
  readonly out: Out
  readonly isTerminal: boolean
  readonly language: Language
}

/** Ends with 0 when accepted, 2 when refused or quarantined, 1 for anything else. */
export async function deposit(
  client: () => Promise<Client>,
  tables: readonly string[],
  way: DepositWay,
): Promise<void> {
  try {
    const files = tables.map((one) => tableFile(one, way.options.charset))
    report(await verdictOn(client, files, way), way)
  } catch (error) {
    if (!(error instanceof CommandError) || error.exit === exits.depositRefused) throw error
    throw new CommandError(error.message, exits.failed)
  }
}

async function verdictOn(
  client: () => Promise<Client>,
  files: readonly TableFile[],
  { options, out, isTerminal, language }: DepositWay,
): Promise<Verdict> {
  const { dataset } = options
  const descriptor = options.descriptor === undefined ? undefined : await readDescriptor(options.descriptor)
  if (options.dryRun) {
    const known = descriptor ?? (await askJson(await client(), `GET /api/v1/datasets/${dataset}`))
    return dryRun(known, files, { dialect: dialectOf(options), language })
  }
  const to = await client()
  if (descriptor !== undefined) await askJson(to, 'POST /api/v1/datasets', { body: descriptor })
  const opened = await askJson<Deposit>(to, `POST /api/v1/datasets/${dataset}/deposits`)
  const at = `/api/v1/deposits/${opened.id}`
  const query = new URLSearchParams(dialectOf(options)).toString()
  for (const one of files) await sendOne(to, one, { at, query, out, isTerminal })
  await askJson(to, `POST ${at}/submit`)
  return followed(to, at, { out, isTerminal, language })
}

async function readDescriptor(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`${path}: illisible / cannot be read`, exits.failed)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`${path}: pas du JSON / not JSON`, exits.failed)
  }
}

interface Way {
  readonly at: string
  readonly query: string
  readonly out: Out
  readonly isTerminal: boolean
}

async function sendOne(client: Client, one: TableFile, { at, query, out, isTerminal }: Way): Promise<void> {
  const progress = openProgress(one.table, { stream: out.stderr, isTerminal })
  let done = 0
  try {
    const received = await upload(client, {
      path: `${at}/tables/${encodeURIComponent(one.table)}${one.isText && query !== '' ? `?${query}` : ''}`,
      file: one.file,
      type: one.type,
      gzip: one.gzip,
      onBytes: (sent, total) => {
        done += sent
        progress.update(done, total)
      },
    })
    progress.end()
    out.stderr.write(`${received.table}: ${received.bytes} octets / bytes, sha256 ${received.sha256}\n`)
  } catch (error) {
    progress.end()
    if (hasCode(error, 'ENOENT')) {
      throw new CommandError(`${one.file}: introuvable / not found`, exits.failed)
    }
    throw error
  }
}

/** ms between two looks at a deposit: soon at first, then less often, for each look is an entry of the log. */
const firstPollMs = 100
const longestPollMs = 2_000

async function followed(
  client: Client,
  at: string,
  { out, isTerminal, language }: Pick<DepositWay, 'out' | 'isTerminal' | 'language'>,
) {
  const line = openProgressLine({ stream: out.stderr, isTerminal, language })
  for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 1.5, longestPollMs)) {
    const deposit = await askJson<Deposit>(client, `GET ${at}`, { signal: out.signal })
    if (deposit.status !== 'checking') {
      line.end()
      return deposit
    }
    line.show(deposit.progress ?? { step: 'queued' })
    await pause(pollMs)
  }
}

type Verdict = Pick<Deposit, 'status' | 'version' | 'findings' | 'quality'>

function report(
  { status, version, findings, quality }: Verdict,
  { out: { stdout }, options }: DepositWay,
): void {
  const lines = findings.map(
    ({ severity, rule, table, column, line, count, message }) =>
      `${severity}  ${[table, column].filter(Boolean).join('.')}${line === undefined ? '' : `:${line}`}  ${rule} (${count})  ${message}`,
  )
  stdout.write(`${[...lines, `${status}${version === undefined ? '' : ` version ${version}`}`].join('\n')}\n`)
  if (options.quality && quality !== undefined) stdout.write(`\n${holderLines(quality).join('\n')}\n`)
  if (status !== 'accepted') throw new CommandError('', exits.depositRefused)
}
