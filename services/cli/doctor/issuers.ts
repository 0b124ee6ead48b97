/** What `huisclos doctor` sees of the issuers of a configuration: each is asked what it publishes, as a sign-in would. */
import type { Configuration } from '../../config.ts'
import { discoveryAddress, openDiscovery } from '../../identity/issuers/discovery.ts'
import { pinnedFetch } from '../../identity/issuers/pinned-fetch.ts'
import type { Clock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { Refusal } from '../../kernel/refusal.ts'

export interface SeenIssuers {
  readonly seen: string
  /** Whether all of them are what was accepted. */
  readonly isWell: boolean
}

/** Those with which persons sign in; one that gives access tokens only is never asked anything. */
export async function lookAtIssuers(
  { issuers }: Pick<Configuration, 'issuers'>,
  clock: Clock,
): Promise<SeenIssuers> {
  const states = await Promise.all(
    issuers.map(async ({ name, issuer, login }) => {
      if (login === undefined) return { name, fault: null }
      const named = { name, issuer, login }
      const fetch = pinnedFetch([discoveryAddress(named)])
      const discovery = openDiscovery({ issuer: named, fetch, clock, log: silentLog })
      return discovery.insist().then(
        () => ({ name, fault: null }),
        (error: unknown) => ({ name, fault: faultOf(error) }),
      )
    }),
  )
  return {
    seen: states.map(({ name, fault }) => (fault === null ? name : `${name} (${fault})`)).join(', '),
    isWell: states.every(({ fault }) => fault === null),
  }
}

function faultOf(error: unknown): string {
  const isSilent = error instanceof Refusal && error.code === 'UNAVAILABLE'
  return isSilent ? 'ne répond pas / does not answer' : 'publie autre chose / publishes something else'
}
