/** Plays the cases of policies/visas.json: each visa alone, of a source that is trusted for it. Pure. */
import type { Played } from '../habilitation/cases.ts'
import type { Visa } from '../identity/visa.ts'
import type { VisaExample, VisaPolicy } from '../identity/visa-policy.ts'
import { worthOf } from '../identity/visa-proofs.ts'
import type { VisaIssuer } from '../identity/visa-trust.ts'

const dayMs = 86_400_000
const holder = { issuer: 'https://univ.example', subject: 'alice' }

function visaOf({ type, value, by, days }: VisaExample['given'], now: number): Visa {
  return {
    ...{ sha256: 'a', token: 'a', identity: holder, type, value, by, linked: [] },
    asserted: now - days * dayMs,
    until: now + 365 * dayMs,
    source: holder.issuer,
  }
}

function trustedFor(type: VisaExample['given']['type']): VisaIssuer {
  const { issuer } = holder
  return {
    ...{ issuer, jwks: `${issuer}/jwks`, algorithms: ['ES256'], broker: false },
    sources: { [type]: [issuer] },
  }
}

/** Every case of every rule, under the whole policy. */
export function playVisas(policy: VisaPolicy, now: number): readonly Played[] {
  return policy.rules.flatMap(({ proof, cases }) =>
    cases.map(({ title, given, expect }) => {
      const asked = { visas: [visaOf(given, now)], issuers: [trustedFor(given.type)] }
      const { vouched } = worthOf({ ...asked, identities: [holder], policy, now })
      const proofs = vouched.map((one) => one.proof)
      return {
        ...{ file: 'visas.json', entry: proof, title, expected: expect },
        found: proofs.length === 0 ? 'nothing' : proofs.join() === proof ? 'counts' : proofs.join(' '),
      }
    }),
  )
}
