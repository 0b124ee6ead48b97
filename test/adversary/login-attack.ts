/** What attacks on signing in are made of. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Asked, Away, LoginHouse } from '../identity/login-house.ts'
import { ecKey } from '../identity/visa-issuer.ts'

export interface LoginAttack {
  /** Of the refusal. */
  readonly rule: string
  readonly how: (house: LoginHouse) => Promise<unknown>
  /** Honest sign-ins on the way there. Default none. */
  readonly opens?: number
}

export type Claims = Record<string, unknown>
export const minute = 60_000
export const other = ecKey('rogue-1')

/** The hostile issuer signs in its own eve, after it has been turned. */
export function turned(change: (rogue: LoginHouse['rogue']) => void, asked?: Asked): LoginAttack['how'] {
  return async (house) => {
    change(house.rogue)
    return house.signIn('rogue', asked)
  }
}

/** What the answer of an honest issuer becomes on its way. */
export function onTheWay(
  change: (search: URLSearchParams, away: Away, house: LoginHouse) => unknown,
): LoginAttack['how'] {
  return async (house) => {
    const away = await house.away('chu')
    const search = new URLSearchParams(away.back.search)
    await change(search, away, house)
    return house.logins.finish({ issuer: 'chu', search: `?${search}`, cookie: away.cookie })
  }
}

export const claiming = (change: Claims, header: Claims = {}) =>
  turned((rogue) => {
    rogue.idToken = (head, claims) => [
      { ...head, ...header },
      { ...claims, ...change },
    ]
  })
export const writing = (token: (header: Claims, claims: Claims) => string) =>
  turned((rogue) => {
    rogue.idToken = token
  })
/** Whatever was read before has ended: documents and keys are asked for anew. */
export const later =
  (change: (rogue: LoginHouse['rogue'], house: LoginHouse) => void): LoginAttack['how'] =>
  async (house) => {
    house.time.ahead += 11 * minute
    change(house.rogue, house)
    return house.signIn('rogue')
  }
export const announcing = (change: Claims) =>
  later((rogue) => {
    rogue.discovery = (document) => ({ ...document, ...change })
  })
export const answering = (
  path: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) => later((rogue) => void rogue.answers.set(path, answer))
/** Keys are asked for after everything else has gone well. */
export const publishing = (keys: readonly object[]) =>
  answering('/jwks', (_, response) => void response.end(JSON.stringify({ keys })))

export const redirect = (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(302, { location: '/elsewhere' }).end()
export const huge = (_: IncomingMessage, response: ServerResponse) =>
  void response.end(`{"a":"${'x'.repeat(70_000)}"}`)
export const silent = () => {}
export const html = (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>')

export const seconds = (house: LoginHouse) => Math.floor(house.now() / 1_000)
export const timed =
  (change: (now: number) => Claims): LoginAttack['how'] =>
  async (house) =>
    claiming(change(seconds(house)))(house)

export const badAnswer = 'login.oauth_invalid_response'

/** `at_hash` of an access token, under an algorithm of 256 bits. */
export function halfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
}
