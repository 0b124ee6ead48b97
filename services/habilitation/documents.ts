/**
 * The files of requests, under the home folder: `attachments/<uuid>.sealed`, written once, named by chance, read by that name alone,
 * each under a key of its own. A crash leaves at most a file or a key that no request names; `sweep` removes the files at the next start.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { collected } from '../kernel/collected.ts'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AtRest, type SealedPlace, unsealedName } from '../keys/at-rest.ts'
import { SealedDamaged } from '../keys/chunks.ts'
import { lacks } from './lacking.ts'
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

interface DocumentsNeeds {
  readonly home: string
  readonly limits: DocumentLimits
  readonly atRest: Pick<AtRest, 'write' | 'read' | 'remove' | 'destroy'>
}

/** As what a document is sealed: part of the derivation of its key. */
export function attachmentPlace(home: string, attachment: string): SealedPlace {
  return { folder: join(home, 'attachments'), kind: 'attachment', of: attachment, version: 1 }
}

/** The folder is made when the first document comes. */
export function openDocuments({ home, limits, atRest }: DocumentsNeeds): Documents {
  const { folder } = attachmentPlace(home, '')
  const placeOf = (attachment: string) => attachmentPlace(home, attachment)
  const forget = async (attachment: string) => {
    const place = placeOf(attachment)
    await atRest.destroy(place)
    await atRest.remove(place, attachment)
  }
  return {
    forget,
    limits,
    async receive(body) {
      const bytes = await collected(body, { maxBytes: limits.maxBytes, rule: 'attachment.size' })
      const fault = pdfFault(bytes)
      if (fault !== null)
        throw new Refusal('INVALID', { rule: 'attachment.form', missing: [lacks('file', fault)] })
      const attachment = randomUUID()
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await atRest.write(placeOf(attachment), attachment, bytes)
      return { attachment, bytes: bytes.length, sha256: sha256(bytes) }
    },
    async read({ attachment, sha256: expected }) {
      const bytes = await atRest.read(placeOf(attachment), attachment).catch(notTheOne)
      if (sha256(bytes) !== expected) return notTheOne()
      return bytes
    },
    async sweep(named) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      for (const file of await readdir(folder)) {
        const attachment = unsealedName(file)
        if (attachment === undefined) await rm(join(folder, file), { force: true })
        else if (!named.has(attachment)) await forget(attachment)
      }
    },
  }
}

function notTheOne(cause?: unknown): never {
  if (cause !== undefined && !(cause instanceof SealedDamaged)) throw cause
  throw new Error('a document is not the one that was received', { cause })
}
