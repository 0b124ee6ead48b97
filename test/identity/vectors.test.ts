/**
 * The public JWS vectors (C2SP/wycheproof, `json_web_signature_test.json`), read from the folder of HUISCLOS_VECTORS; they are not
 * shipped. Two invalid ones have the very bytes of a valid one and cannot be told from it (security.md 5.4).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import jsonwebtoken from 'jsonwebtoken'
import { publicKeyOf } from '../../services/identity/jwk.ts'
import { type Algorithm, verifyCompact } from '../../services/identity/jws.ts'

const folder = process.env.HUISCLOS_VECTORS
const exceptions: readonly number[] = [367, 370]
const algorithms: readonly Algorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
]

interface Vectors {
  readonly testGroups: readonly {
    readonly public?: Readonly<Record<string, string>>
    readonly private?: Readonly<Record<string, string>>
    readonly tests: readonly { readonly tcId: number; readonly jws: unknown; readonly result: string }[]
  }[]
}

function read(): Vectors {
  const name = 'json_web_signature_test.json'
  for (const path of [join(folder ?? '', name), join(folder ?? '', 'testvectors_v1', name)]) {
    try {
      return JSON.parse(readFileSync(path, 'utf8'))
    } catch {
      // In the other place, then.
    }
  }
  throw new Error(`HUISCLOS_VECTORS holds no ${name}`)
}

/** As our own verifier is asked: the key under the name that the vector gives it. The header of a vector has no type. */
function isAccepted(jws: string, jwk: Readonly<Record<string, string>>): boolean {
  const key = publicKeyOf(jwk as unknown as Parameters<typeof publicKeyOf>[0])
  if (key === null) return false
  try {
    verifyCompact({ token: jws, keys: new Map([[jwk.kid ?? '', key]]), typ: [null, 'JWT'], algorithms })
    return true
  } catch {
    return false
  }
}

function isAcceptedBare(jws: string, jwk: Readonly<Record<string, string>>): boolean {
  const key = publicKeyOf(jwk as unknown as Parameters<typeof publicKeyOf>[0])
  try {
    if (key === null) return false
    jsonwebtoken.verify(jws, key, { algorithms: [...algorithms], ignoreExpiration: true })
    return true
  } catch {
    return false
  }
}

if (folder === undefined) {
  process.stderr.write('JWS vectors: skipped, HUISCLOS_VECTORS names no folder\n')
}

;(folder === undefined ? describe.skip : describe)('the public JWS vectors', () => {
  const all = () =>
    read().testGroups.flatMap(({ tests, ...group }) =>
      tests.map((one) => ({ ...one, jwk: group.public ?? group.private ?? {} })),
    )
  const acceptedBy = (accepts: typeof isAccepted) =>
    all().filter(
      ({ jws, jwk, result }) => result === 'invalid' && typeof jws === 'string' && accepts(jws, jwk),
    )

  test('are refused where they are invalid, but for those that cannot be told from a valid one', () => {
    expect(all().filter(({ result }) => result === 'invalid').length).toBeGreaterThan(300)
    const wrong = acceptedBy(isAccepted).map(({ tcId }) => tcId)
    expect(wrong.filter((tcId) => !exceptions.includes(tcId))).toEqual([])
  })

  test('are let through by the package alone more often', () => {
    expect(acceptedBy(isAcceptedBare).length).toBeGreaterThan(exceptions.length)
  })
})
