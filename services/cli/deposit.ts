/** `huisclos deposit`: declares, sends, follows the checks, and says what they found. */
import { setTimeout as pause } from 'node:timers/promises'
import type { ShownPreview } from '../dataset/dialogue.ts'
import type { Progress } from '../dataset/progress.ts'
import type { HolderQuality } from '../dataset/quality/label.ts'
import { hasCode } from '../kernel/system-error.ts'
import type { Language } from '../kernel/text.ts'
import { askJson, type Client } from './client.ts'
import { dryRun, type Verdict as LocalVerdict } from './dry-run.ts'
import { CommandError, exits } from './ending.ts'
import { writeFindings } from './findings-file.ts'
import { jsonFile } from './json-file.ts'
import { previewLines } from './preview.ts'
import { openProgressLine } from './progress-text.ts'
import { holderLines } from './quality.ts'
import type { Out } from './query.ts'
import { depositToResume, type SendingOptions, sendTable } from './resumable.ts'
import { signedManifest } from './sign.ts'
import { type ShownFinding, type TableFile, tableFile } from './table-file.ts'
import { openTransfer } from './transfer.ts'

export interface DepositOptions {
  readonly dataset: string
  readonly descriptor?: string
  readonly dryRun?: boolean
  /** Sends in pieces whatever the length, and takes up what an earlier run left. */
  readonly resume?: boolean
  /** Sends and says how each file is understood, without handing the deposit over. */
  readonly preview?: boolean
  /** An open deposit to go on with. */
  readonly deposit?: string
  /** Key file of the holder: the files are read here first, and what was read is signed. */
  readonly sign?: string
  /** Persons who object, left out before the signature. */
  readonly optOutsApplied?: number
  /** Where the findings are written as well, .csv or .json. */
  readonly findings?: string
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
    if (tables.length === 0 && way.options.deposit === undefined) {
      throw new CommandError('table=fichier / table=file', exits.failed)
    }
    const files = tables.map((one) => tableFile(one, way.options.charset))
    const verdict = await verdictOn(client, files, way)
    if (way.options.findings !== undefined) await writeFindings(way.options.findings, verdict.findings)
    report(verdict, way)
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
  const descriptor = options.descriptor === undefined ? undefined : await jsonFile(options.descriptor)
  const checkHere = (known: unknown) => dryRun(known, files, { dialect: dialectOf(options), language })
  if (options.dryRun) {
    return checkHere(descriptor ?? (await askJson(await client(), `GET /api/v1/datasets/${dataset}`)))
  }
  const to = await client()
  if (descriptor !== undefined) await askJson(to, 'POST /api/v1/datasets', { body: descriptor })
  const signed = options.sign === undefined ? undefined : await signedHere(to, files, { options, checkHere })
  // What would be refused is neither signed nor sent.
  if (signed !== undefined && 'status' in signed) return signed
  const sending = { resume: options.resume === true, dialect: dialectOf(options) }
  const id =
    options.deposit ??
    (await depositToResume(to, files, { ...sending, dataset }))?.id ??
    (await askJson<Deposit>(to, `POST /api/v1/datasets/${dataset}/deposits`)).id
  const at = `/api/v1/deposits/${encodeURIComponent(id)}`
  for (const one of files) await sendOne(to, one, { ...sending, deposit: id, out, isTerminal })
  if (signed !== undefined) await askJson(to, `PUT ${at}/manifest`, { body: signed })
  if (options.preview) return previewed(to, at, files)
  await askJson(to, `POST ${at}/submit`)
  return followed(to, at, { out, isTerminal, language })
}

/** The manifest of what this machine read, or the verdict on files that the node would refuse. */
async function signedHere(
  to: Client,
  files: readonly TableFile[],
  { options, checkHere }: { options: DepositOptions; checkHere: (known: unknown) => Promise<LocalVerdict> },
): Promise<{ readonly jws: string } | LocalVerdict> {
  const { dataset, sign = '', optOutsApplied } = options
  const known = await askJson<{ schemaSha256: string }>(to, `GET /api/v1/datasets/${dataset}`)
  const verdict = await checkHere(known)
  if (verdict.status === 'refused') return verdict
  const read = { tables: verdict.previews, keys: verdict.keys }
  const counted = optOutsApplied === undefined ? {} : { optOutsApplied }
  return { jws: await signedManifest(sign, { dataset, schema: known.schemaSha256, files, read, ...counted }) }
}

/** What the node made of the files; the deposit stays open. */
async function previewed(client: Client, at: string, files: readonly TableFile[]): Promise<Verdict> {
  const previews: ShownPreview[] = []
  for (const { table } of files) {
    const path = `${at}/tables/${encodeURIComponent(table)}/preview`
    previews.push(await askJson<ShownPreview>(client, `GET ${path}`))
  }
  const { id, status } = await askJson<Deposit>(client, `GET ${at}`)
  return { id, status, previews, findings: previews.flatMap(({ findings }) => findings) }
}

interface Way extends SendingOptions {
  readonly deposit: string
  readonly out: Out
  readonly isTerminal: boolean
}

async function sendOne(client: Client, one: TableFile, { out, isTerminal, ...way }: Way): Promise<void> {
  const progress = openTransfer(one.table, { stream: out.stderr, isTerminal })
  try {
    const received = await sendTable(client, one, { ...way, onProgress: progress.update })
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

type Verdict = Pick<Deposit, 'status' | 'version' | 'findings' | 'quality'> & {
  /** Of a deposit that stays open. */
  readonly id?: string
  readonly previews?: readonly Omit<ShownPreview, 'findings'>[]
}

function report(verdict: Verdict, { out: { stdout }, options }: DepositWay): void {
  const { id, status, version, findings, quality, previews = [] } = verdict
  for (const one of previews) stdout.write(`${previewLines(one).join('\n')}\n\n`)
  const lines = findings.map(
    ({ severity, rule, table, column, line, count, message }) =>
      `${severity}  ${[table, column].filter(Boolean).join('.')}${line === undefined ? '' : `:${line}`}  ${rule} (${count})  ${message}`,
  )
  const end = status === 'open' ? ` --deposit ${id}` : version === undefined ? '' : ` version ${version}`
  stdout.write(`${[...lines, `${status}${end}`].join('\n')}\n`)
  if (options.quality && quality !== undefined) stdout.write(`\n${holderLines(quality).join('\n')}\n`)
  if (status !== 'accepted' && status !== 'open') throw new CommandError('', exits.depositRefused)
}
