/** The files of a draft: the answer of a past query, or bytes that the asker sends. */
import { isUtf8 } from 'node:buffer'
import type { Person } from '../identity/person.ts'
import { collected } from '../kernel/collected.ts'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Exact } from '../query/exact.ts'
import { runQuery } from '../query/run.ts'
import { type AirlockNeeds, actOnRelease, findRelease } from './act.ts'
import { insistOnAsker } from './ask.ts'
import { askExact, justificationOf } from './ask-exact.ts'
import { isExact, removeExact, sealExact } from './exact.ts'
import { storedName } from './files.ts'
import { insistAnswered, pastText } from './past.ts'
import { refused } from './refused.ts'
import type { Acted } from './register.ts'
import { type FileType, fileTypes, isSent, limits, type Release, type ReleaseFile } from './release.ts'

export interface Adding {
  readonly id: string
  readonly name: string
  readonly context: ReleaseFile['context']
  /** A past query, to be run again; or those that the file is made from, which is sent afterwards. */
  readonly source: { readonly query: string } | { readonly queries: readonly string[] }
  /** Of a past query: its withheld cells are asked for too. */
  readonly exact?: { readonly justification: string } | undefined
}

const open = ['draft', 'changes'] as const

/**
 * Adds a file. Refusals: ROLE, WRONG_STATE, QUOTA_EXCEEDED beyond the most, CONFLICT for a name that is taken, NOT_FOUND for a query
 * that is not the asker's, those of the query that is run again.
 */
export async function addFile(needs: AirlockNeeds, by: Person, adding: Adding): Promise<Acted> {
  const { release } = await findRelease(needs, by, adding.id)
  insistRoom(by, release, adding)
  const { source } = adding
  if ('query' in source) return addAnswer(needs, by, { ...adding, release, query: source.query })
  for (const query of source.queries) await insistAnswered(needsOf(needs), by, { ...release, query })
  const made = { bytes: 0, sha256: null, type: typeOf(adding.name) }
  return add(needs, by, { ...adding, made, from: { kind: 'upload', queries: [...source.queries] } })
}

function insistRoom(by: Person, release: Release, { name }: Pick<Adding, 'name'>): void {
  insistOnAsker(by, release, open)
  if (release.files.length >= limits.files) throw refused('QUOTA_EXCEEDED', 'files')
  const isTaken = release.files.some((one) => one.name.toLowerCase() === name.toLowerCase())
  if (isTaken) throw refused('CONFLICT', 'name')
}

const needsOf = ({ audit, query }: AirlockNeeds) => ({ audit, queries: query.registry })

interface Answering extends Adding {
  readonly release: Release
  readonly query: string
}

/** What the rules release of a past query now is sealed as it comes: the asker sees no more of it than of any answer. */
async function addAnswer(needs: AirlockNeeds, by: Person, asked: Answering): Promise<Acted> {
  const { release, query } = asked
  const { project, purpose, objective } = release
  const justification = justificationOf(asked)
  const { sql, statement, parameters } = await pastText(needsOf(needs), by, { project, query })
  const question = {
    project,
    sql,
    purpose,
    ...(objective && { objective }),
    ...(parameters && { parameters }),
  }
  const { body, suppressed, receipt, exact } =
    justification === undefined
      ? { ...(await runQuery(needs.query, by, { ...question, format: 'csv' })), exact: undefined }
      : await askExact(needs, by, { release, query, justification, question })
  if (body === undefined) throw refused('INVALID', 'table')
  const { bytes } = body
  if (bytes.byteLength > limits.fileBytes) throw new Refusal('TOO_LARGE', { rule: 'airlock.size' })
  const cells = suppressed.map(([row, column]): [number, number] => [row, column])
  const from = { kind: 'query', query, seq: receipt.seq, statement, suppressed: cells } as const
  const made = { content: bytes, bytes: bytes.byteLength, sha256: sha256(bytes), type: 'text/csv' } as const
  return add(needs, by, { ...asked, made: { ...made, ...(exact && { sealed: exact }) }, from })
}

interface Made {
  readonly content?: Uint8Array
  readonly bytes: number
  readonly sha256: string | null
  readonly type: FileType
  /** Withheld cells, for checkers. */
  readonly sealed?: Exact
}

