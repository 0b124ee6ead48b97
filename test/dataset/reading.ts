/** Reads and checks files in the test's own process; that they are read in another one is a matter of deposit.test.ts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import type { Finding } from '../../services/dataset/finding.ts'
import { mediaOf } from '../../services/dataset/media.ts'
import { openReader } from '../../services/dataset/reader.ts'
import { withInheritedRoles } from '../../services/dataset/relations.ts'
import { queryParquet } from './parquet.ts'

export interface ReadFile {
  readonly body: string | Uint8Array
  readonly type?: string
  readonly encoding?: string
  readonly dialect?: unknown
  /** Arrow: value by value, not memory to memory. */
  readonly arrowByValues?: boolean
}

export interface WasRead {
  readonly findings: readonly Finding[]
  /** What the engine made of the rows, `__line` and the fields, each as text; empty when the file could not be read. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/** One file as the one table of a descriptor with these fields. */
export async function readAs(fields: readonly unknown[], file: ReadFile): Promise<WasRead> {
  const scratch = await mkdtemp(join(tmpdir(), 'huisclos-reading-'))
  const path = join(scratch, 'rows.sent')
  const resources = [{ name: 'rows', schema: { fields } }]
  const dataset = { name: 'rows', kind: 'non-personal', holder: 'chu-rouen', resources }
  const descriptor = withInheritedRoles(descriptorSchema.parse(dataset))
  const limits = { threads: 1, memoryBytes: 512 * 1024 ** 2 }
  const { arrowByValues = false } = file
  const reader = await openReader({ descriptor, read: [path], scratch, ...limits, arrowByValues })
  try {
    await writeFile(path, file.body)
    const media = mediaOf({
      contentType: file.type ?? 'text/csv',
      contentEncoding: file.encoding,
      dialect: file.dialect,
    })
    const { rows, findings } = await reader.read('rows', path, media)
    const names = descriptor.resources[0]?.schema.fields.map(({ name }) => `"${name}"::VARCHAR`) ?? []
    const columns = ['__line::VARCHAR', ...names].join(', ')
    const kept = join(scratch, 'rows.checked.parquet')
    const statement = `SELECT ${columns} FROM read_parquet('${kept}')`
    return { findings, rows: rows === 0 ? [] : ((await queryParquet(statement)) as (string | null)[][]) }
  } finally {
    reader.close()
    await rm(scratch, { recursive: true, force: true })
  }
}
