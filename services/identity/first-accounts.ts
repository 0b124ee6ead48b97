/** The organisations and persons that the configuration of a node names: the form of that part of the file. */
import { z } from 'zod'
import { type Actor, samePerson } from '../kernel/id.ts'
import type { Organisation } from './accounts.ts'
import { type Account, roles } from './person.ts'

const text = z.string().min(1).max(255)
const organisationId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)

/** An organisation of a node; `kind` is a code of vocabulary/organisations.json. */
export const organisations = z
  .array(z.strictObject({ id: organisationId, name: text, kind: z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/) }))
  .max(1_000)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'the same id twice')
  .default([])

const account = z.strictObject({
  /** Configured name of an issuer. */
  issuer: z.string(),
  /** Its `sub`, to the letter. */
  subject: text,
  displayName: text,
  /** Id of an organisation of the same file. */
  organisation: organisationId,
  roles: z.array(z.enum(roles)).min(1).max(roles.length),
  /** Her line manager, without whom nobody validates a grant of hers: another account of the same file. */
  manager: z.strictObject({ issuer: z.string(), subject: text }).exactOptional(),
})
type FirstAccount = z.infer<typeof account>

/** Who has an account from the first start on: no person is named twice. */
export const accounts = z
  .array(account)
  .max(10_000)
  .refine(
    (all) => new Set(all.map(({ issuer, subject }) => `${issuer}:${subject}`)).size === all.length,
    'the same person twice',
  )
  .default([])

/** Whom a configuration names. */
export interface FirstPeople {
  readonly organisations: readonly Organisation[]
  readonly accounts: readonly FirstAccount[]
}

interface Named extends FirstPeople {
  readonly issuers: readonly { readonly name: string }[]
}

/** The place of the first name in the accounts that stands for nothing, such as `accounts.0.issuer`; null when there is none. */
export function accountFault({ issuers, organisations, accounts }: Named): string | null {
  const isNamed = (person: Actor) => accounts.some((one) => samePerson(one, person))
  for (const [at, { issuer, organisation, manager, subject }] of accounts.entries()) {
    if (!issuers.some(({ name }) => name === issuer)) return `accounts.${at}.issuer: not one of issuers`
    if (!organisations.some(({ id }) => id === organisation))
      return `accounts.${at}.organisation: not one of organisations`
    if (manager !== undefined && (!isNamed(manager) || samePerson(manager, { issuer, subject })))
      return `accounts.${at}.manager: not another one of accounts`
  }
  return null
}

/** What is seeded of them. Proofs are never configured: they are recorded by persons, or stood for by visas. */
export function seedsOf({ organisations, accounts }: FirstPeople): {
  readonly organisations: readonly Organisation[]
  readonly accounts: readonly Account[]
} {
  return { organisations, accounts: accounts.map((one) => ({ ...one, proofs: {} })) }
}
