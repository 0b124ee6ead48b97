/** GA4GH passports: the visas that this node issues to a person, and those of others that a person hands in. */
import { z } from 'zod'
import { keySet } from '../../habilitation/keys.ts'
import { issueVisas, visaAuthority, visaIssuerAt } from '../../habilitation/visa.ts'
import { proofNames } from '../../identity/person.ts'
import { openRoute, type Route, route } from '../route.ts'

const hash = z.string().meta({ description: 'SHA-256 of the token, as the log names it' })

const passport = z
  .object({
    ga4gh_passport_v1: z
      .array(z.string())
      .meta({ description: 'Visas as signed tokens, in the form of an AAI userinfo answer' }),
  })
  .meta({ id: 'Passport' })

const received = z
  .object({
    visas: z.array(
      z.object({
        sha256: hash,
        type: z.string().optional(),
        counts: z.boolean(),
        rule: z.string().optional().meta({ description: 'Why it does not count' }),
      }),
    ),
    proofs: z.array(z.object({ proof: z.enum(proofNames), until: z.iso.datetime(), visas: z.array(hash) })),
  })
  .meta({ id: 'PassportReceived' })

const handed = z.strictObject({
  passport: z
    .string()
    .max(262_144)
    .meta({ description: 'A passport of a broker that this node trusts, as a signed token' }),
})

const metadata = z
  .object({
    issuer: z.string(),
    jwks_uri: z.string(),
    claims_supported: z.array(z.string()),
    visa_signing_alg_values_supported: z.array(z.string()),
  })
  .meta({ id: 'VisaIssuer' })

export const passportRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me/passport',
    summary: 'Visas of what the caller may query at this moment, good for an hour at most',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'A list, empty when there is nothing', schema: passport } },
    handler: async (house, { by }) => {
      const needs = { ...house.habilitation, address: house.address }
      return { json: { ga4gh_passport_v1: await issueVisas(needs, by) } }
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/me/passport',
    summary: 'Hands in a passport of others; its visas replace those of the one before',
    authorisation: { who: 'account', sees: 'none' },
    records: 'own',
    body: handed,
    responses: { 200: { description: 'What each visa is worth here', schema: received } },
    handler: async (house, { by, body }) => {
      const { visas, vouched } = await house.passports.receive(by, body.passport)
      const proofs = vouched.map((one) => ({ ...one, until: new Date(one.until).toISOString() }))
      return { json: { visas, proofs } }
    },
  }),
  openRoute({
    method: 'get',
    path: '/visas/.well-known/openid-configuration',
    summary: 'Who issues the visas of this node, and where its keys are',
    responses: { 200: { description: 'Metadata of an issuer of visas', schema: metadata } },
    handler: async ({ address }) => {
      const { issuer, jwks } = visaIssuerAt(address)
      const json = {
        issuer,
        jwks_uri: jwks,
        claims_supported: ['iss', 'sub', 'jti', 'iat', 'exp', 'ga4gh_visa_v1'],
        visa_signing_alg_values_supported: ['ES256'],
      }
      return { json }
    },
  }),
  openRoute({
    method: 'get',
    path: '/visas/jwks.json',
    summary: 'The keys that sign the visas of this node',
    responses: {
      200: { description: 'A JSON Web Key Set', schema: z.object({ keys: z.array(z.unknown()) }) },
    },
    handler: async ({ habilitation, address }) => ({
      json: keySet(visaAuthority(habilitation.keys, address)),
    }),
  }),
]
