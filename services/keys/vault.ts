/**
 * A KEK that stays in a server of keys: the transit engine of Vault and OpenBao, over HTTP. The data key goes there to be wrapped
 * and comes back to be used; the KEK never does.
 */
import { z } from 'zod'
import { readLimited } from '../kernel/limited-body.ts'
import { type KeyProvider, providerDown, WrongKek } from './provider.ts'

export interface VaultSettings {
  /** Without a slash at the end. */
  readonly url: string
  /** Where the transit engine is mounted. */
  readonly mount: string
  /** Name of the KEK there. */
  readonly key: string
  /** Read anew for each call: a token is renewed while the house is open. */
  readonly token: () => Promise<string>
  /** Of one call. Default 3 s. */
  readonly patienceMs?: number
}

const maxBytes = 16 * 1024
const ciphertext = z.string().regex(/^vault:v[1-9][0-9]{0,8}:[A-Za-z0-9+/=_-]{1,4000}$/)
const encrypted = z.object({ data: z.object({ ciphertext }) })
const decrypted = z.object({ data: z.object({ plaintext: z.base64().max(200) }) })

/** The version stands in what it wraps, `vault:v3:…`; an older one still unwraps unless the server was told to refuse it. */
export function vaultProvider(settings: VaultSettings): KeyProvider {
  const id = `vault:${settings.mount}/${settings.key}`
  const wrap: KeyProvider['wrap'] = async (key, about) => {
    const body = { plaintext: base64(key), associated_data: base64(about) }
    const { data } = readAnswer(await ask(settings, 'encrypt', body), encrypted)
    const [, version = ''] = data.ciphertext.split(':')
    return { provider: id, version, bytes: Buffer.from(data.ciphertext) }
  }
  return {
    id,
    wrap,
    // Nothing but a wrapping shows the present version to a token that may do no more.
    version: async () => (await wrap(Buffer.alloc(32), 'huisclos|version')).version,
    holds: ({ provider }) => provider === id,
    async unwrap(wrapped, about) {
      if (wrapped.provider !== id) throw new WrongKek('a key that another KEK has wrapped')
      const body = { ciphertext: Buffer.from(wrapped.bytes).toString(), associated_data: base64(about) }
      const answer = await ask(settings, 'decrypt', body)
      // This is how transit says that it did not wrap this, or as something else.
      if (answer.status === 400) throw new WrongKek('a key that the server of keys did not wrap')
      return Buffer.from(readAnswer(answer, decrypted).data.plaintext, 'base64')
    },
  }
}

function base64(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString('base64')
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** One call: no redirect, a short answer in a short time. */
async function ask(
  { url, mount, key, token, patienceMs = 3_000 }: VaultSettings,
  act: 'encrypt' | 'decrypt',
  body: object,
): Promise<Answer> {
  try {
    const headers = { 'x-vault-token': await token(), 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(patienceMs)
    const asked = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error', signal } as const
    const response = await fetch(`${url}/v1/${mount}/${act}/${encodeURIComponent(key)}`, asked)
    return { status: response.status, text: await readLimited(response, maxBytes) }
  } catch (cause) {
    throw providerDown(cause)
  }
}

/** Whatever is not an answer of transit is a provider that is down; nothing of it is repeated. */
function readAnswer<T>({ status, text }: Answer, shape: z.ZodType<T>): T {
  if (status !== 200) throw providerDown(new Error(`the server of keys answered ${status}`))
  try {
    return shape.parse(JSON.parse(text))
  } catch {
    throw providerDown(new Error('the server of keys answered something else'))
  }
}
