/**
 * The public JWS vectors (C2SP/wycheproof, `json_web_signature_test.json`), read from the folder of HUISCLOS_VECTORS; they are not
 * shipped. Two invalid ones have the very bytes of a valid one and cannot be told from it (security.md 5.4).
 */
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import jsonwebtoken from 'jsonwebtoken'
import { readKeys } from '../../services/identity/issuer-keys.ts'
import { algorithms, verifyCompact } from '../../services/identity/jws.ts'

const folder = process.env.HUISCLOS_VECTORS
const exceptions: readonly number[] = [367, 370]

type Jwk = Readonly<Record<string, string>>

interface Vectors {
  readonly testGroups: readonly {
    readonly public?: Jwk
    readonly private?: Jwk
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

/** As our own verifier is asked: a key of a published set, good for what it was published for. The header of a vector has no type. */
function isAccepted(jws: string, jwk: Jwk): boolean {
  const keys = readKeys(JSON.stringify({ keys: [jwk] }), algorithms) ?? new Map()
  return isQuiet(() => verifyCompact({ token: jws, keys, typ: [null, 'JWT'], algorithms }))
}

function isAcceptedBare(jws: string, jwk: Jwk): boolean {
  if (jwk.kty === 'oct') return false
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  return isQuiet(() => jsonwebtoken.verify(jws, key, { algorithms: [...algorithms], ignoreExpiration: true }))
}

function isQuiet(act: () => unknown): boolean {
  try {
    act()
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
    expect(all().filter(({ result }) => result === 'invalid').length).toBeGreaterThan(0)
    const wrong = acceptedBy(isAccepted).map(({ tcId }) => tcId)
    expect(wrong.filter((tcId) => !exceptions.includes(tcId))).toEqual([])
  })

  test('are accepted where they are valid and of a kind that we take', () => {
    const valid = all().filter(
      ({ result, jwk }) => result === 'valid' && jwk.kid !== undefined && jwk.kty !== 'oct',
    )
    const accepted = valid.filter(({ jws, jwk }) => typeof jws === 'string' && isAccepted(jws, jwk))
    expect(accepted.length).toBeGreaterThan(0)
  })

  test('are let through by the package alone more often', () => {
    expect(acceptedBy(isAcceptedBare).length).toBeGreaterThan(exceptions.length)
  })
})
