/** Sends a file so that a cut, a pause or a reload costs next to nothing: tus 1.0, from the offset that the node has. */
import { queryOptions } from '@tanstack/react-query'
import type { DetailedError, Upload } from 'tus-js-client'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { Problem, type ProblemBody, Silence } from '../../problem.ts'
import type { FileType } from './file-type.ts'

type Begun = components['schemas']['Upload']

/** What this person has begun to send for deposits that are still open. */
export const uploadsQuery = queryOptions({
  queryKey: ['uploads'],
  queryFn: async () => (await told(api.GET('/api/v1/uploads'))).uploads,
})

export interface Sending {
  pause(): void
  resume(): void
}

export interface ToSend {
  readonly deposit: string
  readonly table: string
  readonly file: File
  readonly type: FileType
}

export interface Hearing {
  readonly onProgress: (sent: number) => void
  readonly onDone: () => void
  readonly onError: (error: unknown) => void
}

const tus = { 'Tus-Resumable': '1.0.0' }
/** A cut costs at most so much; each piece is an entry of the log. */
const pieceBytes = 32 * 1024 ** 2
/** What a page can hash, for which it must hold the whole; a longer file goes on after a pause or a cut, not after a reload. */
const hashedBytes = 1024 ** 3
const retryDelays = [500, 1000, 2000, 4000, 8000, 16_000, 30_000]

/** Goes on with an upload of the same file, or begins one. Rejects with the Problem of a refusal. */
export async function beginSending(what: ToSend, hearing: Hearing): Promise<Sending> {
  const sha256 = what.file.size <= hashedBytes ? await hashOf(what.file) : undefined
  const { id } = (await sameBegun(what, sha256)) ?? (await begin(what, sha256))
  const { Upload } = await import('tus-js-client')
  const upload = new Upload(what.file, {
    // The page's own origin, by whatever name the browser knows the node.
    uploadUrl: `${window.location.origin}/api/v1/uploads/${id}`,
    chunkSize: pieceBytes,
    retryDelays,
    storeFingerprintForResuming: false,
    onProgress: hearing.onProgress,
    onSuccess: hearing.onDone,
    onError: (error) => hearing.onError(problemOf(error)),
  })
  upload.start()
  return controls(upload)
}

function controls(upload: Upload): Sending {
  return {
    pause: () => void upload.abort(),
    resume: () => upload.start(),
  }
}

async function begin({ deposit, table, file, type }: ToSend, sha256: string | undefined): Promise<Begun> {
  const metadata = metadataOf({ deposit, table, ...type, ...(sha256 === undefined ? {} : { sha256 }) })
  const headers = { ...tus, 'Upload-Length': String(file.size), 'Upload-Metadata': metadata }
  return told(api.POST('/api/v1/uploads', { headers }))
}

/** An upload of this table that stopped on the way, if its hash is that of this file; any other is given up, and never mixed. */
async function sameBegun({ deposit, table }: ToSend, sha256: string | undefined): Promise<Begun | undefined> {
  const { uploads } = await told(api.GET('/api/v1/uploads'))
  const begun = uploads.filter((one) => isUnfinished(one) && one.deposit === deposit && one.table === table)
  const same = begun.find((one) => sha256 !== undefined && one.sha256 === sha256)
  for (const { id } of begun.filter((one) => one !== same))
    await told(api.DELETE('/api/v1/uploads/{id}', { params: { path: { id } }, headers: tus }))
  return same
}

export function isUnfinished({ offset, bytes }: Begun): boolean {
  return offset < bytes
}

/** The header `Upload-Metadata`. The name of the file is not among it: it may name a patient. */
function metadataOf(members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .map(([name, value]) => `${name} ${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}`)
    .join(',')
}

async function hashOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function problemOf(error: Error | DetailedError): unknown {
  const text = 'originalResponse' in error ? error.originalResponse?.getBody() : undefined
  try {
    return new Problem(JSON.parse(text ?? '') as ProblemBody)
  } catch {
    return new Silence(error)
  }
}
