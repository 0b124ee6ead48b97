/**
 * The key of first-level pseudonyms: a file of its holder, never sent anywhere. Only the command line imports this file
 * (test/cli/pseudonymise.test.ts holds it to that): the platform never knows the first secret (governance.md 9, 6.1 to 6.5).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { hmac } from '../kernel/hash.ts'
import { hasCode } from '../kernel/system-error.ts'
import { CommandError, exits } from './ending.ts'

export interface FirstKey {
  /** 1 to 99; visible in each pseudonym. */
  readonly version: number
  readonly secret: Uint8Array
}

const header = 'huisclos-first-key h1'
const form = /^huisclos-first-key h1 ([1-9][0-9]?) ([0-9a-f]{64})\n$/
const lastVersion = 99

/** A new random key in a new file of mode 0600; a file that is there already is never overwritten. */
export async function makeKey(path: string, version = 1): Promise<FirstKey> {
  if (version > lastVersion) throw failure(`${path}: 99 versions au plus / 99 versions at most`)
  const secret = randomBytes(32)
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw failure(
      hasCode(error, 'EEXIST')
        ? `${path}: existe déjà, rien n’est écrasé / exists already, nothing is overwritten`
        : `${path}: ne peut être écrit / cannot be written`,
    )
  })
  await file.writeFile(`${header} ${version} ${secret.toString('hex')}\n`)
  await file.sync()
  await file.close()
  return { version, secret }
}

/** The key of a file that nobody else may read. */
export async function readKey(path: string): Promise<FirstKey> {
  const found = await stat(path).catch(() => {
    throw failure(`${path}: clé introuvable / key not found; --new-key`)
  })
  if ((found.mode & 0o077) !== 0) {
    throw failure(`${path}: lisible par d’autres / others may read it; chmod 600`)
  }
  const [, version, secret] = form.exec(await readFile(path, 'utf8')) ?? []
  if (version === undefined || secret === undefined) {
    throw failure(`${path}: n’est pas une clé de pseudonymes / is no key of pseudonyms`)
  }
  return { version: Number(version), secret: Buffer.from(secret, 'hex') }
}

/** Refuses to go from a key to one that is no later, or that holds the same secret. */
export function insistRenewed(former: FirstKey, next: FirstKey): void {
  if (next.version <= former.version) {
    throw failure('la version de la nouvelle clé doit être plus haute / the new key needs a higher version')
  }
  if (timingSafeEqual(former.secret, next.secret)) {
    throw failure('les deux clés sont la même / both keys are the same')
  }
}

/** `h1k<version>_` and 32 hexadecimal digits. Domains are told apart: each part comes after its length. */
export function firstLevelOf({ version, secret }: FirstKey, domain: string, value: string): string {
  const parts = ['huisclos first level', domain].map((part) => `${Buffer.byteLength(part)}:${part}`)
  const digest = hmac(secret, `${parts.join('')}${value}`).toString('hex')
  return `h1k${String(version).padStart(2, '0')}_${digest.slice(0, 32)}`
}

function failure(message: string): CommandError {
  return new CommandError(message, exits.failed)
}