function add(
  needs: AirlockNeeds,
  by: Person,
  {
    id,
    name,
    context,
    made,
    from,
    exact: asked,
  }: Adding & { readonly made: Made; readonly from: ReleaseFile['source'] },
): Promise<Acted> {
  return actOnRelease(needs, { by, id }, async ({ release, record }) => {
    insistRoom(by, release, { name })
    const number = Math.max(0, ...release.files.map((one) => one.number)) + 1
    const { content, sealed, ...facts } = made
    const file: ReleaseFile = { number, name, ...facts, source: from, context, found: null }
    if (content && isSent(file)) await needs.files.write(id, storedName(file), content)
    if (!(sealed && isSent(file))) {
      await record(filed(id, file), { name, context, source: from })
      return { ...release, files: [...release.files, file] }
    }
    const { datasets } = sealed
    const hashes = await sealExact(needs.files, { ...sealed, release: id, file })
    const exact = { justification: asked?.justification.trim() ?? '', datasets: [...datasets], ...hashes }
    // Their hashes are sealed too: that of a small table tells what is in it to who tries.
    await record(filed(id, file), { name, context, source: from, exact })
    return { ...release, files: [...release.files, { ...file, exact }] }
  })
}

function filed(release: string, { number, bytes, sha256: hash }: ReleaseFile) {
  return {
    type: 'airlock.filed',
    release,
    file: number,
    bytes,
    ...(hash !== null && { sha256: hash }),
  } as const
}

const endings: Readonly<Record<string, FileType>> = {
  csv: 'text/csv',
  txt: 'text/plain',
  md: 'text/plain',
  json: 'application/json',
  png: 'image/png',
}

/** INVALID for a name whose ending says nothing that may leave. */
function typeOf(name: string): FileType {
  const type = endings[name.split('.').at(-1)?.toLowerCase() ?? '']
  if (type === undefined) throw refused('INVALID', 'ending')
  return type
}

export interface Sending {
  readonly id: string
  readonly number: number
  /** As the sender says it. */
  readonly type: string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * The bytes of a file that was announced, in the place of those that were sent before. Refusals: ROLE, WRONG_STATE, NOT_FOUND,
 * UNSUPPORTED_TYPE before a byte is read; TOO_LARGE, INVALID for bytes that are not of their type.
 */
export async function sendFile(needs: AirlockNeeds, by: Person, sending: Sending): Promise<Acted> {
  const { id, number, body } = sending
  const { release } = await findRelease(needs, by, id)
  const { type } = announced(by, release, number)
  if (fileTypes.find((one) => sending.type?.toLowerCase().startsWith(one)) !== type)
    throw refused('UNSUPPORTED_TYPE', 'type')
  const content = await collected(body, { maxBytes: limits.fileBytes, rule: 'airlock.size' })
  if (!isOfType(content, type)) throw refused('INVALID', 'content')
  const sent = { bytes: content.byteLength, sha256: sha256(content), found: null }
  let replaced: ReleaseFile | undefined
  const acted = await actOnRelease(needs, { by, id }, async ({ release: before, record }) => {
    replaced = announced(by, before, number)
    const file = { ...replaced, ...sent }
    await needs.files.write(id, storedName(file), content)
    await record(filed(id, file))
    return { ...before, files: before.files.map((one) => (one.number === number ? file : one)) }
  })
  if (replaced && isSent(replaced) && replaced.sha256 !== sent.sha256)
    await needs.files.remove(id, storedName(replaced))
  return acted
}

function announced(by: Person, release: Release, number: number): ReleaseFile {
  insistOnAsker(by, release, open)
  const file = release.files.find((one) => one.number === number)
  if (file?.source.kind !== 'upload') throw new Refusal('NOT_FOUND', { rule: 'airlock.file' })
  return file
}

/** Takes a file out of a draft. Refusals: ROLE, WRONG_STATE, NOT_FOUND. */
export async function removeFile(
  needs: AirlockNeeds,
  by: Person,
  { id, number }: { readonly id: string; readonly number: number },
): Promise<Acted> {
  let gone: ReleaseFile | undefined
  const acted = await actOnRelease(needs, { by, id }, async ({ release, record }) => {
    insistOnAsker(by, release, open)
    gone = release.files.find((one) => one.number === number)
    if (gone === undefined) throw new Refusal('NOT_FOUND', { rule: 'airlock.file' })
    await record({ type: 'airlock.removed', release: id, file: number })
    return { ...release, files: release.files.filter((one) => one.number !== number) }
  })
  if (gone && isSent(gone)) await needs.files.remove(id, storedName(gone))
  if (gone && isExact(gone)) await removeExact(needs.files, id, gone)
  return acted
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Text that is text, and pictures that begin as such; what is in them is for the checkers. */
function isOfType(content: Buffer, type: FileType): boolean {
  if (content.byteLength === 0) return false
  if (type === 'image/png') return content.subarray(0, pngSignature.length).equals(pngSignature)
  return isUtf8(content) && !content.includes(0)
}
