/** Where shards and their keys lie in a home, and how a shard comes to be. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../kernel/hash.ts'
import { makeFolder, readIfPresent, replaceFile, syncFolder } from './files.ts'
import { carryOver, emptyHeads, type Heads, writeHeads } from './heads.ts'
import {
  checkpointText,
  type NoteKey,
  noteKey,
  openCheckpoint,
  originOf,
  signNote,
  verifierKey,
} from './note.ts'
import { LogDamaged, type Place } from './recover.ts'
import { emptyRoot } from './tree.ts'

export interface Home {
  /** `<home>/audit` */
  readonly audit: string
  /** `<home>/keys` */
  readonly keys: string
}

export async function listShards({ audit, keys }: Home): Promise<string[]> {
  const names = await readdir(audit)
  const shards = names.filter((name) => /^\d{4}$/.test(name)).sort()
  for (const name of await readdir(keys)) {
    const [, shard = ''] = /^audit-(\d{4})\.signed$/.exec(name) ?? []
    if (shard === '' || shards.includes(shard)) continue
    // Written just before its shard appears: only the empty tree may be signed for a shard that is not there.
    const [, size] = (await readFile(join(keys, name), 'utf8')).split('\n')
    if (size !== '0') throw new LogDamaged(`the shard ${shard} was signed here and is gone`)
  }
  return shards
}

/** What is needed to open a shard: its places and its signing key. */
export async function locate({ audit, keys }: Home, shard: string): Promise<{ place: Place; key: NoteKey }> {
  const folder = join(audit, shard)
  const vkey = (await readIfPresent(join(folder, 'log.vkey')))?.toString().trimEnd()
  const pem = (await readIfPresent(pemPath(keys, shard)))?.toString()
  if (!vkey || !pem) throw new LogDamaged(`the key of shard ${shard} is gone`)
  const key = noteKey(originOf(vkey), pem)
  if (verifierKey(key) !== vkey) throw new LogDamaged(`shard ${shard} belongs to another key`)
  return { place: { folder, shard, vkey, signedPath: signedPath(keys, shard) }, key }
}

function pemPath(keys: string, shard: string): string {
  return join(keys, `audit-${shard}.pem`)
}

function signedPath(keys: string, shard: string): string {
  return join(keys, `audit-${shard}.signed`)
}

/** A tree as its log signed it. */
export interface SignedTree {
  readonly size: number
  readonly note: string
  readonly origin: string
}

/** The signed tree of a shard that nobody writes any more. */
export async function readSigned(home: Home, shard: string): Promise<SignedTree & { root: string }> {
  const signed = await readNote(home, shard, 'checkpoint')
  if (!signed) throw new LogDamaged(`the checkpoint of shard ${shard} is not signed by it`)
  return signed
}

/** Name of the last checkpoint that a quorum of witnesses cosigned, beside the newest one. */
export const cosignedFile = 'cosigned'

export async function readCosigned(home: Home, shard: string): Promise<SignedTree | null> {
  return readNote(home, shard, cosignedFile)
}

async function readNote(
  { audit }: Home,
  shard: string,
  name: string,
): Promise<(SignedTree & { root: string }) | null> {
  const [note, vkey] = await Promise.all(
    [name, 'log.vkey'].map((file) => readIfPresent(join(audit, shard, file))),
  )
  const checkpoint = note && vkey && openCheckpoint(note.toString(), vkey.toString())
  if (!checkpoint) return null
  const { size, origin, root } = checkpoint
  return { size, note: note.toString(), origin, root: root.toString('base64') }
}

/**
 * Makes an empty shard, signed at size 0, that goes on where `former` ended. It appears under its name complete or not at
 * all.
 */
export async function createShard(
  home: Home,
  { shard, host }: { shard: string; host: string },
  former?: Heads,
): Promise<void> {
  const origin = `${host}/audit/${shard}`
  if (/[\s+]/.test(origin)) throw new TypeError('the host of an audit log has no space and no plus sign')
  const key = noteKey(origin, await readOrMakePem(home.keys, shard))
  const draft = join(home.audit, '.new')
  await rm(draft, { recursive: true, force: true })
  for (const name of ['tmp', 'wal', 'payload', 'tile']) await mkdir(join(draft, name), { recursive: true })
  const start = former ? carryOver(former) : emptyHeads()
  const opening = former && writeHeads(start, '', true)
  if (opening !== undefined) await replaceFile(join(draft, 'opening.json'), opening)
  const note = signNote(checkpointText({ origin, size: 0, root: emptyRoot }), key)
  await replaceFile(join(draft, 'log.vkey'), `${verifierKey(key)}\n`)
  await replaceFile(join(draft, 'heads.json'), writeHeads(start, emptyRoot.toString('base64'), true))
  await replaceFile(join(draft, 'checkpoint'), note)
  await replaceFile(signedPath(home.keys, shard), note, { mode: 0o600 })
  await rename(draft, join(home.audit, shard))
  await syncFolder(home.audit)
}

/** SHA-256 of the heads with which a shard began; undefined for the first shard of a home. */
export async function openingSha256({ audit }: Home, shard: string): Promise<string | undefined> {
  const opening = await readIfPresent(join(audit, shard, 'opening.json'))
  return opening ? sha256(opening) : undefined
}

/** Public host of an origin `<host>/audit/<shard>`. */
export function hostOf(origin: string): string {
  return origin.replace(/\/audit\/\d{4}$/, '')
}

async function readOrMakePem(keys: string, shard: string): Promise<string> {
  const path = pemPath(keys, shard)
  const stored = await readIfPresent(path)
  if (stored) return stored.toString()
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  await replaceFile(path, pem, { mode: 0o600 })
  return pem
}

/** Where a shard goes on its way out. */
export const droppedFolder = '.dropped'

/** Removes signing key and signed size of a shard that is about to go. */
export async function removeKeys({ keys }: Home, shard: string): Promise<void> {
  for (const path of [signedPath(keys, shard), pemPath(keys, shard)]) await rm(path, { force: true })
  await syncFolder(keys)
}

export async function makeHome(home: Home): Promise<void> {
  await makeFolder(home.audit, 0o750)
  await rm(join(home.audit, droppedFolder), { recursive: true, force: true })
  await makeFolder(home.keys, 0o700)
}
