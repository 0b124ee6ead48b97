/** One issuer by configuration (security.md 5.1): the form of that part of the file. What it pins is never learnt from the issuer. */

import { z } from 'zod'
import { issuerAddress } from '../issuer-address.ts'
import { algorithms } from '../jws.ts'

/** Assurance of a sign-in (security.md 5.2): 0 unknown, 1 one factor, 2 two factors or substantial, 3 high. */
const level = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
export type Level = z.infer<typeof level>

const text = z.string().min(1).max(255)

/** Where a secret lies: a file that only this process reads, or a variable. It never stands in the configuration itself. */
const reference = z.string().regex(/^(file:\/.{1,4000}|env:[A-Z][A-Z0-9_]{0,99})$/, 'file:/path or env:NAME')

/** How this node proves to the issuer who it is; `none` is for a provider on the same machine. */
function authentication(isLocalAllowed: boolean) {
  const withSecret = z.strictObject({
    method: z.enum(['client_secret_basic', 'client_secret_post']),
    secret: reference,
  })
  const withKey = z.strictObject({
    method: z.literal('private_key_jwt'),
    /** PEM (PKCS #8) of a key for `algorithm`. */
    key: reference,
    kid: z.string().regex(/^[A-Za-z0-9._~=-]{1,200}$/),
    algorithm: z.enum(['ES256', 'PS256', 'RS256']).default('ES256'),
  })
  const nothing = z.strictObject({ method: z.literal('none') })
  return z
    .discriminatedUnion('method', [withKey, withSecret, nothing])
    .refine(({ method }) => isLocalAllowed || method !== 'none', 'a client without a secret')
}

/** How persons sign in with an issuer (OpenID Connect, code flow). Every address is compared with what it publishes, byte for byte. */
function signIn(isLocalAllowed: boolean) {
  const url = issuerAddress(isLocalAllowed)
  return z.strictObject({
    /** How pages call it, in French and in English. */
    label: z.strictObject({ fr: text, en: text }),
    clientId: text,
    authentication: authentication(isLocalAllowed),
    endpoints: z.strictObject({
      authorization: url,
      token: url,
      /** Its keys host: no key is read elsewhere. */
      jwks: url,
      /** Pushed authorization requests (RFC 9126): used where given, and given where the issuer offers them. */
      pushed: url.exactOptional(),
    }),
    /** Of its ID tokens. */
    algorithms: z.array(z.enum(algorithms)).min(1),
    /** Whether its answers name it (RFC 9207); once it does, an answer that does not is refused. Default true. */
    namesItself: z.boolean().default(true),
    /** Level of each class of authentication; one that is not here is worth 0. */
    acr: z.record(text, level).default({}),
    /** Classes to ask for at each sign-in, where an issuer wants to be told; what it answers is looked at all the same. */
    asksFor: z.array(text).max(10).default([]),
    /** Level of each method; one that is not here is worth 0. */
    amr: z.record(text, level).default({}),
    /** Organisations whose accounts it may open; `any` for a federation that serves them all. */
    organisations: z.union([z.literal('any'), z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)).min(1)]),
    /** Whether it tells us of a sign-out, and the type of its logout tokens. */
    logout: z
      .strictObject({
        mode: z.enum(['none', 'back-channel']),
        type: z.enum(['logout+jwt', 'JWT']).default('logout+jwt'),
      })
      .default({ mode: 'none', type: 'logout+jwt' }),
    /** Whether it asks the person again at each sign-in, whatever session it keeps itself; for workstations that are shared. */
    asksEachTime: z.boolean().default(false),
    /** Asked for beside `openid`. */
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
      .max(20)
      .default([]),
  })
}

/** An issuer gives access tokens (`audience` and `jwks`, together), sign-ins (`login`), or both. */
function issuer({ isLocalAllowed }: { readonly isLocalAllowed: boolean }) {
  return z
    .strictObject({
      /** Short name by which accounts and permits know it, and which its way back carries; `demo` is taken. */
      name: z
        .string()
        .regex(/^[a-z0-9-]{1,40}$/)
        .refine((name) => name !== 'demo'),
      /** Its `iss`, to the letter. */
      issuer: issuerAddress(isLocalAllowed),
      /** The `aud` that its access tokens must carry. */
      audience: z.string().min(1).max(200).exactOptional(),
      /** Path of its keys as a JWK set (RFC 7517). Read at start. */
      jwks: z.string().min(1).exactOptional(),
      login: signIn(isLocalAllowed).exactOptional(),
    })
    .refine((one) => (one.audience === undefined) === (one.jwks === undefined), {
      message: 'audience and jwks go together',
      path: ['jwks'],
    })
    .refine((one) => one.audience !== undefined || one.login !== undefined, {
      message: 'neither access tokens nor sign-ins',
      path: ['login'],
    })
}

/** The list of a node: no name and no issuer stands in it twice. */
export function issuers(allowed: { readonly isLocalAllowed: boolean }) {
  return z
    .array(issuer(allowed))
    .min(1)
    .max(20)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'the same name twice')
    .refine((all) => new Set(all.map((one) => one.issuer)).size === all.length, 'the same issuer twice')
}

/** One issuer of a configuration. */
export type Issuer = z.infer<ReturnType<typeof issuer>>
/** An issuer with which persons sign in. */
export type LoginIssuer = Pick<Issuer, 'name' | 'issuer'> & { readonly login: NonNullable<Issuer['login']> }

/** Whether an issuer may speak for the accounts of an organisation. */
export function mayOpen(
  { organisations }: Pick<LoginIssuer['login'], 'organisations'>,
  { organisation }: { readonly organisation: string },
): boolean {
  return organisations === 'any' || organisations.includes(organisation)
}
