/** A catalogue in a file, for a source that cannot be reached from here. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from './harvest.ts'
import { HarvestError, limits } from './harvest-error.ts'

const types: readonly (readonly [RegExp, string])[] = [
  [/\.ttl$/i, 'text/turtle'],
  [/\.(jsonld|json)$/i, 'application/ld+json'],
]

/** Its name says what it is written in. Throws HarvestError: `type`, `answer`, `size`. */
export async function openPage(path: string): Promise<Page> {
  const type = types.find(([name]) => name.test(path))?.[1]
  if (type === undefined) throw new HarvestError('type')
  const file = await open(path).catch(() => {
    throw new HarvestError('answer')
  })
  try {
    if ((await file.stat()).size > limits.pageBytes) throw new HarvestError('size')
    return { text: await file.readFile('utf8'), type, address: pathToFileURL(resolve(path)).href }
  } finally {
    await file.close()
  }
}
