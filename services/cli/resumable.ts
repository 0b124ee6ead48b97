/** Sends a file so that a cut costs next to nothing: tus 1.0, from the offset that the node has, again and again. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { ask, askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { hashOf } from './hash-of.ts'
import type { TableFile } from './table-file.ts'
import { type Received, transmit, upload } from './upload.ts'

/** A longer file goes in pieces without being asked to. */
const threshold = 64 * 1024 ** 2

export interface SendingOptions {
  readonly resume?: boolean
  /** Members of the dialect, for a file of text. */
  readonly dialect: Readonly<Record<string, string>>
}

export interface Sending extends SendingOptions {
  readonly deposit: string
  readonly onProgress: (done: number, total: number) => void
  /** Between two attempts; for tests. */
  readonly pause?: (ms: number) => Promise<unknown>
}

interface Begun {
  readonly id: string
  readonly dataset: string
  readonly deposit: string
  readonly bytes: number
  readonly offset: number
  readonly metadata: string
}

/** Sends one table: short files by one PUT, long ones, and all with `--resume`, in pieces. */
export async function sendTable(client: Client, one: TableFile, way: Sending): Promise<Received> {
  if (await isResumable(one, way)) return sendResumable(client, one, way)
  const query = new URLSearchParams(one.isText ? way.dialect : {}).toString()
  return upload(client, {
    path: `/api/v1/deposits/${way.deposit}/tables/${encodeURIComponent(one.table)}${query && `?${query}`}`,
    file: one.file,
    type: one.type,
    gzip: one.gzip,
    onProgress: way.onProgress,
  })
}

async function isResumable(one: TableFile, { resume }: SendingOptions): Promise<boolean> {
  // A file that is not there is told where it is sent.
  const size = await stat(one.file).then(
    (found) => found.size,
    () => null,
  )
  return size !== null && (resume === true || size > threshold)
}

/**
 * The open deposit for which an earlier run of the same command has begun to send one of these files: same bytes, same table,
 * same dialect. Null when there is none, and when no file is one to go in pieces.
 */
export async function depositToResume(
  client: Client,
  files: readonly TableFile[],
  way: SendingOptions & { readonly dataset: string },
): Promise<{ readonly id: string } | null> {
  const own: TableFile[] = []
  for (const one of files) if (await isResumable(one, way)) own.push(one)
  if (own.length === 0) return null
  const begun = (await listed(client)).filter(({ dataset }) => dataset === way.dataset)
  for (const one of begun.length === 0 ? [] : own) {
    const sha256 = await hashOf(createReadStream(one.file))
    const found = begun.find(
      ({ deposit, metadata }) => metadata === metadataOf(one, { ...way, deposit, sha256 }),
    )
    if (found !== undefined) return { id: found.deposit }
  }
  return null
}

async function listed(client: Client): Promise<readonly Begun[]> {
  return (await askJson<{ uploads: readonly Begun[] }>(client, 'GET /api/v1/uploads')).uploads
}

interface Named extends SendingOptions {
  readonly deposit: string
  readonly sha256: string
}

/** The header `Upload-Metadata`: the same file in the same words gives the same text. */
function metadataOf(one: TableFile, { deposit, sha256, dialect }: Named): string {
  const members: Record<string, string> = {
    ...{ deposit, table: one.table, contentType: one.type },
    ...(one.gzip ? { contentEncoding: 'gzip' } : {}),
    ...(one.isText ? dialect : {}),
    sha256,
  }
  return Object.entries(members)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')
}

const tus = { 'tus-resumable': '1.0.0' }
/** Attempts in a row that may bring nothing: some four minutes. */
const most = 12
const firstPauseMs = 500
const longestPauseMs = 30_000

async function sendResumable(client: Client, one: TableFile, way: Sending): Promise<Received> {
  const { pause = wait, onProgress } = way
  const sha256 = await hashOf(createReadStream(one.file))
  const bytes = (await stat(one.file)).size
  const path = await placeOf(client, { metadata: metadataOf(one, { ...way, sha256 }), bytes })
  const attempt = attempts(client, path, { file: one.file, bytes, onProgress })
  for (let failures = 0; ; ) {
    const { ended, moved } = await attempt()
    // The node has compared the hash of what it has with the one that was announced.
    if (ended === 'whole') return { table: one.table, bytes, sha256 }
    failures = moved ? 0 : failures + 1
    if (ended === 'begun') continue
    if (failures >= most) throw givenUp(ended)
    await pause(Math.min(firstPauseMs * 2 ** failures, longestPauseMs))
  }
}

interface Attempted {
  readonly ended: 'whole' | 'begun' | CommandError
  /** Whether the node had more than at the attempt before. */
  readonly moved: boolean
}

/** Each attempt asks the node where it is and sends what is lacking; what may pass is an answer, all else is thrown. */
function attempts(
  client: Client,
  path: string,
  {
    file,
    bytes,
    onProgress,
  }: Pick<Sending, 'onProgress'> & { readonly file: string; readonly bytes: number },
): () => Promise<Attempted> {
  let reached = -1
  return async () => {
    let moved = false
    try {
      const offset = await offsetOf(client, path)
      moved = offset > reached
      reached = offset
      onProgress(offset, bytes)
      if (offset === bytes) return { ended: 'whole', moved }
      await goOn(client, path, { file, offset, onBytes: (done) => onProgress(offset + done, bytes) })
      return { ended: 'begun', moved: true }
    } catch (error) {
      if (!isPassing(error)) throw error
      return { ended: error, moved }
    }
  }
}

/** The upload that an earlier run began, or a new one. */
async function placeOf(
  client: Client,
  { metadata, bytes }: { readonly metadata: string; readonly bytes: number },
): Promise<string> {
  const begun = (await listed(client)).find((each) => each.metadata === metadata && each.bytes === bytes)
  if (begun !== undefined) return `/api/v1/uploads/${begun.id}`
  const headers = { ...tus, 'upload-length': String(bytes), 'upload-metadata': metadata }
  const { id } = await askJson<Begun>(client, 'POST /api/v1/uploads', { headers })
  return `/api/v1/uploads/${id}`
}

async function offsetOf(client: Client, path: string): Promise<number> {
  const answer = await ask(client, `HEAD ${path}`, { headers: tus })
  return Number(answer.headers.get('upload-offset'))
}

interface Rest {
  readonly file: string
  readonly offset: number
  readonly onBytes: (done: number) => void
}

async function goOn(client: Client, path: string, { file, offset, onBytes }: Rest): Promise<void> {
  const headers = {
    ...tus,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
    'content-length': (await stat(file)).size - offset,
  }
  await transmit(client, `PATCH ${path}`, { headers, from: { file, start: offset }, onBytes })
}

/** A connection that was cut, a node that starts again, a disk that is full for now, a writer that is just being relieved. */
function isPassing(error: unknown): error is CommandError {
  if (!(error instanceof CommandError)) return false
  return error.exit === exits.unavailable || error.problem?.code === 'CONFLICT'
}

function givenUp({ message, exit, problem }: CommandError): CommandError {
  const hint = 'relancez la même commande pour reprendre / run the same command again to go on'
  return new CommandError(`${message}\n→ ${hint}`, exit, problem)
}
