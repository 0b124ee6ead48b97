/**
 * Files of every format, broken by a seed, given to a reader in its process: each must be accepted or refused within its
 * limits, and nothing that is said of it may repeat a value of it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { mediaOf } from '../../services/dataset/media.ts'
import { failureOf } from '../../services/engine/failure.ts'
import { type Process, startProcess } from '../../services/engine/process.ts'
import { seeded } from '../audit/seeded.ts'
import { queryParquet } from '../dataset/parquet.ts'
import { zip } from '../dataset/zip.ts'

/** Stands in many cells: it must be in nothing that is said. */
const canary = 'ZZCANARY'
/** What one file may take (security.md 14, MAL). */
const fileMs = 10_000
const memoryBytes = 512 * 1024 ** 2
const rows = 400

interface Sound {
  readonly body: Buffer
  readonly type: string
  readonly encoding?: string
}

/** The same rows in each format. */
async function soundFiles(folder: string): Promise<ReadonlyMap<string, Sound>> {
  const ids = Array.from({ length: rows }, (_, index) => index)
  const csv = `id;label\n${ids.map((id) => `${id};"${canary} é\n${id}"\n`).join('')}`
  const json = ids.map((id) => `${JSON.stringify({ id, label: `${canary}${id}` })}\n`).join('')
  const resource = { resourceType: 'Patient', gender: canary }
  const fhir = ids.map((id) => `${JSON.stringify({ ...resource, id: `${id}` })}\n`).join('')
  const table = new Table({
    id: vectorFromArray(ids, new Int32()),
    label: vectorFromArray(
      ids.map((id) => `${canary}${id}`),
      new Utf8(),
    ),
  })
  const path = join(folder, 'sound.parquet')
  await queryParquet(
    `COPY (SELECT i AS id, '${canary}' || i AS label FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 100)`,
  )
  const arrow = 'application/vnd.apache.arrow'
  return new Map<string, Sound>([
    ['csv', { body: Buffer.from(csv), type: 'text/csv' }],
    ['gzip', { body: gzipSync(csv), type: 'text/csv', encoding: 'gzip' }],
    ['zip', { body: zip([{ name: 'a.csv', content: csv }]), type: 'application/zip' }],
    ['zip-stored', { body: zip([{ name: 'a.csv', content: csv, stored: true }]), type: 'application/zip' }],
    ['ndjson', { body: Buffer.from(json), type: 'application/x-ndjson' }],
    ['fhir', { body: Buffer.from(fhir), type: 'application/fhir+ndjson' }],
    ['fixed', { body: Buffer.from(csv), type: 'text/plain' }],
    ['parquet', { body: await readFile(path), type: 'application/vnd.apache.parquet' }],
    ['arrow-stream', { body: Buffer.from(tableToIPC(table, 'stream')), type: `${arrow}.stream` }],
    ['arrow-file', { body: Buffer.from(tableToIPC(table, 'file')), type: `${arrow}.file` }],
  ])
}

/** Cut, flipped, swapped, repeated, or with a length that lies. */
function broken(sound: Buffer, random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  const bytes = Buffer.from(sound)
  switch (below(5)) {
    case 0:
      return bytes.subarray(0, below(bytes.length))
    case 1: {
      for (let flips = 1 + below(8); flips > 0; flips -= 1) {
        const at = below(bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
      }
      return bytes
    }
    case 2: {
      const [a = 0, b = 0, c = 0] = [below(bytes.length), below(bytes.length), below(bytes.length)].sort(
        (x, y) => x - y,
      )
      return Buffer.concat([
        bytes.subarray(0, a),
        bytes.subarray(b, c),
        bytes.subarray(a, b),
        bytes.subarray(c),
      ])
    }
    case 3: {
      const at = below(bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(at + 1))])
    }
    default: {
      const lie = [0xffffffff, 0x7fffffff, 0x80000000, 0][below(4)] ?? 0
      bytes.writeUInt32LE(lie, below(bytes.length - 4))
      return bytes
    }
  }
}

