/** The cases of policies/query.cedar (policies/cases/query.json), put to the decision itself. Pure. */
import { z } from 'zod'
import type { Person } from '../identity/person.ts'
import { type CaseBase, permitOf, personOf } from './case-base.ts'
import type { Ask, Decision } from './decision.ts'
import type { CurrentPermit, PermitPayload } from './permit.ts'
import { mergePatch } from './request.ts'

const text = z.string()
const level = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
const members = z.record(text, z.unknown())

export const queryCases = z.array(
  z.strictObject({
    /** The rule that it is about. */
    rule: text,
    title: text,
    /** `permit`, or the code of the refusal. */
    expect: text,
    given: z.strictObject({
      by: text.exactOptional(),
      issuer: text.exactOptional(),
      level: level.exactOptional(),
      /** Versions of the training and the charter that the person holds, and what the session proved. */
      versions: z.record(text, text).exactOptional(),
      session: z
        .strictObject({ acr: text.exactOptional(), authenticatedAt: z.number().exactOptional() })
        .exactOptional(),
      proofs: z.record(text, text.nullable()).exactOptional(),
      now: text.exactOptional(),
      purpose: text.exactOptional(),
      objective: text.exactOptional(),
      datasets: z.array(text).exactOptional(),
      /** Members that the permit, or the register's word on it, has instead of those of the base. */
      permit: members.exactOptional(),
      standing: members.exactOptional(),
    }),
  }),
)
export type QueryCase = z.infer<typeof queryCases>[number]

/** What the case asks, and of which permit. */
export function questionOf(
  { given }: QueryCase,
  base: CaseBase,
): { readonly ask: Ask; readonly current: CurrentPermit } {
  const { now, purpose, objective, datasets, permit, standing } = given
  const ask = {
    by: asking(given, base),
    now: now === undefined ? base.today : Date.parse(now),
    ...(purpose !== undefined && { purpose }),
    ...(objective !== undefined && { objective }),
    ...(datasets !== undefined && { datasets }),
  }
  // What is not a member of a permit is no fact of any rule: the decision says what comes of it.
  const changed = permit as Partial<PermitPayload> | undefined
  return { ask, current: permitOf(base, changed, standing as Partial<CurrentPermit['standing']>) }
}

function asking(
  { by = 'alice', issuer, level: of, versions, session, proofs = {} }: QueryCase['given'],
  base: CaseBase,
): Person {
  const person = personOf(base, by)
  const until = Object.entries(proofs).map(([proof, day]) => [proof, day && Date.parse(day)])
  const held = mergePatch(person.proofs, Object.fromEntries(until)) as Person['proofs']
  const account = { ...person, ...session, versions: { ...person.versions, ...versions }, proofs: held }
  return { ...account, ...(issuer && { issuer }), ...(of !== undefined && { level: of }) }
}

/** `permit`, or the code of the refusal: what a case expects. */
export function wordOf(decision: Decision): string {
  return decision.effect === 'permit' ? 'permit' : decision.code
}
