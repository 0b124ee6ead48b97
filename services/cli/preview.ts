/** `huisclos deposit --preview`, `--dry-run`: how a file is understood, as lines. Pure. */
import type { ColumnPreview, TablePreview } from '../dataset/preview.ts'
import { tableLines } from './table.ts'

const titles = ['column', 'declared', 'detected', 'empty', 'unreadable', 'role', 'shape']
const columns = titles.map((name) => ({ name, type: 'VARCHAR' }))

/** The form of the file on one line, then its columns. Without columns the findings say why. */
export function previewLines(preview: Omit<TablePreview, 'findings'>): readonly string[] {
  const { table, reading, rows } = preview
  const { kind, charset, delimiter, decimal, dateFormat, header } = reading
  const form = [
    kind,
    charset,
    delimiter && `séparateur / delimiter ${delimiter === '\t' ? 'tab' : delimiter}`,
    decimal && `décimale / decimal ${decimal}`,
    dateFormat && `dates ${dateFormat}`,
    header === undefined ? undefined : header ? 'en-tête / header' : 'sans en-tête / no header',
    `${rows} lignes / rows`,
  ]
  const head = `${table}: ${form.filter(Boolean).join(' · ')}`
  if (preview.columns.length === 0) return [head]
  return [head, ...tableLines({ columns, rows: preview.columns.map(rowOf), suppressed: [], k: 0 })]
}

function rowOf(column: ColumnPreview): readonly (string | number)[] {
  const { detected, dateFormat, decimal } = column
  return [
    column.name,
    column.declared,
    [detected ?? '—', dateFormat, decimal].filter(Boolean).join(' '),
    `${Math.round(column.empty * 1000) / 10} %`,
    column.unreadable,
    column.role ?? '',
    column.shape ?? '',
  ]
}
