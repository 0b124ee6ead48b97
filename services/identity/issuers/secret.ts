/** Secrets by reference: what `file:` and `env:` of the configuration name. */
import { createPrivateKey, type webcrypto } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** Gives what a reference names. Rejects with a line that repeats the reference, never the secret. */
export type ReadSecret = (reference: string) => Promise<string>

export function secretsOf(environment: Readonly<Record<string, string | undefined>>): ReadSecret {
  return async (reference) => {
    const at = reference.indexOf(':') + 1
    const place = reference.slice(at)
    const found = reference.startsWith('file:')
      ? await readFile(place, 'utf8').catch(() => undefined)
      : environment[place]
    const secret = found?.trim()
    if (!secret) throw new Error(`${reference}: no secret there`)
    return secret
  }
}

const importParameters = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const

/** A private key of PEM text, for one algorithm. Rejects where it is none, or another. */
export async function importSigningKey(
  pem: string,
  algorithm: keyof typeof importParameters,
): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', der, importParameters[algorithm], false, ['sign'])
}
