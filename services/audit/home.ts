/** Where shards and their keys lie in a home, and how a shard comes to be. */
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { sha256 } from '../kernel/hash.ts'
import type { Files } from './files.ts'
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
import { type SecretBox, SecretFiles } from './secret-files.ts'
import { emptyRoot } from './tree.ts'

/** Name of the keyring in the folder of the keys. */
export const keyringFile = 'audit-keyring.json'

export interface Home {
  /** `<home>/audit` */
  readonly audit: string
  /** `<home>/keys` */
  readonly keys: string
  readonly files: Files
  /** What seals the signing keys and the keyring; without it they lie as they are. */
  readonly box?: SecretBox | undefined
}

/** The secrets of a home. */
export function secretsOf({ files, box }: Home): SecretFiles {
  return new SecretFiles(files, box)
}

export async function listShards({ audit, keys, files }: Home): Promise<string[]> {
  const names = await files.disk.readdir(audit)
  const shards = names.filter((name) => /^\d{4}$/.test(name)).sort()
  for (const name of await files.disk.readdir(keys)) {
    const [, shard = ''] = /^audit-(\d{4})\.signed$/.exec(name) ?? []
    if (shard === '' || shards.includes(shard)) continue
    // Written just before its shard appears: only the empty tree may be signed for a shard that is not there.
    const [, size] = (await files.disk.readFile(join(keys, name))).toString().split('\n')
    if (size !== '0') throw new LogDamaged(`the shard ${shard} was signed here and is gone`)
  }
  return shards
}

/** What is needed to open a shard: its places and its signing key. */
export async function locate(home: Home, shard: string): Promise<{ place: Place; key: NoteKey }> {
  const { audit, keys, files } = home
  const folder = join(audit, shard)
  const vkey = (await files.readIfPresent(join(folder, 'log.vkey')))?.toString().trimEnd()
  const pem = (await secretsOf(home).read(pemPath(keys, shard)))?.toString()
  if (!vkey || !pem) throw new LogDamaged(`the key of shard ${shard} is gone`)
  const key = noteKey(originOf(vkey), pem)
  if (verifierKey(key) !== vkey) throw new LogDamaged(`shard ${shard} belongs to another key`)
  return { place: { folder, files, shard, vkey, signedPath: signedPath(keys, shard) }, key }
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
  { audit, files }: Home,
  shard: string,
  name: string,
): Promise<(SignedTree & { root: string }) | null> {
  const [note, vkey] = await Promise.all(
    [name, 'log.vkey'].map((file) => files.readIfPresent(join(audit, shard, file))),
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
  const key = noteKey(origin, await readOrMakePem(home, shard))
  const { files } = home
  const draft = join(home.audit, '.new')
  await files.disk.rm(draft, { recursive: true, force: true })
  for (const name of ['tmp', 'wal', 'payload', 'tile']) await files.makeFolder(join(draft, name))
  const start = former ? carryOver(former) : emptyHeads()
  const opening = former && writeHeads(start, '', true)
  if (opening !== undefined) await files.replace(join(draft, 'opening.json'), opening)
  const note = signNote(checkpointText({ origin, size: 0, root: emptyRoot }), key)
  await files.replace(join(draft, 'log.vkey'), `${verifierKey(key)}\n`)
  await files.replace(join(draft, 'heads.json'), writeHeads(start, emptyRoot.toString('base64'), true))
  await files.replace(join(draft, 'checkpoint'), note)
  await files.replace(signedPath(home.keys, shard), note, { mode: 0o600 })
  await files.disk.rename(draft, join(home.audit, shard))
  await files.syncFolder(home.audit)
}

/** SHA-256 of the heads with which a shard began; undefined for the first shard of a home. */
export async function openingSha256({ audit, files }: Home, shard: string): Promise<string | undefined> {
  const opening = await files.readIfPresent(join(audit, shard, 'opening.json'))
  return opening ? sha256(opening) : undefined
}

/** Public host of an origin `<host>/audit/<shard>`. */
export function hostOf(origin: string): string {
  return origin.replace(/\/audit\/\d{4}$/, '')
}

async function readOrMakePem(home: Home, shard: string): Promise<string> {
  const path = pemPath(home.keys, shard)
  const secrets = secretsOf(home)
  const stored = await secrets.read(path)
  if (stored) return stored.toString()
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  await secrets.write(path, pem)
  return pem
}

/** What is dropped when the disk is full, to make room for saying so. */
export const reserveFile = '.reserve'

/** Where a shard goes on its way out. */
export const droppedFolder = '.dropped'

/** Removes signing key and signed size of a shard that is about to go. */
export async function removeKeys(home: Home, shard: string): Promise<void> {
  const { keys, files } = home
  await files.disk.rm(signedPath(keys, shard), { force: true })
  await secretsOf(home).remove(pemPath(keys, shard))
  await files.syncFolder(keys)
}

export async function makeHome(home: Home): Promise<void> {
  const { files } = home
  await files.makeFolder(home.audit, 0o750)
  await files.disk.rm(join(home.audit, droppedFolder), { recursive: true, force: true })
  await files.makeFolder(home.keys, 0o700)
  for (const name of await files.disk.readdir(home.keys)) {
    if (isSecret(name)) await secretsOf(home).adopt(join(home.keys, name))
  }
}

function isSecret(name: string): boolean {
  return name === keyringFile || /^audit-\d{4}\.pem$/.test(name)
}
