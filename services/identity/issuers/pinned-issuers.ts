/** The issuers of a configuration, ready: what they pin is read from files of this machine, and nothing is asked of them yet. */

import { readFile } from 'node:fs/promises'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { openIssuerKeys, readKeys } from '../issuer-keys.ts'
import { algorithms } from '../jws.ts'
import type { LogoutIssuer } from '../logout.ts'
import type { TrustedIssuer } from '../token.ts'
import { type Issuer, type LoginIssuer, mayOpen } from './configuration.ts'
import { levelOf } from './level.ts'
import { openProvider, type Provider } from './provider.ts'
import type { ReadSecret } from './secret.ts'

export interface PinnedIssuers {
  /** With whom persons sign in. */
  readonly providers: readonly Provider[]
  /** Whose access tokens are taken. */
  readonly trusted: readonly TrustedIssuer[]
  /** Who tells us of sign-outs. */
  readonly logouts: readonly LogoutIssuer[]
  /** How every issuer names persons, whatever it is configured for. */
  readonly names: readonly Pick<TrustedIssuer, 'name' | 'identifiers'>[]
}

export interface PinnedNeeds {
  readonly issuers: readonly Issuer[]
  /** Where this node is reached, without a slash at the end. */
  readonly address: string
  readonly clock: Clock
  readonly log: Log
  readonly secret: ReadSecret
}

/** Rejects with one line that names the issuer, where a secret or a key set that it names is not there; the line repeats no secret. */
export async function openPinnedIssuers({ issuers, ...common }: PinnedNeeds): Promise<PinnedIssuers> {
  const logins = issuers.flatMap(({ name, issuer, login }) => (login ? [{ name, issuer, login }] : []))
  return {
    providers: await Promise.all(logins.map((issuer) => openNamed(issuer, common))),
    trusted: (await Promise.all(issuers.map(trustOf))).flat(),
    logouts: logins.flatMap((issuer) => logoutOf(issuer, common.clock)),
    names: issuers.map(({ name, issuer }) => ({ name, identifiers: [issuer] })),
  }
}

async function openNamed(issuer: LoginIssuer, common: Omit<PinnedNeeds, 'issuers'>): Promise<Provider> {
  return openProvider({ issuer, ...common }).catch((cause: unknown) => {
    const why = cause instanceof Error && /: no secret there$/.test(cause.message) ? cause.message : null
    throw new Error(`issuers (${issuer.name}): ${why ?? 'authentication: not such a key'}`, { cause })
  })
}

/** An issuer with keys in a file gives access tokens; what it may open, and how high, is what its sign-ins are held to as well. */
async function trustOf({ name, issuer, audience, jwks, login }: Issuer): Promise<readonly TrustedIssuer[]> {
  if (audience === undefined || jwks === undefined) return []
  const text = await readFile(jwks, 'utf8').catch((cause: unknown) => {
    throw new Error(`issuers (${name}): jwks: ${jwks} cannot be read`, { cause })
  })
  const keys = readKeys(text, algorithms)
  if (keys === null || keys.size === 0) throw new Error(`issuers (${name}): jwks: ${jwks} has no key`)
  const trust = { name, identifiers: [issuer], algorithms, keys: () => keys, audience }
  return [login === undefined ? trust : { ...trust, ...heldTo(login) }]
}

function heldTo(login: LoginIssuer['login']): Pick<TrustedIssuer, 'levelOf' | 'mayOpen'> {
  return {
    levelOf: (said) => levelOf(login, said),
    mayOpen: (account) => mayOpen(login, account),
  }
}

function logoutOf({ name, issuer, login }: LoginIssuer, clock: Clock): readonly LogoutIssuer[] {
  const { logout, endpoints, algorithms, clientId } = login
  if (logout.mode === 'none') return []
  const keys = openIssuerKeys({ jwks: endpoints.jwks, algorithms }, clock)
  const refresh = async () => void (await keys.renewed())
  const trust = { name, identifiers: [issuer], algorithms, keys: () => keys.current(), refresh }
  return [{ trust, clientId, takesPlainType: logout.type === 'JWT' }]
}
