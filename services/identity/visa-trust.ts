/** Whose visas this node listens to: the form of that part of the configuration. Nothing of it is ever learnt from a token. */
import { z } from 'zod'
import { issuerAddress } from './issuer-address.ts'

/** The types of GA4GH visas that this node reads; any other is passed over. */
export const visaTypes = [
  'AffiliationAndRole',
  'AcceptedTermsAndPolicies',
  'ResearcherStatus',
  'ControlledAccessGrants',
  'LinkedIdentities',
] as const
export type VisaType = (typeof visaTypes)[number]

/** Who asserted: oneself, a colleague, a system, a signing official, a data access committee. */
export const asserters = ['self', 'peer', 'system', 'so', 'dac'] as const

/** A name that is compared byte for byte and never fetched. */
const name = z.string().min(1).max(255)

/** One issuer of visas. */
function visaIssuer(isLocalAllowed: boolean) {
  return z.strictObject({
    /** Its `iss` claim, to the letter. */
    issuer: issuerAddress(isLocalAllowed),
    /** Where its keys are read; the `jku` of its visas must be this, to the letter. */
    jwks: issuerAddress(isLocalAllowed),
    algorithms: z.array(z.enum(['RS256', 'ES256'])).min(1),
    /** Whether the passports that it puts together are taken. Default: only its visas are. */
    broker: z.boolean().default(false),
    /** By type of visa, the `source` claims that it may speak for; a type that is absent is not taken from it. */
    sources: z.partialRecord(z.enum(visaTypes), z.array(name).min(1)),
  })
}

/** The list of a node; no issuer is told twice. */
export function visaIssuers({ isLocalAllowed }: { readonly isLocalAllowed: boolean }) {
  return z
    .array(visaIssuer(isLocalAllowed))
    .max(20)
    .refine((all) => new Set(all.map(({ issuer }) => issuer)).size === all.length, 'the same issuer twice')
    .default([])
}

export type VisaIssuer = z.infer<ReturnType<typeof visaIssuer>>
