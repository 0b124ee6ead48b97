/** What the API says of where a request stands: whose turn it is, what was done and said, what is granted. */
import { z } from 'zod'
import { resultKinds } from '../../habilitation/results.ts'

const stamp = { by: z.string(), at: z.string() }
const actor = { issuer: z.string(), subject: z.string() }
const sent = z.object({
  at: z.string(),
  items: z.array(z.object({ field: z.string(), comment: z.string() })),
})

const change = z.object({
  path: z.string(),
  added: z.array(z.string()).optional(),
  removed: z.array(z.string()).optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
})

const decided = z
  .object({
    decision: z.enum(['grant', 'refuse']),
    reasons: z.string(),
    crossed: z.boolean().optional(),
    conditions: z
      .array(z.object({ text: z.string(), clause: z.string(), value: z.number().int().optional() }))
      .optional(),
    ...stamp,
  })
  .nullable()

const line = z.looseObject({
  id: z.string(),
  dataset: z.string(),
  holder: z.string().nullable(),
  state: z.enum(['pending', 'countersigned', 'declined', 'open', 'suspended', 'closed']),
  countersignature: z.looseObject(stamp).nullable(),
  comment: z.string().optional(),
  toSign: z.string().optional().meta({ description: 'What its holder signs, while it is pending' }),
})

const grant = z.looseObject({
  ...actor,
  state: z.string(),
  since: z.string(),
  lacking: z.array(z.string()).meta({ description: 'Proofs that the person lacks now' }),
  validatedBy: z.string().optional(),
  issuedBy: z.string().optional(),
  review: z
    .object({ dueAt: z.string(), awaits: z.array(z.enum(['lead', 'manager'])) })
    .optional()
    .meta({ description: 'Of an active grant' }),
  reason: z.string().optional(),
})

const clock = z.object({
  id: z.string(),
  startedAt: z.string(),
  dueAt: z.string(),
  suspendedAt: z.string().optional(),
  late: z.boolean(),
})

/** Members of the view of a request beside its fields. */
export const standing = {
  lead: z.object({ ...actor, organisation: z.string() }),
  turn: z.string().meta({ description: 'Who must act for it to go on; `nobody` when it is over' }),
  offered: z.array(z.string()).meta({ description: 'Commands that the reader may give now' }),
  barred: z
    .array(z.object({ command: z.string(), rule: z.string(), fr: z.string(), en: z.string() }))
    .meta({ description: 'What a rule about persons forbids to the reader, though role and state allow it' }),
  clocks: z.array(clock),
  permit: z.object({ id: z.string(), version: z.number().int(), sha256: z.string() }).nullable(),
  proposal: decided,
  opinions: z.array(z.object({ role: z.string(), opinion: z.string(), comment: z.string(), ...stamp })),
  questions: z.array(sent),
  answers: z.array(sent),
  items: sent.shape.items.meta({ description: 'What the secretariat asks, while it waits for the lead' }),
  externals: z.array(z.object({ kind: z.string(), reference: z.string() })),
  interests: z.array(z.object({ none: z.boolean(), text: z.string(), ...stamp })),
  resubmissions: z
    .array(z.object({ at: z.string(), changes: z.array(change) }))
    .meta({ description: 'Each submission after the first, with what it changed of the one before' }),
  accessReview: z.object({ conclusion: z.string(), comment: z.string(), ...stamp }).nullable(),
  results: z
    .array(
      z.object({
        kind: z.enum(resultKinds),
        title: z.string(),
        summary: z.string(),
        link: z.string(),
        ...stamp,
      }),
    )
    .meta({ description: 'Handed in for the public' }),
  lines: z.array(line),
  suspensions: z.array(
    z.object({
      line: z.string().optional(),
      person: z.object(actor).optional(),
      reason: z.string(),
      at: z.string(),
      agreed: z.array(z.string()).meta({ description: 'Who has agreed to start again; it takes both' }),
    }),
  ),
  grants: z.array(grant),
  amendment: z.looseObject({ kind: z.string(), changes: z.array(change), proposal: decided }).nullable(),
  versions: z.array(
    z.object({ id: z.string(), version: z.number().int(), sha256: z.string(), changes: z.array(change) }),
  ),
  certificate: z
    .object({ sha256: z.string(), at: z.string(), attested: z.object(stamp).nullable() })
    .nullable(),
  history: z.array(z.object({ type: z.string(), ...stamp })),
}
