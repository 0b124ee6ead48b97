/** `huisclos audit search`, `export` and `reindex`: the DPO's work on the log of a running node. */
import { writeFile } from 'node:fs/promises'
import { parisTime } from '../kernel/clock.ts'
import type { Language } from '../kernel/text.ts'
import { entrySentence } from '../review/sentence.ts'
import { ask, askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

export interface JournalFilter {
  readonly project?: string
  readonly person?: string
  readonly dataset?: string
  readonly type?: string
  readonly outcome?: string
  readonly code?: string
  readonly rule?: string
  readonly from?: string
  readonly to?: string
}

/** One entry as the node answers it. */
export interface JournalEntry {
  readonly shard: string
  readonly seq: number
  readonly ts: string
  readonly type: string
  readonly outcome: string
  readonly actor: string | null
  readonly project?: string
  readonly dataset?: string
  readonly code?: string
}

interface Page {
  readonly entries: readonly JournalEntry[]
  readonly next?: string
  readonly contradicted: number
  readonly complete?: boolean
}

/** Most entries of one page. */
const pageLimit = 1_000

/** Newest first, one sentence per entry, or one JSON document. What the log contradicts is said on standard error. */
export async function searchJournal(
  client: Client,
  out: Out,
  { json = false, limit = 100, ...filter }: JournalFilter & { limit?: number; json?: boolean },
): Promise<void> {
  const entries: JournalEntry[] = []
  let contradicted = 0
  let next: string | undefined
  do {
    const wanted = Math.min(pageLimit, limit - entries.length)
    const query = queryOf(filter, { limit: String(wanted), ...(next === undefined ? {} : { cursor: next }) })
    const page = await askJson<Page>(client, `GET /api/v1/audit/entries?${query}`)
    entries.push(...page.entries)
    contradicted += page.contradicted
    next = page.next
  } while (next !== undefined && entries.length < limit)
  const lines = entries.map((entry) => `${journalLine(entry, client.language)}\n`)
  out.stdout.write(
    json ? `${JSON.stringify({ entries, contradicted, more: next !== undefined })}\n` : lines.join(''),
  )
  const more = next === undefined ? '' : ' · il y en a d’autres / there are more (--limit)'
  out.stderr.write(`${entries.length} entrées / entries${more}\n`)
  if (contradicted === 0) return
  const warning = `${contradicted} lignes de l’index contredites par le journal / rows that the log contradicts`
  throw new CommandError(`${warning} → huisclos audit reindex`, exits.failed)
}

/** `2026-11-21 10:03:22  2026/412  alice a reçu une réponse · FR-NOR-2026-000001` */
export function journalLine(entry: JournalEntry, language: Language): string {
  const { ts, shard, seq, project } = entry
  const sentence = entrySentence(entry, language)
  const line = `${parisTime(Date.parse(ts))}  ${shard}/${seq}  ${sentence}${project === undefined ? '' : ` · ${project}`}`
  // Names come from elsewhere: nothing in them may steer the terminal.
  return line.replaceAll(/\p{Cc}/gu, '·')
}

/** Writes the entries of a search into a spreadsheet; the ending of the name says which kind. */
export async function exportJournal(
  client: Client,
  out: Out,
  { output, ...filter }: JournalFilter & { output: string },
): Promise<void> {
  const format = /\.(csv|xlsx)$/.exec(output)?.[1]
  if (format === undefined) throw new CommandError('-o FICHIER.xlsx | FILE.csv', exits.usage)
  const response = await ask(client, `GET /api/v1/audit/export?${queryOf(filter, { format })}`, {
    accept: '*/*',
  })
  await writeFile(output, Buffer.from(await response.arrayBuffer()), { mode: 0o600 })
  const isPartial = response.headers.get('huisclos-partial') === 'true'
  const note = isPartial ? ' · les plus récentes seulement / the newest only (--to)' : ''
  out.stderr.write(`${output}${note}\n`)
}

/** Empties the search index and fills it from the log. */
export async function reindexJournal(client: Client, out: Out): Promise<void> {
  const { entries } = await askJson<{ entries: number }>(client, 'POST /api/v1/audit/reindex')
  out.stderr.write(`${entries} entrées indexées / entries indexed\n`)
}

function queryOf({ person, ...filter }: JournalFilter, more: Readonly<Record<string, string>>): string {
  const given = Object.entries({ ...filter, actor: person, ...more })
  return new URLSearchParams(
    given.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
  ).toString()
}
