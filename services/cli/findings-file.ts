/** `huisclos deposit --findings FILE`: what the checks found, for a spreadsheet or a script. */
import { writeFile } from 'node:fs/promises'
import { findingHeads, findingRows } from '../dataset/finding.ts'
import { csvOf } from '../review/csv.ts'
import { CommandError, exits } from './ending.ts'
import type { ShownFinding } from './table-file.ts'

/** As the node gives them: .csv in the form of French spreadsheets, .json otherwise. */
export async function writeFindings(path: string, findings: readonly ShownFinding[]): Promise<void> {
  const content = path.toLowerCase().endsWith('.csv')
    ? csvOf({ header: findingHeads, rows: findingRows(findings) })
    : `${JSON.stringify({ findings }, null, 2)}\n`
  await writeFile(path, content).catch(() => {
    throw new CommandError(`${path}: ne peut être écrit / cannot be written`, exits.failed)
  })
}
