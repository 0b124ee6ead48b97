/** The demo issuer as one with which persons sign in. */
import { demoIssuer } from './demo-accounts.ts'
import type { LoginIssuer } from './issuers/configuration.ts'

/** `issuer` is its address on loopback. */
export function demoLogin(issuer: string): LoginIssuer {
  return {
    name: demoIssuer,
    issuer,
    login: {
      label: { fr: 'Démonstration : choisir une personne', en: 'Demonstration: choose a person' },
      clientId: 'huisclos',
      authentication: { method: 'none' },
      endpoints: {
        authorization: `${issuer}/auth`,
        token: `${issuer}/token`,
        jwks: `${issuer}/jwks`,
        pushed: `${issuer}/request`,
      },
      algorithms: ['ES256'],
      namesItself: true,
      acr: {},
      asksFor: [],
      amr: { pwd: 1, mfa: 2 },
      organisations: 'any',
      logout: { mode: 'none', type: 'logout+jwt' },
      // So that somebody who tries the demo can be one person after the other.
      asksEachTime: true,
      scopes: [],
    },
  }
}
