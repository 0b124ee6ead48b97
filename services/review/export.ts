/** Entries of a search as a file for a spreadsheet, which opens without a warning and runs nothing. */
import type { Person } from '../identity/person.ts'
import type { Language } from '../kernel/text.ts'
import type { AuditFilter } from '../store/audit-index.ts'
import { csvOf } from './csv.ts'
import { type SearchNeeds, type ShownEntry, searchPages } from './search.ts'
import { makeWorkbook, type Sheet } from './workbook.ts'

type ExportFormat = 'csv' | 'xlsx'

/** Most entries of one file; a longer period is exported in parts. */
export const exportLimit = 100_000

export interface Exported {
  readonly bytes: Uint8Array
  readonly entries: number
  /** More entries than one file takes were found: the newest are in it. */
  readonly isPartial: boolean
}

export interface ExportOptions {
  readonly filter: Omit<AuditFilter, 'cursor' | 'limit'>
  readonly format: ExportFormat
  readonly language: Language
  readonly limit?: number
}

/**
 * All entries of a search, newest first, each checked against the log as in a search. The export is an entry of its own, on disk
 * before the bytes are given out. Refusal UNAVAILABLE when the index is behind.
 */
export async function exportLog(
  needs: SearchNeeds,
  by: Person,
  { filter, format, language, limit = exportLimit }: ExportOptions,
): Promise<Exported> {
  const entries: ShownEntry[] = []
  let isPartial = false
  for await (const page of searchPages(needs, filter)) {
    entries.push(...page.slice(0, limit - entries.length))
    isPartial = entries.length === limit
    if (isPartial) break
  }
  const sheet = tableOf(entries, language)
  const bytes = format === 'csv' ? csvOf(sheet) : await makeWorkbook(sheet)
  await needs.audit.append({ type: 'audit.exported', format, entries: entries.length }, { by })
  return { bytes, entries: entries.length, isPartial }
}

const sheetNames: Readonly<Record<Language, string>> = { fr: 'Journal', en: 'Log' }

const headers: Readonly<Record<Language, readonly string[]>> = {
  fr: [
    'Instant (UTC)',
    'Journal',
    'N°',
    'Type',
    'Issue',
    'Personne',
    'Projet',
    'N° dans le projet',
    'Jeu de données',
    'Code',
    'Règle',
    'Empreinte',
  ],
  en: [
    'Instant (UTC)',
    'Log',
    'No.',
    'Type',
    'Outcome',
    'Person',
    'Project',
    'No. in project',
    'Dataset',
    'Code',
    'Rule',
    'Leaf hash',
  ],
}

function tableOf(entries: readonly ShownEntry[], language: Language): Sheet {
  const rows = entries.map((entry) => [
    { instant: entry.ts },
    entry.shard,
    entry.seq,
    entry.type,
    entry.outcome,
    entry.actor,
    entry.project ?? null,
    entry.projectNumber ?? null,
    entry.dataset ?? null,
    entry.code ?? null,
    entry.rule ?? null,
    entry.leaf,
  ])
  return { name: sheetNames[language], header: headers[language], rows }
}
