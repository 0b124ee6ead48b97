/** An issuer that fails under a production node: whoever is signed in stays so, who comes is told, and all is well when it is back. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Node } from '../../services/node.ts'
import { openBrowser } from '../identity/browser.ts'
import { openTestProvider, type TestProvider } from '../identity/login-provider.ts'
import { address, openProductionHome, type ProductionHome } from '../node/production-node.ts'
import { type Condition, conditions, type Observed } from './cell.ts'
import { cellOf } from './table.ts'

let home: ProductionHome
let issuer: TestProvider
let node: Node
let cookie = ''

beforeAll(async () => {
  home = await openProductionHome()
  const client = { token_endpoint_auth_method: 'none', redirect_uris: [`${address}/connexion/chu/retour`] }
  issuer = await openTestProvider({ name: 'chu', ahead: () => 0, client })
  node = await home.open({}, { logins: [issuer.issuer] })
  const entered = await signIn()
  cookie = entered.cookie
}, 60_000)
afterAll(async () => {
  await node?.close()
  await Promise.all([issuer?.close(), home?.close()])
})

/** `between` comes after the person has been with the issuer, and before the node asks it for her token. */
async function signIn(between: () => void = () => {}): Promise<{ status: number; cookie: string }> {
  const browser = openBrowser()
  const begun = await browser.get(`${node.url}/connexion/chu`)
  const answer = await browser.follow(await browser.get(begun.headers.get('location') ?? ''))
  between()
  const back = answer.headers.get('location') ?? ''
  const entered = await browser.get(back.replace(address, node.url))
  const session = entered.headers.getSetCookie().find((line) => line.startsWith('__Host-huisclos=')) ?? ''
  return { status: entered.status, cookie: session.split(';')[0] ?? '' }
}

const me = () =>
  fetch(`${node.url}/api/v1/me`, { headers: { cookie, 'sec-fetch-site': 'same-origin' } }).then(
    ({ status }) => status,
  )

const hurt: Readonly<Record<Condition, (request: IncomingMessage, response: ServerResponse) => void>> = {
  down: (request) => void request.socket.destroy(),
  slow: () => {},
  garbage: (_, response) => void response.end('\u0000keys'),
}

describe('an issuer', () => {
  test.each(conditions)(
    'that is %s lets nobody in, and nobody out',
    async (condition) => {
      const ill = () => {
        for (const path of ['/token', '/jwks', '/request']) issuer.answers.set(path, hurt[condition])
      }
      const { status, cookie: none } = await signIn(ill)
      expect(none).toBe('')
      expect(await me()).toBe(200)
      issuer.mend()
      const again = await signIn()
      const isBack = again.cookie !== ''
      const seen: Observed = { status, code: null, exit: null, isBack }
      expect(seen).toEqual(cellOf('issuer', condition).expected)
    },
    20_000,
  )

  test('that is well turns each of these cells red', async () => {
    const { status } = await signIn()
    for (const condition of conditions) expect(status).not.toBe(cellOf('issuer', condition).expected.status)
  })

  test('whose keys alone are out of reach signs in by those that were read a moment ago', async () => {
    issuer.answers.set('/jwks', hurt.down)
    expect((await signIn()).cookie).not.toBe('')
    issuer.mend()
  })
})
