/** The home of a witness: its one key, and under it the record of each log. */
import { generateKeyPairSync, hash } from 'node:crypto'
import { join } from 'node:path'
import { makeFolder, readIfPresent, replaceFile } from '../files.ts'
import { type NoteKey, noteKey, originOf, verifierKey } from '../note.ts'

/** A home whose key has another name than the one asked for. */
export class WitnessNameError extends Error {
  override readonly name = 'WitnessNameError'
}

/**
 * The key of the witness of this home, made at first start. A name is for telling witnesses apart; without one it comes from
 * the key. It is fixed with the key, for it is part of every cosignature.
 */
export async function openWitnessKey(home: string, name?: string): Promise<NoteKey> {
  await makeFolder(home, 0o700)
  const [pemPath, vkeyPath] = [join(home, 'witness.pem'), join(home, 'witness.vkey')]
  const pem = (await readIfPresent(pemPath))?.toString() ?? (await makePem(pemPath))
  const known = (await readIfPresent(vkeyPath))?.toString().trimEnd()
  const key = noteKey(known === undefined ? (name ?? nameOf(pem)) : originOf(known), pem)
  if (/[\s+]/.test(key.name) || key.name === '')
    throw new WitnessNameError('no space, no plus sign in a name')
  if (name !== undefined && name !== key.name) throw new WitnessNameError(`this home is that of ${key.name}`)
  if (known !== undefined && known !== verifierKey(key, 'witness')) {
    throw new WitnessNameError('witness.vkey and witness.pem are not of one key')
  }
  if (known === undefined) await replaceFile(vkeyPath, `${verifierKey(key, 'witness')}\n`)
  return key
}

async function makePem(path: string): Promise<string> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  await replaceFile(path, pem, { mode: 0o600 })
  return pem
}

function nameOf(pem: string): string {
  return `witness.huisclos/${hash('sha256', verifierKey(noteKey('huisclos', pem), 'witness')).slice(0, 12)}`
}
