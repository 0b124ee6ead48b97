/** Where a KEK of this machine is read, and what is asked of the file that holds one. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { hasCode } from '../kernel/system-error.ts'
import type { KekPlace, KeysConfiguration } from './configuration.ts'
import { type KeyProvider, localProvider, withFormer } from './provider.ts'
import { vaultProvider } from './vault.ts'

/** A KEK that is not where the configuration says, or not as it must be. The message is one line that repeats no key. */
export class KekRefused extends Error {
  override readonly name = 'KekRefused'
}

export interface KekNeeds {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Reads what a reference names. */
  readonly secret: (reference: string) => Promise<string>
}

/** The provider of a configuration. KekRefused where a KEK that it names is absent, misplaced, shown to others or none. */
export async function configuredProvider(
  { former, ...current }: KeysConfiguration,
  needs: KekNeeds,
): Promise<KeyProvider> {
  const [first, ...others] = await Promise.all([current, ...former].map((place) => providerAt(place, needs)))
  if (first === undefined) throw new KekRefused('keys')
  return withFormer(first, others)
}

async function providerAt(place: KekPlace, needs: KekNeeds): Promise<KeyProvider> {
  if (place.provider === 'vault') {
    const { url, mount, key, token } = place
    return vaultProvider({ url, mount, key, token: () => needs.secret(token) })
  }
  if (place.provider === 'env') return localProvider(kekOf(await needs.secret(place.kek), place.kek))
  const path = place.kek.slice('file:'.length)
  await insistOnOwnFile(path, needs.home)
  return localProvider(kekOf(await readKek(path), place.kek))
}

async function readKek(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new KekRefused(`keys : ${path} ne peut pas être lu`, { cause })
  })
}

/** 32 bytes in base64, such as `openssl rand -base64 32` prints. */
function kekOf(text: string, where: string): Buffer {
  const trimmed = text.trim()
  const kek = Buffer.from(trimmed, 'base64')
  if (kek.length !== 32 || kek.toString('base64') !== trimmed)
    throw new KekRefused(`keys : ${where} n’a pas 32 octets en base64 (openssl rand -base64 32)`)
  return kek
}

/** A KEK that lies with what it wraps protects nothing; one that others read protects little. */
async function insistOnOwnFile(path: string, home: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new KekRefused(`keys : ${path} ne peut pas être lu`, { cause })
  })
  const places = [await realpath(path), resolve(path)]
  const homes = [resolve(home), await realpath(home).catch(() => resolve(home))]
  if (places.some((place) => homes.some((one) => place.startsWith(one + sep))))
    throw new KekRefused(`keys : ${path} est dans HUISCLOS_HOME, avec ce qu’il protège ; placez-le ailleurs`)
  if (!found.isFile() || (found.mode & 0o077) !== 0)
    throw new KekRefused(`keys : ${path} est lisible par d’autres ; chmod 0400 ${path}`)
}

/**
 * The provider of a demo: its KEK is made at first start and lies in the home. Who renames the file to `kek.former` and starts again
 * has a new one, and can rotate.
 */
export async function demoProvider(home: string): Promise<KeyProvider> {
  const folder = join(home, 'keys')
  const path = join(folder, 'kek')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const own = (await readIfThere(path)) ?? (await makeKek(path))
  const former = await readIfThere(`${path}.former`)
  const formers = former === null ? [] : [localProvider(kekOf(former, `${path}.former`))]
  return withFormer(localProvider(kekOf(own, path)), formers)
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  })
}

/** On disk, with its folder, before anything is wrapped by it. */
async function makeKek(path: string): Promise<string> {
  const text = `${randomBytes(32).toString('base64')}\n`
  const file = await open(path, 'wx', 0o400)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
  return text
}
