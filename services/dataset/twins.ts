/**
 * The twins of datasets as extracts that the engine reads: sealed by the same process as the extract of a permit, so that a
 * statement meets the same columns, types and pseudonyms. Nothing secret is in one, its key included.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Column, Releaser, Value } from '../engine/engine.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Bulle } from './bulle.ts'
import { bulleTable } from './bulle-of.ts'
import { restTypes } from './convert.ts'
import type { Descriptor, Field, Resource } from './descriptor.ts'
import { domainOf } from './relations.ts'
import { described, sealByOrder } from './sealing.ts'
import { twinOf } from './twin.ts'

export interface TwinsNeeds {
  readonly home: string
  readonly log: Log
  /** Writes the invented rows as files. */
  readonly releaser: Pick<Releaser, 'encode'>
}

export interface Twins extends Closable {
  /** The twin as the extract of a project that has all of it. Made when it is first asked for. */
  of(descriptor: Descriptor): Promise<Bulle>
  /** The invented rows of one table, as Parquet. */
  parquet(descriptor: Descriptor, table: string): Promise<Uint8Array>
}

/** Stands for the project of a twin; no permit has such a number. */
const nobody = 'twin'
const memoryBytes = 512 * 1024 ** 2
/** Descriptors whose twin is kept: enough for those that people try at the same time. */
const kept = 200

interface Made {
  readonly bulle: Bulle
  readonly rows: string
}

export function openTwins({ home, log, releaser }: TwinsNeeds): Twins {
  const folder = join(home, 'twins')
  const stopped = new AbortController()
  const made = new Map<string, Promise<Made>>()
  const of = (descriptor: Descriptor): Promise<Made> => {
    const id = sha256(canonical(descriptor)).slice(0, 24)
    const known = made.get(id)
    if (known !== undefined) return known
    const making = make(
      { log, releaser, signal: stopped },
      { id, descriptor, folder: join(folder, id) },
    ).catch((error: unknown) => {
      // The next who asks tries again.
      made.delete(id)
      throw error
    })
    made.set(id, making)
    const [oldest = id] = made.keys()
    if (made.size > kept) made.delete(oldest)
    return making
  }
  return {
    of: async (descriptor) => (await of(descriptor)).bulle,
    parquet: async (descriptor, table) => readFile(join((await of(descriptor)).rows, `${table}.parquet`)),
    async close() {
      stopped.abort()
      await Promise.allSettled(made.values())
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Making {
  readonly id: string
  readonly descriptor: Descriptor
  readonly folder: string
}

async function make(
  needs: Pick<TwinsNeeds, 'log' | 'releaser'> & { readonly signal: AbortController },
  { id, descriptor, folder }: Making,
): Promise<Made> {
  const [rows, out] = [join(folder, 'rows'), join(folder, 'extract')]
  await rm(folder, { recursive: true, force: true })
  for (const one of [rows, out]) await mkdir(one, { recursive: true, mode: 0o700 })
  for (const resource of descriptor.resources) {
    const bytes = await needs.releaser.encode(typedRows(descriptor, resource), 'parquet')
    await writeFile(join(rows, `${resource.name}.parquet`), bytes, { mode: 0o600 })
  }
  const tables = descriptor.resources.map(({ name, schema }) => ({
    name,
    columns: schema.fields.map((field) => field.name),
  }))
  const key = Buffer.from(sha256(id), 'hex')
  const sealed = await sealByOrder(needs, { descriptor, version: rows, out, key, tables, memoryBytes })
  const place = { extract: { dataset: descriptor.name, domain: domainOf(descriptor) }, folder: out }
  const k = Math.max(11, descriptor.threshold)
  const bulle: Bulle = {
    id: `${nobody}-${id}`,
    project: nobody,
    k,
    tables: sealed.tables.map((table) => bulleTable(place, described(descriptor, table))),
    datasets: [{ name: descriptor.name, version: 0, holder: descriptor.holder, k }],
  }
  return { bulle, rows }
}

function typedRows(descriptor: Descriptor, resource: Resource) {
  const { fields } = resource.schema
  const columns: readonly Column[] = fields.map(({ name, type }) => ({ name, type: restTypes[type] }))
  const { rows } = twinOf(descriptor, resource)
  return { columns, rows: rows.map((row) => fields.map((field, at) => typedValue(field, row[at] ?? ''))) }
}

/** Codes are written as their holder likes: what is not of the type of its column stays empty, as a deposit would have it. */
function typedValue({ type }: Field, value: string | number): Value {
  switch (type) {
    case 'string':
      return String(value)
    case 'integer':
      return Number.isSafeInteger(Number(value)) ? Number(value) : null
    case 'number':
      return Number.isFinite(Number(value)) ? Number(value) : null
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : null
    default:
      return instants[type].test(String(value)) ? String(value) : null
  }
}

const instants = {
  date: /^\d{4}-\d\d-\d\d$/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
  time: /^\d\d:\d\d:\d\d$/,
} as const
