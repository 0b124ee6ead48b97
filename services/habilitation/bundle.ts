/** A bundle of rules as files: read from a folder or handed in, named by the hash of all of it. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { canonical, sha256 } from '../kernel/hash.ts'

export interface PolicyFile {
  /** Below the folder, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Bundle {
  /** SHA-256 of the index: the name of the bundle. */
  readonly sha256: string
  /** Canonical JSON of every path with the SHA-256 of its text, in the order of the paths. */
  readonly index: string
  readonly files: readonly PolicyFile[]
}

/** Bounds what an entry of the log must be able to name, and what a proposal may carry. */
const bundleLimits = { files: 64, pathLength: 60, textLength: 400_000 } as const

const file = z.strictObject({
  path: z
    .string()
    .max(bundleLimits.pathLength)
    .regex(/^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*\.[a-z]+$/),
  text: z.string().max(bundleLimits.textLength),
})

/** Files of a bundle from outside. */
export const policyFiles = z
  .array(file)
  .min(1)
  .max(bundleLimits.files)
  .refine((files) => new Set(files.map(({ path }) => path)).size === files.length, 'a path is there twice')

/** The bundle of these files, whatever their order: its hash is that of the content alone. */
export function bundleOf(files: readonly PolicyFile[]): Bundle {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const index = canonical(sorted.map(({ path, text }) => [path, sha256(text)]))
  return { sha256: sha256(index), index, files: sorted }
}

/** Every file of a folder. Error when there are too many, or one is not named as a policy is. */
export async function readBundle(folder: string): Promise<Bundle> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
  )
  const read = policyFiles.safeParse(files)
  if (!read.success) throw new Error(`policies: ${z.prettifyError(read.error)}`)
  return bundleOf(read.data)
}

/** What must be kept, each under its own hash, to have the bundle again. */
export function textsOf({ index, files }: Bundle): readonly string[] {
  return [index, ...files.map(({ text }) => text)]
}

const policyIndex = z.array(z.tuple([z.string(), z.string()]))

/** The files of an index, each with its hash. Throws on a text that is no index. */
export function filesOf(index: string): ReadonlyMap<string, string> {
  return new Map(policyIndex.parse(JSON.parse(index)))
}

/** The bundle of this hash from texts that were kept; null when it or one of its files is gone. */
export async function keptBundle(
  name: string,
  kept: (sha256: string) => Promise<string | null>,
): Promise<Bundle | null> {
  const index = await kept(name)
  if (index === null) return null
  const files: PolicyFile[] = []
  for (const [path, hash] of filesOf(index)) {
    const text = await kept(hash)
    if (text === null) return null
    files.push({ path, text })
  }
  return { sha256: name, index, files }
}

/** Paths that are in one only, or not with the same text; in their order. */
export function changedPaths(before: string, now: string): readonly string[] {
  const [old, fresh] = [filesOf(before), filesOf(now)]
  const paths = new Set([...old.keys(), ...fresh.keys()])
  return [...paths].filter((path) => old.get(path) !== fresh.get(path)).sort()
}
