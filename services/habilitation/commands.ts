/** What a person may ask of a request or a permit. Types are the last segments of the addresses of the contract, section 6. */
import { z } from 'zod'
import type { Actor } from '../kernel/id.ts'
import type { Attachment } from './event.ts'
import { personBodies } from './person-commands.ts'
import { resultBodies } from './results.ts'

const text = z.string().min(1).max(20_000)
const name = z.string().min(1).max(100)
const items = z
  .array(z.strictObject({ field: z.string().min(1).max(300), comment: text }))
  .min(1)
  .max(200)
  .readonly()
const hash = z.string().regex(/^(sha256:)?[0-9a-f]{64}$/)
const decision = z.enum(['grant', 'refuse'])
const person = z.strictObject({ issuer: name, subject: name })
/** The patch is read again, member by member, by request.ts. */
const patch = z.record(z.string(), z.unknown())

/** A part of a suspended permit: a line by its dataset, or one person. Neither means the whole. */
const scope = { line: name.optional(), person: person.optional() }

/** The body of each command, without its type; the gateway reads requests through these. */
export const commandBodies = {
  submission: z.strictObject({}),
  completeness: z.union([z.strictObject({ complete: z.literal(true) }), z.strictObject({ items })]),
  completion: z.strictObject({}),
  opinions: z.strictObject({
    opinion: z.enum(['favourable', 'conditions', 'unfavourable', 'recused']),
    comment: z.string().max(20_000).default(''),
  }),
  /** Of the reviewer itself, before anything it says of this request. */
  interests: z.union([
    z.strictObject({ none: z.literal(true) }),
    z.strictObject({ none: z.literal(false), text }),
  ]),
  /** A new thread on a field, or one more message in a thread. */
  comments: z.union([
    z.strictObject({
      field: z.string().min(1).max(300),
      text,
      audience: z.enum(['applicant', 'reviewers']).default('applicant'),
    }),
    z.strictObject({ thread: name, text }),
  ]),
  'external-references': z.strictObject({
    kind: z.enum(['cnil', 'cpp', 'atih', 'other']),
    reference: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ./_-]{1,99}$/u),
    sha256: hash.optional(),
  }),
  questions: z.strictObject({ items }),
  answers: z.strictObject({ items }),
  extension: z.strictObject({ reason: text }),
  countersignatures: z.strictObject({
    dataset: name,
    decision: z.enum(['accept', 'decline']),
    comment: z.string().max(20_000).optional(),
    jws: z.string().max(2000).optional(),
  }),
  decision: z.strictObject({
    decision,
    reasons: text,
    conditions: z
      .array(z.strictObject({ text, clause: name, value: z.number().int().exactOptional() }))
      .max(50)
      .readonly()
      .default([]),
    /** Whether the quasi-identifiers asked for may be crossed; asked where there is more than one. */
    crossed: z.boolean().optional(),
  }),
  confirmation: z.strictObject({}),
  acceptance: z.strictObject({}),
  renunciation: z.strictObject({}),
  withdrawal: z.strictObject({}),
  appeal: z.strictObject({ reasons: text }),
  'appeal-decision': z.strictObject({ upheld: z.boolean(), reasons: text }),
  suspension: z.strictObject({ reason: text, ...scope }),
  lift: z.strictObject(scope),
  recall: z.strictObject({ line: name, reason: text }),
  revocation: z.strictObject({ reason: text }),
  dismissal: z.strictObject({ reasons: text }),
  'revocation-appeal': z.strictObject({ reasons: text }),
  amendment: z.strictObject({ patch }),
  renewal: z.strictObject({ until: z.iso.date() }),
  closure: z.strictObject({}),
  attestation: z.strictObject({}),
  ...personBodies,
  ...resultBodies,
} as const

type Bodies = typeof commandBodies
export type FurtherType = keyof Bodies
/** A command without members is its type alone. */
type Members<T> = string extends keyof T ? unknown : T
type Further = { [T in FurtherType]: { readonly type: T } & Members<z.infer<Bodies[T]>> }[FurtherType]

/** What a lead writes: `POST /` and `PATCH /{id}`. */
interface Opening {
  readonly type: 'opening'
  readonly request: unknown
}
interface Change {
  readonly type: 'change'
  readonly patch: unknown
  /** That of the body it was written on (`revisionOf`); absent where what was changed meanwhile may be overwritten. */
  readonly revision?: number
}
/** A document, once its bytes lie among the files of the house; and its removal. */
interface AttachmentGiven {
  readonly type: 'attachment'
  readonly document: Attachment
  /** How many documents one request may have on this node. */
  readonly most: number
}
interface AttachmentTaken {
  readonly type: 'detachment'
  readonly attachment: string
}
/** What no person asks: a column that changes the kind of a request (governance.md 3), and time. */
interface Escalation {
  readonly type: 'escalation'
  readonly trigger: 'E1' | 'E2' | 'E3' | 'E4' | 'E5' | 'E6' | 'E7'
  readonly dataset: string
}
interface Expiry {
  readonly type: 'expiry'
}
/** Nobody reviewed this person in time. */
interface Lapse {
  readonly type: 'lapse'
  readonly person: Actor
}

/** The extract is gone: recorded with its certificate by the house itself. */
interface Shredding {
  readonly type: 'shredding'
  readonly certificate: { readonly sha256: string; readonly jws: string }
}

export type Command =
  | Opening
  | Change
  | AttachmentGiven
  | AttachmentTaken
  | Escalation
  | Expiry
  | Lapse
  | Shredding
  | Further
export type CommandType = Command['type']
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>
