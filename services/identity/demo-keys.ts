/** What the demo issuer keeps between two starts: its keys, so that a restart ends no token, and its address. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { canonical } from '../kernel/hash.ts'
import { hasCode } from '../kernel/system-error.ts'
import { freePort } from '../store/free-port.ts'
import { demoIssuer } from './demo-accounts.ts'
import { signCompact } from './jws.ts'
import { accessTokenLifetime, accessTokenType, apiAudience, type TrustedIssuer } from './token.ts'

const privateJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
  kid: z.string(),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})
type PrivateJwk = z.infer<typeof privateJwk>

const stored = z.strictObject({
  v: z.literal(1),
  /** The first one signs. */
  keys: z.array(privateJwk).min(1),
  cookieKey: z.string(),
  /** Ports on loopback, the present one first: a token made under an earlier address stays good. */
  ports: z.array(z.number().int().min(1).max(65_535)).min(1),
})
type Stored = z.infer<typeof stored>

export interface DemoKeys {
  readonly port: number
  readonly jwks: { readonly keys: readonly PrivateJwk[] }
  readonly cookieKey: string
  /** What `openTokens` needs to accept the tokens of this issuer. */
  readonly trust: TrustedIssuer
}

/** The address under which the issuer speaks. */
export function demoAddress(port: number): string {
  return `http://127.0.0.1:${port}/demo`
}

/** Reads `keys/demo-issuer.json` (0600) of the home folder; the first time makes it, with a port that is free now. */
export async function openDemoKeys(home: string): Promise<DemoKeys> {
  return keysOf((await read(home)) ?? (await write(home, await create())))
}

/** Takes another port; tokens of the former addresses stay good. */
export async function moveDemoIssuer(home: string): Promise<DemoKeys> {
  const before = (await read(home)) ?? (await create())
  const ports = [await freePort(), ...before.ports].slice(0, 20)
  return keysOf(await write(home, { ...before, ports }))
}

/**
 * An access token as the demo issuer gives it after two factors: one hour, for our API. Whether the subject has an account
 * is seen when the token is used.
 */
export async function mintDemoToken(asked: {
  readonly home: string
  readonly subject: string
  readonly clock: Clock
}): Promise<string> {
  const { port, jwks } = await openDemoKeys(asked.home)
  const [key] = jwks.keys
  if (key === undefined) throw new TypeError('the demo issuer has no key')
  const iat = Math.floor(asked.clock.now() / 1_000)
  const payload = canonical({
    amr: demoMethods,
    aud: apiAudience,
    auth_time: iat,
    client_id: 'huisclos-cli',
    exp: iat + accessTokenLifetime,
    iat,
    iss: demoAddress(port),
    jti: randomUUID(),
    sub: asked.subject,
  })
  return signCompact({
    payload,
    key: createPrivateKey({ key, format: 'jwk' }),
    kid: key.kid,
    typ: accessTokenType,
  })
}

/** What every session of the demo is said to have proved. */
export const demoMethods: readonly string[] = ['pwd', 'mfa']

function keysOf({ keys, cookieKey, ports }: Stored): DemoKeys {
  const [port = 0] = ports
  const publicKeys = new Map<string, KeyObject>(
    keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]),
  )
  const trust: TrustedIssuer = {
    name: demoIssuer,
    identifiers: ports.map(demoAddress),
    algorithms: ['ES256'],
    keys: () => publicKeys,
  }
  return { port, jwks: { keys }, cookieKey, trust }
}

async function create(): Promise<Stored> {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const { kty, crv, x, y } = jwk
  // RFC 7638: the name of a key is a hash of its public part.
  const kid = createHash('sha256').update(canonical({ crv, kty, x, y })).digest('base64url')
  const key = privateJwk.parse({ ...jwk, alg: 'ES256', use: 'sig', kid })
  return { v: 1, keys: [key], cookieKey: randomBytes(32).toString('base64url'), ports: [await freePort()] }
}

function pathOf(home: string): string {
  return join(home, 'keys', 'demo-issuer.json')
}

async function read(home: string): Promise<Stored | null> {
  const text = await readFile(pathOf(home), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  })
  return text === null ? null : stored.parse(JSON.parse(text))
}

/** A crash leaves the old file or the new one. */
async function write(home: string, content: Stored): Promise<Stored> {
  const path = pathOf(home)
  await mkdir(join(home, 'keys'), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomUUID()}`
  const file = await open(fresh, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(content)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
  return content
}
