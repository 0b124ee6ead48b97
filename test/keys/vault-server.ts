/** The transit engine of a server of keys, as far as a node asks it: one KEK with versions, in memory, on loopback. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { vaultProvider } from '../../services/keys/vault.ts'

export const vaultToken = 'hvs.for-tests'

export interface VaultServer {
  readonly url: string
  /** How it behaves from now on. */
  mood: 'sound' | 'slow' | 'garbage' | 'sealed' | 'redirecting' | 'lying'
  /** A new version of the KEK; older ones still unwrap. */
  rotate(): void
  provider(patienceMs?: number, token?: string): ReturnType<typeof vaultProvider>
  close(): Promise<void>
}

export async function openVaultServer(): Promise<VaultServer> {
  const keks = [randomBytes(32)]
  const server = createServer((request, response) => void answer(request, response))
  const transit = {
    url: '',
    mood: 'sound' as VaultServer['mood'],
    rotate: () => void keks.push(randomBytes(32)),
    provider: (patienceMs = 10_000, token = vaultToken) =>
      vaultProvider({
        url: transit.url,
        mount: 'transit',
        key: 'huisclos',
        token: async () => token,
        patienceMs,
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }

  const moods: Readonly<Record<string, (response: ServerResponse) => void>> = {
    slow: () => {},
    garbage: (response) => void response.end('<html>welcome</html>'),
    sealed: (response) => tell(response, 503, { errors: ['Vault is sealed'] }),
    redirecting: (response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  }
  const acts: Readonly<Record<string, (body: Record<string, string>) => object | null>> = {
    '/v1/transit/encrypt/huisclos': (body) => ({ ciphertext: wrap(body) }),
    '/v1/transit/decrypt/huisclos': (body) => {
      const plaintext = transit.mood === 'lying' ? randomBytes(32).toString('base64') : unwrap(body)
      return plaintext === null ? null : { plaintext }
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as Record<string, string>
    const mood = moods[transit.mood]
    if (mood !== undefined) return mood(response)
    if (request.headers['x-vault-token'] !== vaultToken)
      return tell(response, 403, { errors: ['permission denied'] })
    const data = acts[request.url ?? '']?.(body)
    if (data === undefined) return tell(response, 404, { errors: [] })
    if (data === null) return tell(response, 400, { errors: ['cipher: message authentication failed'] })
    tell(response, 200, { data })
  }

  function wrap({ plaintext = '', associated_data = '' }: Record<string, string>): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', keks.at(-1) ?? '', nonce).setAAD(
      Buffer.from(associated_data),
    )
    const bytes = [nonce, cipher.update(plaintext, 'base64'), cipher.final(), cipher.getAuthTag()]
    return `vault:v${keks.length}:${Buffer.concat(bytes).toString('base64')}`
  }

  function unwrap({ ciphertext = '', associated_data = '' }: Record<string, string>): string | null {
    const [, version = 'v0', base64 = ''] = ciphertext.split(':')
    const bytes = Buffer.from(base64, 'base64')
    try {
      const kek = keks[Number(version.slice(1)) - 1] ?? ''
      const decipher = createDecipheriv('aes-256-gcm', kek, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(associated_data)).setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('base64')
    } catch {
      return null
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  transit.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return transit
}

function tell(response: ServerResponse, status: number, told: object): void {
  response.writeHead(status).end(JSON.stringify(told))
}
