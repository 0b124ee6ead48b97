/**
 * The files of requests, under the home folder: `attachments/<uuid>`, written once, named by chance, read by that name alone. A
 * crash leaves at most a file that no request names; `sweep` removes those at the next start.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { lacks } from './guard.ts'
import { pdfFault } from './pdf.ts'

export interface DocumentLimits {
  /** Of one document. */
  readonly maxBytes: number
  /** Documents of one request. */
  readonly most: number
}

/** One document, on disk. */
interface Received {
  readonly attachment: string
  readonly bytes: number
  readonly sha256: string
}

export interface Documents {
  readonly limits: DocumentLimits
  /** Reads, checks and keeps a document; durable when it resolves. Refusals: TOO_LARGE, INVALID for anything but a plain PDF. */
  receive(body: AsyncIterable<Uint8Array>): Promise<Received>
  /** The bytes of a document; an Error when they are gone or no longer the same. */
  read(document: Received): Promise<Buffer>
  forget(attachment: string): Promise<void>
  /** Removes what no request names. */
  sweep(named: ReadonlySet<string>): Promise<void>
}

/** The folder is made when the first document comes. */
export function openDocuments({ folder, limits }: { folder: string; limits: DocumentLimits }): Documents {
  return {
    limits,
    async receive(body) {
      const bytes = await collected(body, limits.maxBytes)
      const fault = pdfFault(bytes)
      if (fault !== null)
        throw new Refusal('INVALID', { rule: 'attachment.form', missing: [lacks('file', fault)] })
      const attachment = randomUUID()
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await write(join(folder, attachment), bytes)
      return { attachment, bytes: bytes.length, sha256: sha256(bytes) }
    },
    async read({ attachment, sha256: expected }) {
      const bytes = await readFile(join(folder, attachment))
      if (sha256(bytes) !== expected) throw new Error('a document is not the one that was received')
      return bytes
    },
    forget: (attachment) => rm(join(folder, attachment), { force: true }),
    async sweep(named) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const found = await readdir(folder)
      for (const file of found) if (!named.has(file)) await rm(join(folder, file), { force: true })
    },
  }
}

async function collected(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Refusal('TOO_LARGE', { rule: 'attachment.size' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Whole and flushed under its name, or not there at all. */
async function write(path: string, bytes: Buffer): Promise<void> {
  const part = `${path}.part`
  const file = await open(part, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}
