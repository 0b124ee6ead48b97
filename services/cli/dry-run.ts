/** `huisclos deposit --dry-run`: the checks of a deposit on this machine, in a folder that is removed. Nothing is sent. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Descriptor, descriptorSchema } from '../dataset/descriptor.ts'
import { type Finding, show, verdictOf } from '../dataset/finding.ts'
import { mediaOf } from '../dataset/media.ts'
import type { TablePreview } from '../dataset/preview.ts'
import { openReader } from '../dataset/reader.ts'
import { resourceOf, withInheritedRoles } from '../dataset/relations.ts'
import { parisDay } from '../kernel/clock.ts'
import type { Language } from '../kernel/text.ts'
import { CommandError, exits } from './ending.ts'
import type { ShownFinding, TableFile } from './table-file.ts'

const memoryBytes = 1024 ** 3

export interface Verdict {
  readonly status: 'accepted' | 'quarantined' | 'refused'
  readonly findings: readonly ShownFinding[]
  /** How each file was understood. */
  readonly previews: readonly Omit<TablePreview, 'findings'>[]
  /** Function and key version of the first-level pseudonyms in them. */
  readonly keys: readonly string[]
}

/** What the node would find, by the same code. Plaintext goes to memory-backed /dev/shm where there is one. */
export async function dryRun(
  input: unknown,
  files: readonly TableFile[],
  { dialect, language }: { dialect: Readonly<Record<string, string>>; language: Language },
): Promise<Verdict> {
  const descriptor = withInheritedRoles(readDescriptor(input))
  const scratch = await mkdtemp(join('/dev/shm', 'huisclos-dry-')).catch(() =>
    mkdtemp(join(tmpdir(), 'huisclos-dry-')),
  )
  try {
    const { findings, previews, keys } = await lookedAt(descriptor, files, { dialect, scratch })
    const shown = findings.map((finding) => show(language, finding))
    return { status: verdictOf(findings), findings: shown, previews, keys }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Throws CommandError with each fault, by path. */
export function readDescriptor(input: unknown): Descriptor {
  const parsed = descriptorSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
  throw new CommandError(['descripteur invalide / invalid descriptor', ...faults].join('\n'), exits.failed)
}

interface Looked extends Pick<Verdict, 'keys'> {
  readonly findings: readonly Finding[]
  readonly previews: readonly TablePreview[]
}

async function lookedAt(
  descriptor: Descriptor,
  files: readonly TableFile[],
  { dialect, scratch }: { dialect: Readonly<Record<string, string>>; scratch: string },
): Promise<Looked> {
  const unknown = files.find(({ table }) => resourceOf(descriptor, table) === undefined)
  if (unknown) throw new CommandError(`${unknown.table}: table inconnue / unknown table`, exits.failed)
  const sent = new Set(files.map(({ table }) => table))
  const absent: readonly Finding[] = descriptor.resources
    .filter(({ name }) => !sent.has(name))
    .map(({ name }) => ({ severity: 'error', rule: 'table.absent', table: name, count: 1 }))
  const read = files.map(({ file }) => resolve(file))
  const reader = await openReader({ descriptor, read, scratch, memoryBytes, threads: 2 })
  try {
    const findings: Finding[] = [...absent]
    const previews: TablePreview[] = []
    for (const one of files) {
      const contentEncoding = one.gzip ? 'gzip' : undefined
      const media = mediaOf({
        contentType: one.type,
        contentEncoding,
        dialect: one.isText ? dialect : {},
      })
      const preview = await reader.preview(one.table, resolve(one.file), media)
      previews.push({ table: one.table, ...preview })
      findings.push(...preview.findings)
    }
    const keys = await reader.keys()
    if (absent.length === 0 && verdictOf(findings) !== 'refused') findings.push(...(await reader.relate()))
    if (absent.length > 0 || verdictOf(findings) !== 'accepted') return { findings, previews, keys }
    const measured = await reader.measure({ today: parisDay(Date.now()) })
    return { findings: [...findings, ...measured.findings], previews, keys }
  } finally {
    reader.close()
  }
}
