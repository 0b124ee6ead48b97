/**
 * The key pairs of habilitations, as PEM files (PKCS #8, mode 0600) in one folder: one pair of the authority, for permits
 * only, one of the operator, for destruction certificates, one for visas, one for what the node publishes, and in demo mode one
 * for each data holder, which a real holder would keep at home.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemFiles } from '../audit/files.ts'
import { type SecretBox, SecretFiles } from '../audit/secret-files.ts'
import { thumbprint } from '../identity/jwk.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Authority, SigningKey } from './signature.ts'

export interface PermitKeys extends Authority {
  readonly authority: SigningKey
  /** Signs destruction certificates, and nothing else. */
  readonly operator: SigningKey
  /** Signs visas, and nothing else. */
  readonly visas: SigningKey
  /** Signs what the node publishes of itself, the register and its reports, and nothing else. */
  readonly publisher: SigningKey
  /** The key this node keeps for a holder; null where the holder registered its own and must sign itself. */
  holderKey(organisation: string): Promise<SigningKey | null>
  /** The keys that may have signed a line of this holder, by `kid`. */
  holderPublicKeys(organisation: string): Promise<ReadonlyMap<string, KeyObject>>
}

export interface KeyFolder {
  readonly folder: string
  /** The `iss` of every permit of this authority. */
  readonly issuer: string
  /** Public keys that holders registered with their agreement. */
  readonly registered: ReadonlyMap<string, KeyObject>
  /** Demo only: this node makes and keeps the keys of holders that registered none. */
  readonly keepsHolderKeys: boolean
  /** What seals them on disk; without it they lie as they are, as in tests. */
  readonly box?: SecretBox
  /** The same for the keys of holders: in a demo they lie as they are, for whoever plays the holder signs with them. */
  readonly holderBox?: SecretBox | undefined
}

/** Opens the folder; a key that is not there is created once, and never replaced. */
export async function openKeys(options: KeyFolder): Promise<PermitKeys> {
  const { folder, issuer, registered, keepsHolderKeys } = options
  const secrets = new SecretFiles(systemFiles, options.box)
  const ofHolders = new SecretFiles(systemFiles, options.holderBox)
  const pair = (name: string) => pairIn(secrets, join(folder, name))
  await mkdir(join(folder, 'holders'), { recursive: true, mode: 0o700 })
  const authority = await pair('authority.pem')
  const operator = await pair('operator.pem')
  const visas = await pair('visas.pem')
  const publisher = await pair('publisher.pem')
  const kept = new Map<string, Promise<SigningKey>>()
  const holderKey = async (organisation: string): Promise<SigningKey | null> => {
    if (registered.has(organisation) || !keepsHolderKeys) return null
    const known = kept.get(organisation) ?? pairIn(ofHolders, join(folder, 'holders', fileName(organisation)))
    kept.set(organisation, known)
    return known
  }
  return {
    issuer,
    authority,
    operator,
    visas,
    publisher,
    publicKeys: new Map([[authority.kid, createPublicKey(authority.privateKey)]]),
    holderKey,
    async holderPublicKeys(organisation) {
      const own = registered.get(organisation)
      if (own !== undefined) return new Map([[thumbprint(own), own]])
      const key = await holderKey(organisation)
      return new Map(key === null ? [] : [[key.kid, createPublicKey(key.privateKey)]])
    },
  }
}

/**
 * The public keys that holders registered with their agreement: one PEM file per holder, `<organisation>.pem`, put into this
 * folder by the operator. Throws on a file that is no public key on P-256: a node must not start with half a register.
 */
export async function registeredKeys(folder: string): Promise<ReadonlyMap<string, KeyObject>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keys = new Map<string, KeyObject>()
  for (const file of (await readdir(folder)).sort()) {
    const [, organisation = ''] = /^([a-z0-9][a-z0-9-]{0,62})\.pem$/.exec(file) ?? []
    const pem = await readFile(join(folder, file), 'utf8')
    if (organisation === '' || !pem.includes('PUBLIC KEY') || !isOnP256(createPublicKey(pem))) {
      throw new Error(`keys/habilitation/registered/${file}: not the public key of a holder (P-256, PEM)`)
    }
    keys.set(organisation, createPublicKey(pem))
  }
  return keys
}

function isOnP256(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}

/** The key pair of a PEM file, under its name. Throws on what is no private key on P-256. */
export function signingKeyOf(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem)
  if (!isOnP256(privateKey)) throw new Error('not a private key on P-256')
  return { privateKey, kid: thumbprint(createPublicKey(privateKey)) }
}

/** Who signs destruction certificates, as those who check them know it. */
export function operatorOf({ issuer, operator }: PermitKeys): Authority {
  return { issuer, publicKeys: new Map([[operator.kid, createPublicKey(operator.privateKey)]]) }
}

/** Who signs the register and the reports, as those who check them know it. */
export function publisherOf({ issuer, publisher }: Pick<PermitKeys, 'issuer' | 'publisher'>): Authority {
  return { issuer, publicKeys: new Map([[publisher.kid, createPublicKey(publisher.privateKey)]]) }
}

/** Public keys as a JSON Web Key Set (RFC 7517). */
export function keySet({ publicKeys }: Authority): { readonly keys: readonly object[] } {
  const keys = [...publicKeys].map(([kid, key]) => ({
    ...key.export({ format: 'jwk' }),
    kid,
    alg: 'ES256',
    use: 'sig',
  }))
  return { keys }
}

/** Organisations are short names; anything else would be a path. */
function fileName(organisation: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(organisation)) return `${organisation}.pem`
  throw new Refusal('INVALID', {
    rule: 'organisation',
    missing: [{ path: 'holder', message: 'not a short name' }],
  })
}

async function pairIn(secrets: SecretFiles, path: string): Promise<SigningKey> {
  await secrets.adopt(path)
  const stored = (await secrets.read(path))?.toString()
  const pem = stored ?? newPem()
  // Written to disk before it signs anything.
  if (stored === undefined) await secrets.write(path, pem)
  const privateKey = createPrivateKey(pem)
  return { privateKey, kid: thumbprint(createPublicKey(privateKey)) }
}

function newPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** A new private key in a new file. Written to disk before it signs anything; an existing file is never overwritten. */
export async function createKeyFile(path: string): Promise<string> {
  const pem = newPem()
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(pem)
    await file.sync()
  } finally {
    await file.close()
  }
  return pem
}
