/** Who works on the node of the trial, at which issuer they sign in, and a browser for each. */
import { type Answer, send } from '../contract/system.ts'
import { openBrowser } from '../identity/browser.ts'
import type { TestProvider } from '../identity/login-provider.ts'

interface Worker {
  readonly issuer: 'chu' | 'proconnect'
  readonly roles: readonly string[]
  readonly manager?: string
}

/** By subject; those of the hospital sign in at its own provider, those of the region at the other. */
const people: Readonly<Record<string, Worker>> = {
  alice: { issuer: 'chu', roles: ['researcher'], manager: 'sylvie' },
  paul: { issuer: 'chu', roles: ['lead', 'researcher'], manager: 'sylvie' },
  rouen: { issuer: 'chu', roles: ['holder'] },
  sylvie: { issuer: 'chu', roles: ['manager'] },
  claire: { issuer: 'proconnect', roles: ['authority'] },
  lucie: { issuer: 'proconnect', roles: ['secretariat'] },
  nadia: { issuer: 'proconnect', roles: ['dpo'] },
  rene: { issuer: 'proconnect', roles: ['registrar'] },
  yves: { issuer: 'proconnect', roles: ['authority'] },
}

const organisations = { chu: 'chu-rouen', proconnect: 'region-normandie' } as const

/** As a configuration names them. */
export const accounts = Object.entries(people).map(([subject, { issuer, roles, manager }]) => ({
  ...{ issuer, subject, roles, displayName: subject, organisation: organisations[issuer] },
  ...(manager !== undefined && { manager: { issuer, subject: manager } }),
}))

interface Calls {
  readonly as?: string
  readonly body?: unknown
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export interface Door {
  /** Signs somebody in anew; answers the cookie of the session. */
  signIn(subject: string): Promise<string>
  /** By the session of `as`, opened where there is none. */
  call(method: string, path: string, call?: Calls): Promise<Answer>
}

/** The address of a node, and the two providers at which its people prove who they are. */
export function openDoorOf(url: string, providers: Readonly<Record<Worker['issuer'], TestProvider>>): Door {
  const cookies = new Map<string, string>()

  async function signIn(subject: string): Promise<string> {
    const { issuer } = workerOf(subject)
    const provider = providers[issuer]
    provider.person = { ...provider.person, subject }
    const browser = openBrowser()
    const begun = await browser.get(`${url}/connexion/${issuer}`)
    const answered = await browser.follow(await browser.get(begun.headers.get('location') ?? ''))
    const entered = await browser.get(answered.headers.get('location') ?? '')
    const [cookie = ''] =
      entered.headers
        .getSetCookie()
        .find((line) => line.startsWith('__Host-huisclos='))
        ?.split(';') ?? []
    if (cookie === '') throw new Error(`${subject} was not signed in: ${entered.status}`)
    cookies.set(subject, cookie)
    return cookie
  }

  return {
    signIn,
    async call(method, path, { as, ...call } = {}) {
      const headers = new Headers(call.headers)
      if (as !== undefined) {
        headers.set('cookie', cookies.get(as) ?? (await signIn(as)))
        headers.set('sec-fetch-site', 'same-origin')
        // A change by cookie says what it sends, with a body or without.
        if (method !== 'GET' && !headers.has('content-type')) headers.set('content-type', 'application/json')
      }
      return send(url + path, method, { ...call, headers })
    },
  }
}

function workerOf(subject: string): Worker {
  const worker = people[subject]
  if (worker === undefined) throw new Error(`nobody is called ${subject}`)
  return worker
}
