/** What every case of a bundle begins with (policies/cases/base.json): a day, persons, datasets, a request, a permit. */
import { z } from 'zod'
import type { Person } from '../identity/person.ts'
import { roles } from '../identity/person.ts'
import type { DatasetFacts } from './lines.ts'
import type { CurrentPermit, PermitPayload } from './permit.ts'
import { body } from './request.ts'
import { permitForm } from './signature.ts'

const instant = z.iso.datetime().transform((text) => Date.parse(text))

const dataset = z.strictObject({
  name: z.string(),
  holder: z.string(),
  kind: z.enum(['personal', 'non-personal']),
  k: z.number().int(),
  entity: z.literal('establishment').exactOptional(),
  tables: z.record(
    z.string(),
    z.strictObject({ class: z.enum(['personal', 'public']), columns: z.array(z.string()) }),
  ),
})

export const caseBase = z
  .strictObject({
    today: instant,
    /** The node that applies the rules. */
    node: z.string(),
    /** Until when everybody holds every proof, and of which versions. */
    proofs: instant,
    versions: z.strictObject({ training: z.string(), charter: z.string() }),
    persons: z.record(
      z.string(),
      z.strictObject({ organisation: z.string(), roles: z.array(z.enum(roles)) }),
    ),
    datasets: z.array(dataset),
    request: body,
    permit: permitForm,
  })
  .transform(({ datasets, ...base }) => ({
    ...base,
    facts: new Map<string, DatasetFacts>(datasets.map((one) => [one.name, one])),
  }))
export type CaseBase = z.infer<typeof caseBase>

/** Somebody of the base at a door, with two factors. Error when there is nobody of that name. */
export function personOf({ persons, proofs, ...base }: CaseBase, subject: string): Person {
  const known = persons[subject]
  if (known === undefined) throw new Error(`policies: cases/base.json has no ${subject}`)
  return {
    ...{ issuer: 'demo', subject, displayName: subject, ...known },
    proofs: { training: proofs, charter: proofs, review: proofs, workstation: proofs, affiliation: proofs },
    versions: base.versions,
    ...{ level: 2, door: 'http', methods: ['pwd', 'otp', 'mfa'] },
  }
}

/** The permit of the base in force, its first line open; nobody ever signed it. */
export function permitOf(
  { permit, proofs }: CaseBase,
  change: Partial<PermitPayload> = {},
  standing: Partial<CurrentPermit['standing']> = {},
): CurrentPermit {
  const { persons: named } = { ...permit, ...change }
  // Everybody whom the permit names was granted; the word of the line manager is the standing one, a proof of the person.
  const grants = named.map(({ issuer, subject }) => {
    const word = { leadUntil: proofs, managerUntil: 0 }
    return { issuer, subject, stored: 'active' as const, ...word }
  })
  return {
    permit: { ...permit, ...change, sha256: 'a'.repeat(64), jws: 'unsigned' },
    standing: {
      ...{ state: 'active', currentVersion: 1, openLines: ['L1'] },
      ...{ suspendedLines: [], suspendedPersons: [], grants, ...standing },
    },
    lead: { issuer: 'demo', subject: 'paul' },
  }
}
