/**
 * What was harvested, one file per source in the home of the node: written by the round of the node or by the command, read
 * for the catalogue. It is public and of others; what is lost is harvested again.
 */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { absentIs } from '../absent.ts'
import type { ForeignDataset } from './foreign.ts'

/** Name of a source, as the catalogue shows it. */
export const sourceName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/)

const dataset = z.strictObject({
  iri: z.string(),
  title: z.string(),
  description: z.string().exactOptional(),
  keywords: z.array(z.string()),
  publisher: z.string().exactOptional(),
  licences: z.array(z.string()),
  provenance: z.string().exactOptional(),
  modified: z.string().exactOptional(),
  page: z.string().exactOptional(),
})

const fileSchema = z.strictObject({
  format: z.literal(1),
  source: sourceName,
  /** Where it was harvested. */
  from: z.string(),
  harvestedAt: z.number(),
  datasets: z.array(dataset),
  /** Datasets that the source had once and has no more, and when that was seen. */
  withdrawn: z.array(z.strictObject({ iri: z.string(), at: z.number() })),
})
export type Harvested = z.infer<typeof fileSchema>

export interface HarvestedCatalogues {
  list(): Promise<readonly Harvested[]>
  find(source: string): Promise<Harvested | null>
  /** Takes a whole harvest in the place of the one before; what is not in it any more is withdrawn. */
  take(harvest: Taken): Promise<Harvested>
}

interface Taken {
  readonly source: string
  readonly from: string
  readonly at: number
  readonly datasets: readonly ForeignDataset[]
}

export function openHarvested({ home }: { readonly home: string }): HarvestedCatalogues {
  const folder = join(home, 'harvested')
  const pathOf = (source: string) => join(folder, `${sourceName.parse(source)}.json`)
  const read = new Map<string, { readonly changed: number; readonly file: Harvested }>()
  const find = async (source: string): Promise<Harvested | null> => {
    const path = pathOf(source)
    const changed = await stat(path).then(({ mtimeMs }) => mtimeMs, absentIs(null))
    if (changed === null) return null
    const known = read.get(source)
    if (known?.changed === changed) return known.file
    const file = fileSchema.parse(JSON.parse(await readFile(path, 'utf8')))
    read.set(source, { changed, file })
    return file
  }
  return {
    find,
    async list() {
      const names = (await readdir(folder).catch(absentIs([]))).filter((one) => one.endsWith('.json')).sort()
      const all = await Promise.all(names.map((one) => find(one.slice(0, -'.json'.length))))
      return all.flatMap((one) => (one === null ? [] : [one]))
    },
    async take({ source, from, at, datasets }) {
      const file: Harvested = {
        ...{ format: 1, source, from, harvestedAt: at },
        datasets: datasets.map((one) => ({
          ...one,
          keywords: [...one.keywords],
          licences: [...one.licences],
        })),
        withdrawn: withdrawnOf(await find(source), { datasets, at }),
      }
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = pathOf(source)
      await writeFile(`${path}.new`, JSON.stringify(file), { mode: 0o600 })
      await rename(`${path}.new`, path)
      return file
    },
  }
}

function withdrawnOf(
  before: Harvested | null,
  { datasets, at }: Pick<Taken, 'datasets' | 'at'>,
): Harvested['withdrawn'] {
  const there = new Set(datasets.map(({ iri }) => iri))
  const known = before?.withdrawn.filter(({ iri }) => !there.has(iri)) ?? []
  const gone = before?.datasets.filter(({ iri }) => !there.has(iri)) ?? []
  return [...known, ...gone.map(({ iri }) => ({ iri, at }))]
}
