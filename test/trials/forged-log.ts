/** What someone can make of a log who has its files, and who may have its key as well. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { splitEntry } from '../../services/audit/entry.ts'
import { makeFolder } from '../../services/audit/files.ts'
import { advance, emptyHeads, writeHeads } from '../../services/audit/heads.ts'
import {
  checkpointText,
  cosign,
  type NoteKey,
  noteKey,
  signNote,
  verifierKey,
} from '../../services/audit/note.ts'
import { decodeBundle, emptyEdge, grow, rootOfEdge } from '../../services/audit/tiles.ts'
import { leafHash, rootOf } from '../../services/audit/tree.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { canonical } from '../../services/kernel/hash.ts'
import { fillLog, newPem, openHome } from '../audit/open-log.ts'

/** An entry as the JSON that it is. */
export type Draft = Record<string, unknown> & { seq: number; ts: string; type: string }

export interface Original {
  /** A home that was stopped; nobody changes it. */
  readonly home: string
  readonly key: NoteKey
  readonly witnesses: readonly NoteKey[]
  /** All three witnesses are asked for. */
  readonly policy: string
  readonly now: number
  readonly drafts: readonly Draft[]
  /** What a reader keeps who verified it. */
  readonly state: string
  remove(): Promise<void>
}

/** A log of one year, its head cosigned by three witnesses. */
export async function makeOriginal(queries: number): Promise<Original> {
  const test = await openHome()
  const audit = await test.open()
  await fillLog(audit, queries)
  await audit.close()
  const shard = join(test.home, 'audit/2026')
  const vkey = (await readFile(join(shard, 'log.vkey'), 'utf8')).trimEnd()
  const key = noteKey(
    vkey.split('+')[0] ?? '',
    await readFile(join(test.home, 'keys/audit-2026.pem'), 'utf8'),
  )
  const witnesses = ['chu', 'region', 'tiers'].map((name) => noteKey(`${name}.example/w`, newPem()))
  const now = test.clock.now()
  const names = witnesses.map((witness, at) => `witness w${at} ${verifierKey(witness, 'witness')}`)
  const policy = [`log ${vkey}`, ...names, 'group all3 all w0 w1 w2', 'quorum all3', ''].join('\n')
  const note = await readFile(join(shard, 'checkpoint'), 'utf8')
  await writeFile(join(shard, 'cosigned'), cosigned(note, witnesses, now))
  const { state } = await verifyLog({ dir: join(test.home, 'audit') })
  const drafts = await readDrafts(shard)
  return { home: test.home, key, witnesses, policy, now, drafts, state, remove: test.remove }
}

function cosigned(note: string, witnesses: readonly NoteKey[], now: number): string {
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
  return note + witnesses.map((witness) => cosign(text, witness, Math.floor(now / 1000))).join('')
}

async function readDrafts(shard: string): Promise<Draft[]> {
  const folder = join(shard, 'tile/entries')
  const names = (await readdir(folder, { recursive: true })).filter((name) => /^\d{3}(\.p\/\d+)?$/.test(name))
  const widest = new Map<string, Buffer>()
  for (const name of names) {
    const bytes = await readFile(join(folder, name))
    const index = name.slice(0, 3)
    if (bytes.length > (widest.get(index)?.length ?? 0)) widest.set(index, bytes)
  }
  const bundles = [...widest].sort(([a], [b]) => a.localeCompare(b)).map(([, bytes]) => bytes)
  return bundles.flatMap((bytes) => decodeBundle(bytes).map((entry) => JSON.parse(entry.toString())))
}

/** A copy of the files of the log, without its keys. */
export async function copyLog({ home }: Original, dir: string): Promise<string> {
  await rm(dir, { recursive: true, force: true })
  await cp(join(home, 'audit'), dir, { recursive: true })
  return join(dir, '2026')
}

/** Links every project anew: a change of one entry is then a change of all that follow it in its project. */
export function relink(drafts: readonly Draft[]): Draft[] {
  const last = new Map<string, string>()
  return drafts.map((draft) => {
    const project: Record<string, unknown> = Object(draft.project)
    const id = String(project.id ?? '')
    const linked =
      id === '' ? draft : { ...draft, project: { ...project, prev: last.get(id) ?? '0'.repeat(64) } }
    if (id !== '') last.set(id, leafHash(Buffer.from(canonical(linked))).toString('hex'))
    return linked
  })
}

/** Writes bundles, tiles, checkpoint and, where the entries keep the rules, heads: all that the key of the log can sign. */
export async function rewrite(shard: string, drafts: readonly Draft[], key: NoteKey): Promise<void> {
  const leaves = drafts.map((draft) => {
    const bytes = Buffer.from(canonical(draft))
    return { bytes, hash: leafHash(bytes) }
  })
  const grown = grow(emptyEdge, leaves)
  await rm(join(shard, 'tile'), { recursive: true })
  for (const { path, bytes } of grown.files) {
    await makeFolder(join(shard, path, '..'))
    await writeFile(join(shard, path), bytes)
  }
  const root = rootOfEdge(grown.edge)
  const text = checkpointText({ origin: key.name, size: leaves.length, root })
  await writeFile(join(shard, 'checkpoint'), signNote(text, key))
  const heads = headsOf(drafts, root.toString('base64'))
  if (heads !== undefined) await writeFile(join(shard, 'heads.json'), heads)
}

function headsOf(drafts: readonly Draft[], root: string): string | undefined {
  const heads = emptyHeads()
  try {
    for (const draft of drafts) {
      const leaf = leafHash(Buffer.from(canonical(draft))).toString('hex')
      advance(heads, splitEntry(draft), { shard: '2026', leaf })
    }
    return writeHeads(heads, root, true)
  } catch {
    return undefined
  }
}

/** The checkpoint that the log had at an earlier size. */
export function olderCheckpoint({ drafts, key }: Original, size: number): string {
  const hashes = drafts.slice(0, size).map((draft) => leafHash(Buffer.from(canonical(draft))))
  return signNote(checkpointText({ origin: key.name, size, root: rootOf(hashes) }), key)
}
