/** The use-cases of uploads that may be cut and gone on with (tus 1.0). A finished one is a table of its deposit, as if it had been PUT. */

import { randomUUID } from 'node:crypto'
import type { Person } from '../identity/person.ts'
import { samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type DepositNeeds, depositOf, enterTable, openPlace, uploadLimit } from './deposit.ts'
import type { UploadFiles } from './upload-files.ts'
import { readMetadata } from './upload-metadata.ts'
import type { UploadRegister, UploadRow } from './upload-register.ts'
import type { Turns } from './upload-turns.ts'

export interface UploadNeeds {
  readonly deposits: DepositNeeds
  readonly uploads: UploadRegister
  readonly files: UploadFiles
  readonly turns: Turns
}

export interface ShownUpload {
  readonly id: string
  readonly dataset: string
  readonly deposit: string
  readonly table: string
  readonly bytes: number
  /** On disk: where to go on. */
  readonly offset: number
  readonly sha256?: string
  readonly metadata: string
  readonly expiresAt: string
}

/** An unfinished upload is kept so long after its last byte. */
const keptMs = 7 * 24 * 3_600_000
/** Unfinished uploads of one person. */
const most = 32

export const longestUpload = uploadLimit

/** Who has no deposits learns nothing more of this door. */
function insistHolder(by: Person): void {
  if (!by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'deposit.role' })
}

/**
 * Begins an upload. Nothing is taken that could not be kept: TOO_LARGE beyond 2 GiB, QUOTA_EXCEEDED beyond 32 unfinished ones,
 * UNAVAILABLE where the disk has no room for it beside what others announced; then the refusals of a PUT.
 */
export async function beginUpload(
  needs: UploadNeeds,
  by: Person,
  asked: { readonly bytes: number; readonly metadata: string },
): Promise<ShownUpload> {
  const { bytes, metadata } = asked
  insistHolder(by)
  const { deposit: into, table, sha256 } = readMetadata(metadata)
  const { deposit } = await openPlace(needs.deposits, by, { deposit: into, table })
  if (bytes > uploadLimit) throw new Refusal('TOO_LARGE', { rule: 'deposit.size' })
  await insistOnRoom(needs, by, bytes)
  const id = randomUUID()
  await record(
    needs,
    { type: 'upload.begun', dataset: deposit.dataset, deposit: deposit.id, table, bytes },
    by,
  )
  await needs.files.create(id)
  await needs.uploads.add({
    ...{ id, deposit: deposit.id, table, metadata, bytes },
    opener: { issuer: by.issuer, subject: by.subject },
    expiresAt: expiry(needs),
    ...(sha256 === undefined ? {} : { sha256 }),
  })
  const upload = await uploadOf(needs, by, id)
  if (bytes === 0) await finish(needs, by, upload)
  return shown(upload)
}

async function insistOnRoom(needs: UploadNeeds, by: Person, bytes: number): Promise<void> {
  const unfinished = (await needs.uploads.all()).filter((one) => !one.finished)
  const own = unfinished.filter(({ opener }) => samePerson(opener, by))
  if (own.length >= most) throw new Refusal('QUOTA_EXCEEDED', { rule: 'upload.count' })
  const promised = unfinished.reduce((sum, one) => sum + one.bytes - one.received, 0)
  if (promised + bytes > (await needs.files.room()))
    throw new Refusal('UNAVAILABLE', { rule: 'deposit.disk' })
}

/**
 * Where an upload stands. Who writes to it is stopped first, so that the offset is the last one: a client asks this when its
 * connection was cut, and the dead end of that connection may still be waiting here.
 */
export async function readUpload(needs: UploadNeeds, by: Person, id: string): Promise<ShownUpload> {
  await uploadOf(needs, by, id)
  const turn = await needs.turns.take(id)
  try {
    return shown(await uploadOf(needs, by, id))
  } finally {
    turn.end()
  }
}

/** What a person began for deposits that are still open, finished ones too. */
export async function listUploads(needs: UploadNeeds, by: Person): Promise<readonly ShownUpload[]> {
  insistHolder(by)
  const all = await needs.uploads.of({ issuer: by.issuer, subject: by.subject })
  return all.filter((one) => one.isOpen).map(shown)
}

