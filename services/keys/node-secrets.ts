/**
 * What a node keeps for itself: its signing keys and the keyring of its log. They are sealed under one data key, which lies wrapped
 * beside them in `keys/node.json`, and not in the database: the log must open where an older base was restored beside it. It is unwrapped
 * once at start, so that a provider that is silent afterwards delays no entry.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { SecretBox } from '../audit/secret-files.ts'
import { sha256 } from '../kernel/hash.ts'
import { hasCode } from '../kernel/system-error.ts'
import { aboutOf } from './key-name.ts'
import { type KeyProvider, unwrapKept } from './provider.ts'
import { openBytes, sealBytes } from './sealed-file.ts'

export interface NodeSecrets extends SecretBox {
  /** The KEK that has wrapped the key of all of them. */
  wrappedBy(): { readonly provider: string; readonly version: string }
  /** Wraps the key anew by the present KEK; what it has sealed stays as it is. */
  rewrap(): Promise<void>
}

const stored = z.strictObject({
  v: z.literal(1),
  provider: z.string(),
  version: z.string(),
  wrapped: z.base64(),
  /** Of the key, which is random. */
  sha256: z.string(),
})
type Stored = z.infer<typeof stored>

interface NodeSecretsOptions {
  readonly home: string
  readonly provider: KeyProvider
}

const about = aboutOf({ kind: 'signing', id: 'node' })

/** Opens them, and makes their key at the first start. Rejects as the provider does. */
export async function openNodeSecrets({ home, provider }: NodeSecretsOptions): Promise<NodeSecrets> {
  const folder = join(home, 'keys')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await readStored(folder)
  if (found !== null) return secretsOf(found, { folder, provider })
  const fresh = await wrapped(randomBytes(32), provider)
  await writeStored(folder, fresh)
  return secretsOf(fresh, { folder, provider })
}

/** The same for a command that must write nothing; undefined where nothing has been sealed. */
export async function readNodeSecrets({
  home,
  provider,
}: {
  readonly home: string
  readonly provider: () => Promise<KeyProvider>
}): Promise<SecretBox | undefined> {
  const folder = join(home, 'keys')
  const found = await readStored(folder)
  return found === null ? undefined : secretsOf(found, { folder, provider: await provider() })
}

async function wrapped(key: Uint8Array, provider: KeyProvider): Promise<Stored> {
  const { bytes, ...by } = await provider.wrap(key, about)
  return { v: 1, ...by, wrapped: Buffer.from(bytes).toString('base64'), sha256: sha256(key) }
}

async function secretsOf(
  found: Stored,
  { folder, provider }: { readonly folder: string; readonly provider: KeyProvider },
): Promise<NodeSecrets> {
  const key = await unwrapKept(provider, { ...found, wrapped: Buffer.from(found.wrapped, 'base64') }, about)
  const sealing = (file: string) => ({
    key,
    context: { kind: 'signing', of: 'node', version: 1, file } as const,
  })
  let present = found
  return {
    seal: (name, plain) => sealBytes(plain, sealing(name)),
    open: (name, sealed) => openBytes(sealed, sealing(name)),
    wrappedBy: () => ({ provider: present.provider, version: present.version }),
    async rewrap() {
      const fresh = await wrapped(key, provider)
      await writeStored(folder, fresh)
      present = fresh
    },
  }
}

const fileName = 'node.json'

async function readStored(folder: string): Promise<Stored | null> {
  try {
    return stored.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

/** After a crash it is the former or the new one: both open the same. */
async function writeStored(folder: string, value: Stored): Promise<void> {
  const draft = join(folder, `${randomUUID()}.tmp`)
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, join(folder, fileName))
  const directory = await open(folder, 'r')
  await directory.sync().finally(() => directory.close())
}