export interface MalformedFigures {
  readonly files: number
  readonly accepted: number
  readonly refused: number
  /** Readers that died or gave up within the limits: such a deposit is refused as well. */
  readonly stopped: number
  /** Files that took longer than they may, by name and number. */
  readonly slow: readonly string[]
  /** Files of which a value was repeated. */
  readonly told: readonly string[]
  /** Sound files that were not accepted. */
  readonly unread: readonly string[]
}

type Outcome = 'accepted' | 'refused' | 'stopped' | 'slow' | 'told'

export async function main(
  seed: number,
  perFormat: number,
  say: (line: string) => void = () => {},
): Promise<MalformedFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-malformed-'))
  const reader = await openReading(folder)
  const random = seeded(seed)
  const counts: Record<Outcome, string[]> = { accepted: [], refused: [], stopped: [], slow: [], told: [] }
  const unread: string[] = []
  try {
    for (const [name, sound] of await soundFiles(folder)) {
      const whole = await reader.read(sound, sound.body)
      // Text that is no fixed-width file is refused as a whole; it is here for its lines.
      if (whole !== 'accepted' && name !== 'fixed') unread.push(name)
      for (let number = 0; number < perFormat; number += 1) {
        counts[await reader.read(sound, broken(sound.body, random))].push(`${name}#${number}`)
      }
      say(`${name}: ${perFormat} files`)
    }
  } finally {
    await reader.close()
    await rm(folder, { recursive: true, force: true })
  }
  const { accepted, refused, stopped, slow, told } = counts
  const files = Object.values(counts).flat().length
  return {
    files,
    accepted: accepted.length,
    refused: refused.length,
    stopped: stopped.length,
    slow,
    told,
    unread,
  }
}

/** A reader in its process, started again when it has died. */
async function openReading(folder: string) {
  // A folder, so that each file of it is seen in the box of a reader that goes on.
  const sent = join(folder, 'sent')
  const path = join(sent, 'rows')
  await mkdir(sent, { recursive: true })
  const fieldsOf = (isFhir: boolean) =>
    isFhir
      ? [{ name: 'patient_id' }, { name: 'gender' }]
      : [
          { name: 'id', type: 'integer', position: [1, 2] },
          { name: 'label', position: [3, 4] },
        ]
  let open: { readonly reader: Process; readonly isFhir: boolean } | undefined
  const readerFor = async (type: string): Promise<Process> => {
    const isFhir = type === 'application/fhir+ndjson'
    if (open?.isFhir === isFhir && open.reader.alive) return open.reader
    open?.reader.kill()
    await open?.reader.closed
    const scratch = join(folder, 'scratch')
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch)
    const entry = new URL('../../services/dataset/reader-worker.ts', import.meta.url)
    const reader = await startProcess({
      entry,
      name: 'reader',
      memoryBytes,
      box: { read: [sent], write: [scratch] },
    })
    const resources = [{ name: 'rows', schema: { fields: fieldsOf(isFhir) } }]
    const dataset = { name: 'rows', kind: 'non-personal', holder: 'chu-rouen', resources }
    const descriptor = descriptorSchema.parse(dataset)
    await reader.call(
      'open',
      { descriptor, read: [path], scratch, memoryBytes, threads: 1 },
      { timeoutMs: fileMs },
    )
    open = { reader, isFhir }
    return reader
  }
  return {
    async read({ type, encoding }: Sound, body: Buffer): Promise<Outcome> {
      const reader = await readerFor(type)
      await writeFile(path, body)
      const media = mediaOf({ contentType: type, contentEncoding: encoding })
      try {
        const answer = await reader.call('read', { table: 'rows', path, media }, { timeoutMs: fileMs })
        if (JSON.stringify(answer).includes(canary)) return 'told'
        const { findings } = answer as { findings: readonly { severity: string }[] }
        return findings.some(({ severity }) => severity === 'error') ? 'refused' : 'accepted'
      } catch (error) {
        return failureOf(error) === 'deadline' ? 'slow' : 'stopped'
      }
    },
    async close() {
      open?.reader.kill()
      await open?.reader.closed
    },
  }
}
