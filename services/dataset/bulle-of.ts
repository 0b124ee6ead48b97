/** From sealed lines to the bulle that the query room sees. Pure. */
import { join } from 'node:path'
import type { CurrentPermit } from '../habilitation/permit.ts'
import type { Bulle, BulleStatus, BulleTable } from './bulle.ts'
import { bulleId, type Extract, type ExtractTable, type SealedExtract } from './extract.ts'

/** What is said of the tables of a line without a look at persons. */
export function shownTables({ extract }: SealedExtract): BulleStatus['tables'] {
  return extract.tables.map((table) => ({
    name: table.name,
    dataset: extract.dataset,
    ...(table.class === 'public' ? { rows: table.rows } : {}),
  }))
}

/** Tables of the lines that may be read. */
export function bulleOf({ permit }: CurrentPermit, sealed: readonly SealedExtract[]): Bulle {
  const lines = new Map(permit.lines.map((line) => [line.dataset, line]))
  const kOf = (dataset: string) => {
    const line = lines.get(dataset)
    return line?.entity === 'establishment' ? line.k : Math.max(11, line?.k ?? 11)
  }
  return {
    id: bulleId(permit.base, sealed),
    project: permit.base,
    k: Math.max(11, ...sealed.map(({ extract }) => kOf(extract.dataset))),
    tables: sealed.flatMap((one) => one.extract.tables.map((table) => bulleTable(one, table))),
    datasets: sealed.map(({ sha256: seal, extract: { dataset, version, holder } }) => ({
      name: dataset,
      version,
      holder,
      k: kOf(dataset),
      seal,
    })),
  }
}

/** A table of an extract as the query room sees it. */
export function bulleTable(
  { extract, folder }: { readonly extract: Pick<Extract, 'dataset' | 'domain'>; readonly folder: string },
  table: Omit<ExtractTable, 'sha256'>,
): BulleTable {
  const { dataset, domain } = extract
  return {
    dataset,
    name: table.name,
    class: table.class,
    columns: table.columns.map(({ name, type, role, key, restrict, bounds }) => ({
      name,
      type,
      ...(role === undefined ? {} : { role }),
      ...(key === undefined ? {} : { key }),
      ...(restrict === undefined ? {} : { restrict }),
      ...(bounds === undefined ? {} : { bounds }),
    })),
    unique: table.unique,
    ...(table.primaryKey === undefined ? {} : { primaryKey: table.primaryKey }),
    ...(table.class === 'personal' ? { domain } : { rows: table.rows }),
    mount: { schema: dataset, name: table.name, file: join(folder, table.file) },
    magnitude: table.rows === 0 ? 0 : Math.floor(Math.log10(table.rows)),
  }
}
