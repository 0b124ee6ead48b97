/**
 * The generation of the extracts of a project: which folder stands for each line, and which opt-outs it is without. It is one small
 * file that takes its place by one rename, so that whoever reads finds the old generation or the new one.
 *
 *     bulles/<project>/generation.json          absent while no opt-out has reached the open project
 *     bulles/<project>/<line>                   a line as it was sealed first
 *     bulles/<project>/<line>-<generation>      the same without those who left
 *     bulles/<project>/left-<generation>.parquet.sealed    pseudonyms in the project of those who left, for lines to come
 */
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { canonical } from '../kernel/hash.ts'
import { absentIs } from './absent.ts'

const count = z.number().int().nonnegative()
/** Why persons left: enough of them had objected, or one of them had waited for as long as anybody may. */
export const departures = ['batch', 'delay'] as const
export type Departing = (typeof departures)[number]

const changeSchema = z.strictObject({
  domain: z.string(),
  generation: count,
  at: z.number(),
  /** Of the list of opt-outs. */
  version: count,
  /** Persons who objected and were in the extract, as a band. */
  removed: z.string(),
  because: z.enum(departures),
})
export type Change = z.infer<typeof changeSchema>

const generationSchema = z.strictObject({
  format: z.literal(1),
  number: count,
  /** By line; a line that is not here stands in the folder of its own name. */
  folders: z.record(z.string(), z.string()),
  domains: z.record(
    z.string(),
    z.strictObject({ since: count, version: count, left: z.string().optional() }),
  ),
  changes: z.array(changeSchema),
})
export type Generation = z.infer<typeof generationSchema>

/** The extracts as they were sealed. */
const first: Generation = { format: 1, number: 0, folders: {}, domains: {}, changes: [] }
const file = 'generation.json'

export async function readGeneration(folder: string): Promise<Generation> {
  const text = await readFile(join(folder, file), 'utf8').catch(absentIs(null))
  return text === null ? first : generationSchema.parse(JSON.parse(text))
}

/** The text that `publishGeneration` writes: its hash is what the log keeps. */
export function textOf(generation: Generation): string {
  return canonical(generation)
}

/** From here on the new generation is the one that is read. */
export async function publishGeneration(folder: string, generation: Generation): Promise<void> {
  const part = join(folder, `${file}.new`)
  await writeFile(part, textOf(generation), { mode: 0o600 })
  await syncPath(part)
  await rename(part, join(folder, file))
  await syncPath(folder)
}

export async function syncPath(path: string): Promise<void> {
  const opened = await open(path, 'r')
  await opened.sync()
  await opened.close()
}

/** Where a line stands in a generation. */
export function folderIn({ folders }: Generation, key: string): string {
  return folders[key] ?? key
}

const folderName = /^[0-9a-f]{24}(-\d+)?$/

/** Whether a file of a project is a list of those who left. */
export function isLeftList(name: string): boolean {
  return /^left-\d+\.parquet$/.test(name)
}

/** Of the names in the folder of a project, those that a generation has left behind. */
export function supersededIn(generation: Generation, names: readonly string[]): readonly string[] {
  const lefts = new Set(Object.values(generation.domains).map(({ left }) => left))
  return names.filter((name) => {
    if (isLeftList(name)) return !lefts.has(name)
    return folderName.test(name) && folderIn(generation, name.slice(0, 24)) !== name
  })
}
