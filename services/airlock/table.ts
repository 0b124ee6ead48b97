/** A file of a release as rows, read by a process in a box; nothing that was sent is parsed in this one. */
import { z } from 'zod'
import { startProcess } from '../engine/process.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'

export interface ReadRequest {
  readonly path: string
  /** A folder that it may write to; nothing is left in it. */
  readonly scratch: string
  readonly memoryBytes: number
  /** Rows to give back at most. */
  readonly most: number
  /** CSV with a header, or plain lines as a table of one column. */
  readonly as: 'csv' | 'lines'
}

const readFile = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
  /** There are more rows than were given back. */
  more: z.boolean(),
  /** What the detectors of deposits say, by column and line. */
  identifiers: z.array(
    z.object({
      severity: z.string(),
      rule: z.string(),
      column: z.string().optional(),
      lines: z.array(z.number()).optional(),
      count: z.number(),
    }),
  ),
})
/** Values are text as they were sent; null where there is none. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly more: boolean
}
export type ReadFile = z.input<typeof readFile>

const MIB = 1024 * 1024
const memoryBytes = 768 * MIB
const timeoutMs = 60_000

/** Null for what cannot be read as what it is said to be. Refusal UNAVAILABLE when no process comes up. */
export async function readSent(
  asked: Pick<ReadRequest, 'path' | 'scratch' | 'most' | 'as'>,
  log: Log,
): Promise<ReadFile | null> {
  const entry = new URL('./table-worker.ts', import.meta.url)
  const box = { read: [asked.path], write: [asked.scratch] }
  const reader = await startProcess({ entry, name: 'airlock', memoryBytes, box, log }).catch(unavailable)
  try {
    return readFile.parse(await reader.call('read', { ...asked, memoryBytes }, { timeoutMs }))
  } catch (error) {
    if (error instanceof Refusal && error.code === 'QUERY_FAILED') return null
    throw error
  } finally {
    reader.kill()
    await reader.closed
  }
}

function unavailable(cause: unknown): never {
  throw new Refusal('UNAVAILABLE', { rule: 'airlock.reader' }, { cause })
}
