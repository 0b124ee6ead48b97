/** What the machine says of one file before anybody looks: made when it is asked, kept sealed beside the file. */
import { z } from 'zod'
import type { Log } from '../kernel/log.ts'
import { type Language, say } from '../kernel/text.ts'
import { type Found, lookAtCells, statisticsOf } from './cells.ts'
import { compare, type Earlier } from './compare.ts'
import type { ReleaseFiles } from './files.ts'
import type { FileType, SentFile } from './release.ts'
import { type ReadFile, readSent, type Table } from './table.ts'
import { type KeptCell, keptCells } from './withheld.ts'

const found = z.strictObject({
  rule: z.string(),
  weight: z.enum(['serious', 'look']),
  row: z.number().int().optional(),
  column: z.number().int().optional(),
})

const findings = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
  more: z.boolean(),
  k: z.number().int(),
  findings: z.array(found),
  statistics: z.array(
    z.strictObject({
      column: z.number().int(),
      name: z.string(),
      least: z.number(),
      leastNotZero: z.number().nullable(),
      greatest: z.number(),
      sum: z.number(),
      decimals: z.number().int(),
    }),
  ),
  compared: z.array(z.string()),
  needsEyes: z.boolean(),
  /** Of what checkers alone read: the cells that the rules withhold. */
  withheld: keptCells.default([]),
})
export type Findings = z.infer<typeof findings>

/** What was kept, read again to the letter. */
export function readFindings(bytes: Uint8Array): Findings {
  return findings.parse(JSON.parse(Buffer.from(bytes).toString()))
}

const shown = 1000
const kept = 1000
/** Beyond, no machine compares and no person reads: the file needs other eyes. */
const mostRows = 20_000

interface Looking {
  readonly files: ReleaseFiles
  readonly log: Log
  readonly release: string
  readonly k: number
  readonly earlier: readonly Earlier[]
}

/** What is looked at: as what it lies, and what is known of its cells. */
export interface Looked {
  readonly name: string
  readonly type: FileType
  /** [row, column] of the cells that are not there. */
  readonly suppressed: readonly (readonly [number, number])[]
  /** Cells that the rules withhold. */
  readonly withheld?: readonly KeptCell[]
}

/** Looks at a file that has its bytes. Refusal UNAVAILABLE when no process comes up. */
export async function lookAtFile(looking: Looking, file: Looked): Promise<Findings> {
  const { k, earlier } = looking
  if (file.type === 'image/png') return withoutTable(k, [{ rule: 'file.eyes', weight: 'look' }])
  const read = await readTable(looking, file)
  if (read === null) return withoutTable(k, [{ rule: 'file.unreadable', weight: 'serious' }])
  const isTable = file.type === 'text/csv'
  const compared = isTable && !read.more ? compare(read, earlier, k) : { found: [], releases: [] }
  const all: readonly Found[] = [
    ...(file.withheld ?? []).map(exactIn),
    ...identifiersIn(read),
    ...compared.found,
    ...(isTable ? lookAtCells(read, k) : []),
    ...withheldIn(file),
    ...(isTable && !read.more ? [] : [{ rule: 'file.eyes', weight: 'look' } as const]),
  ]
  const { columns, rows } = read
  return {
    ...{ columns, rows, more: read.more, k },
    findings: [...all].sort(seriousFirst).slice(0, kept),
    statistics: isTable ? [...statisticsOf(read)] : [],
    compared: [...compared.releases],
    needsEyes: !isTable || read.more,
    withheld: [...(file.withheld ?? [])],
  }
}

/** What the findings of an earlier file know of its table, to compare another with; null where it is none, or not whole. */
export function tableOf(file: Pick<SentFile, 'type'>, findings: Findings): Table | null {
  return file.type === 'text/csv' && !findings.needsEyes ? findings : null
}

async function readTable(
  { files, log, release }: Pick<Looking, 'files' | 'log' | 'release'>,
  file: Looked,
): Promise<ReadFile | null> {
  const opened = await files.open(release, file.name)
  try {
    const { path, scratch } = opened
    return await readSent(
      { path, scratch, most: mostRows, as: file.type === 'text/csv' ? 'csv' : 'lines' },
      log,
    )
  } finally {
    await opened.close()
  }
}

function withoutTable(k: number, all: readonly Found[]): Findings {
  const nothing = { columns: [], rows: [], statistics: [], compared: [], withheld: [], more: false }
  return { ...nothing, k, findings: [...all], needsEyes: true }
}

/** Those of the detectors of deposits: a finding of a column for each, and its first lines. */
function identifiersIn({ columns, identifiers }: ReadFile): readonly Found[] {
  return identifiers.flatMap(({ rule, column, lines = [] }) => {
    const at = columns.indexOf(column ?? '')
    const place = at < 0 ? {} : { column: at }
    const weight = rule === 'identifier.text' ? 'look' : 'serious'
    if (rule === 'identifier.column' || lines.length === 0) return [{ rule, weight, ...place } as const]
    return lines.map((line) => ({ rule, weight, row: line - 1, ...place }) as const)
  })
}

/** What checkers read first: each cell that would leave against the rules, by what withheld it. */
function exactIn({ row, column, rules, isGiven }: KeptCell): Found {
  if (!isGiven) return { rule: 'exact.own', weight: 'look', row, column }
  const isFew = rules.includes('T1')
  const why = isFew ? 'few' : rules.includes('secondary') ? 'secondary' : 'contributions'
  return { rule: `exact.${why}`, weight: 'serious', row, column }
}

function withheldIn({ suppressed }: Looked): readonly Found[] {
  return suppressed.map(([row, column]) => ({ rule: 'cell.withheld', weight: 'look', row, column }))
}

function seriousFirst(a: Found, b: Found): number {
  return Number(b.weight === 'serious') - Number(a.weight === 'serious')
}

/** A finding with its sentence. */
export type ToldFinding = Findings['findings'][number] & { readonly text: string }

/** As many rows as a page shows. */
export function shownPart(all: Findings): Findings {
  const { rows, more } = all
  return { ...all, rows: rows.slice(0, shown), more: more || rows.length > shown }
}

/** Findings in words: what it is, never the value. */
export function inWords({ findings: all, k }: Findings, language: Language): readonly ToldFinding[] {
  return all.map((one) => ({ ...one, text: say(language, { key: `airlock.${one.rule}`, with: { k } }) }))
}