export interface UploadPiece {
  readonly id: string
  /** Where the client goes on. */
  readonly offset: number
  /** Bytes that it announces, where it does. */
  readonly bytes?: number
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Goes on with an upload; what it answers as offset is on disk. CONFLICT when the offset is another one, or when a later call has
 * taken over. The last byte makes the file the table of its deposit; INVALID, and the end of the upload, when it is not the file
 * that was announced.
 */
export async function continueUpload(
  needs: UploadNeeds,
  by: Person,
  piece: UploadPiece,
): Promise<ShownUpload> {
  const { id } = piece
  await uploadOf(needs, by, id)
  const turn = await needs.turns.take(id)
  try {
    const upload = await uploadOf(needs, by, id)
    if (piece.offset !== upload.received) throw new Refusal('CONFLICT', { rule: 'upload.offset' })
    if (upload.finished) return shown(upload)
    if (upload.received + (piece.bytes ?? 0) > upload.bytes) {
      throw new Refusal('TOO_LARGE', { rule: 'upload.length' })
    }
    await openPlace(needs.deposits, by, upload)
    return await written(needs, by, { upload, piece, signal: turn.signal })
  } finally {
    turn.end()
  }
}

interface Writing {
  readonly upload: UploadRow
  readonly piece: UploadPiece
  readonly signal: AbortSignal
}

async function written(
  needs: UploadNeeds,
  by: Person,
  { upload, piece, signal }: Writing,
): Promise<ShownUpload> {
  const { id, bytes, dataset, deposit, table } = upload
  const offset = await needs.files.append(id, {
    ...{ offset: upload.received, end: bytes, body: piece.body, signal },
    // The whole length is written down by the transaction that enters the table: who reads it may rely on that.
    onFlushed: async (at) => (at < bytes ? needs.uploads.advance(id, at, expiry(needs)) : undefined),
  })
  if (offset === bytes) {
    await finish(needs, by, upload)
    return shown({ ...upload, received: bytes })
  }
  await record(needs, { type: 'upload.continued', dataset, deposit, table, bytes: offset }, by)
  if (signal.aborted) throw new Refusal('CONFLICT', { rule: 'upload.taken' })
  return shown({ ...upload, received: offset, expiresAt: expiry(needs) })
}

async function finish(needs: UploadNeeds, by: Person, upload: UploadRow): Promise<void> {
  const { deposits, files } = needs
  const { media } = readMetadata(upload.metadata)
  const { deposit, table } = await openPlace(deposits, by, upload)
  const body = files.bytesOf(upload.id)
  const received = await deposits.storage.receive(deposit.id, table, { body, limit: uploadLimit })
  if (received.bytes !== upload.bytes || (upload.sha256 ?? received.sha256) !== received.sha256) {
    await deposits.storage.forget(deposit.id, received.file)
    await drop(needs, upload, by)
    throw new Refusal('INVALID', { rule: 'upload.digest' })
  }
  await enterTable(deposits, by, { deposit, table, media, received, upload: upload.id })
  await files.remove(upload.id)
}

/** Gives an upload up; a table that it has become stays one. */
export async function removeUpload(needs: UploadNeeds, by: Person, id: string): Promise<void> {
  await uploadOf(needs, by, id)
  const turn = await needs.turns.take(id)
  try {
    await drop(needs, await uploadOf(needs, by, id), by)
  } finally {
    turn.end()
  }
}

/** At the start: removes files that no unfinished upload names. Before anybody can begin one. */
export async function recoverUploads({ uploads, files }: UploadNeeds): Promise<void> {
  const unfinished = (await uploads.all()).filter((one) => !one.finished)
  await files.sweep(new Set(unfinished.map((one) => one.id)))
}

/** Removes what has expired, and what is for a deposit that takes nothing more. Who writes to another upload is left in peace. */
export async function expireUploads(needs: UploadNeeds): Promise<void> {
  const now = needs.deposits.clock.now()
  const isDue = (one: UploadRow) => one.expiresAt <= now || !one.isOpen
  for (const { id } of (await needs.uploads.all()).filter(isDue)) {
    const turn = await needs.turns.take(id)
    try {
      const upload = await needs.uploads.find(id)
      if (upload !== null && isDue(upload)) await drop(needs, upload)
    } finally {
      turn.end()
    }
  }
}

/** The row first: a file without one is removed at the next start, a row without its file would promise bytes that are gone. */
async function drop(needs: UploadNeeds, upload: UploadRow, by?: Person): Promise<void> {
  const { id, dataset, deposit, table, received: bytes, opener } = upload
  const actor = by ?? ({ ...opener, level: 0, door: 'system' } as const)
  if (!upload.finished) await record(needs, { type: 'upload.removed', dataset, deposit, table, bytes }, actor)
  await needs.uploads.remove(id)
  await needs.files.remove(id)
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An upload of a deposit that this person may see. ROLE, NOT_FOUND: also when it has expired. */
async function uploadOf(needs: UploadNeeds, by: Person, id: string): Promise<UploadRow> {
  insistHolder(by)
  const found = uuid.test(id) ? await needs.uploads.find(id) : null
  if (found === null || found.expiresAt <= needs.deposits.clock.now()) throw new Refusal('NOT_FOUND')
  await depositOf(needs.deposits, by, found.deposit)
  return found
}

function expiry({ deposits }: UploadNeeds): number {
  return deposits.clock.now() + keptMs
}

function shown({ received, expiresAt, ...upload }: UploadRow): ShownUpload {
  const { id, dataset, deposit, table, bytes, sha256, metadata } = upload
  return {
    ...{ id, dataset, deposit, table, bytes, metadata, offset: received },
    ...(sha256 === undefined ? {} : { sha256 }),
    expiresAt: new Date(expiresAt).toISOString(),
  }
}

interface Told {
  readonly type: 'upload.begun' | 'upload.continued' | 'upload.removed'
  readonly dataset: string
  readonly deposit: string
  readonly table: string
  readonly bytes: number
}

async function record(
  { deposits }: UploadNeeds,
  told: Told,
  by: Pick<Person, 'issuer' | 'subject' | 'level' | 'door'>,
): Promise<void> {
  const declared = await deposits.register.find(told.dataset)
  const holders = declared === null ? [] : [declared.descriptor.holder]
  await deposits.audit.append(told, { by, holders })
}
