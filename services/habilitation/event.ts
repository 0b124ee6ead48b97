/**
 * What happened to a request or a permit, in the past tense. Events are never changed once stored: they carry `v`, and the
 * schema is read through when they come back. States are those of governance.md 5.2 and 5.3.
 */
import { z } from 'zod'
import { grantsBegun, personHappenings } from './person-commands.ts'
import { body } from './request.ts'
import { resultHappenings } from './results.ts'

const text = z.string().max(20_000)
const actor = z.object({ issuer: z.string(), subject: z.string() })
const items = z.array(z.object({ field: z.string(), comment: text })).readonly()
const line = z.object({
  id: z.string(),
  dataset: z.string(),
  holder: z.string(),
  k: z.number().int(),
  entity: z.literal('establishment').exactOptional(),
  establishmentLevel: z.literal('consented').exactOptional(),
  exact: z.literal('checked').exactOptional(),
  population: z.object({ table: z.string(), filter: z.string() }).exactOptional(),
  tables: z
    .record(
      z.string(),
      z.object({ columns: z.array(z.string()).readonly(), filter: z.string().exactOptional() }),
    )
    .readonly(),
  holderAct: z.enum(['countersign', 'acknowledge']),
  holderJws: z.string(),
})
/** When what begins here runs out: the clock of the rules of that day, which later rules do not move. */
const due = z.number().int().exactOptional()
const permitRef = z.object({
  id: z.string(),
  version: z.number().int(),
  sha256: z.string(),
  /** Seconds, as in the permit. */
  nbf: z.number().int(),
  exp: z.number().int(),
})
/** One clause that a version changes; changes.ts. */
const change = z.object({
  path: z.string(),
  added: z.array(z.string()).readonly().optional(),
  removed: z.array(z.string()).readonly().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
})
const decision = z.enum(['grant', 'refuse'])
const awaited = z.object({
  role: z.enum(['dpo', 'ethics']),
  wanted: z.enum(['favourable', 'favourable-or-conditions']),
})
const conditions = z
  .array(z.object({ text, clause: z.string(), value: z.number().int().exactOptional() }))
  .readonly()

/** A document of a request: its name among the files of the house, the name its sender gave it, and what it is. */
const attachment = z.object({
  attachment: z.string(),
  name: z.string(),
  field: z.string(),
  bytes: z.number().int(),
  sha256: z.string(),
})
export type Attachment = z.infer<typeof attachment>

/** What a suspension or its end is about: everything when empty, one line by its dataset, or one person. */
const scope = z.object({ line: z.string().optional(), person: actor.optional() })
export type Scope = z.infer<typeof scope>

const happenings = [
  z.object({
    type: z.literal('opened'),
    lead: actor.extend({ organisation: z.string() }),
    request: body,
    /** The request that this one began as a copy of. */
    copiedFrom: z.string().exactOptional(),
  }),
  z.object({ type: z.literal('changed'), request: body }),
  z.object({ type: z.literal('submitted') }),
  z.object({ type: z.literal('returned'), items, due }),
  z.object({ type: z.literal('resubmitted') }),
  z.object({ type: z.literal('completed') }),
  z.object({
    type: z.literal('opinionGiven'),
    role: z.enum(['dpo', 'ethics']),
    opinion: z.enum(['favourable', 'conditions', 'unfavourable', 'recused']),
    comment: text,
  }),
  z.object({
    type: z.literal('externalRecorded'),
    kind: z.enum(['cnil', 'cpp', 'atih', 'other']),
    reference: z.string(),
    sha256: z.string().optional(),
  }),
  z.object({ type: z.literal('interestsDeclared'), none: z.boolean(), text }),
  z.object({
    type: z.literal('commented'),
    thread: z.string(),
    field: z.string(),
    audience: z.enum(['applicant', 'reviewers']),
    /** In what capacity it was said. */
    role: z.string(),
    text,
  }),
  z.object({ type: z.literal('attached'), ...attachment.shape }),
  z.object({
    type: z.literal('detached'),
    attachment: z.string(),
    sha256: z.string(),
    bytes: z.number().int(),
  }),
  z.object({ type: z.literal('questioned'), items }),
  z.object({ type: z.literal('answered'), items }),
  z.object({ type: z.literal('extended'), reason: text }),
  z.object({ type: z.literal('countersigned'), line, comment: text.exactOptional() }),
  z.object({ type: z.literal('declined'), dataset: z.string(), comment: text.optional() }),
  z.object({
    type: z.literal('proposed'),
    decision,
    reasons: text,
    conditions,
    /** The explicit decision on more than one quasi-identifier. */
    crossed: z.boolean().exactOptional(),
  }),
  z.object({ type: z.literal('confirmed'), due }),
  z.object({ type: z.literal('refused') }),
  z.object({
    type: z.literal('granted'),
    project: z.string(),
    permit: permitRef,
    /** Opinions that an emergency went ahead of. */
    awaited: z.array(awaited).readonly().optional(),
    grants: grantsBegun.optional(),
    due,
  }),
  z.object({ type: z.literal('withdrawn') }),
  z.object({ type: z.literal('lapsed') }),
  z.object({ type: z.literal('appealed'), reasons: text }),
  z.object({ type: z.literal('appealDecided'), upheld: z.boolean(), reasons: text, due }),
  z.object({
    type: z.literal('escalated'),
    trigger: z.string(),
    dataset: z.string(),
    /** The column that did it, where the request itself did. */
    table: z.string().exactOptional(),
    column: z.string().exactOptional(),
  }),
  z.object({ type: z.literal('suspended'), reason: text, scope, role: z.string() }),
  z.object({ type: z.literal('liftAgreed'), scope, role: z.enum(['dpo', 'authority']) }),
  z.object({ type: z.literal('lifted'), scope }),
  z.object({ type: z.literal('recalled'), line: z.string(), reason: text }),
  z.object({ type: z.literal('noticed'), reason: text }),
  z.object({ type: z.literal('dismissProposed'), reasons: text }),
  z.object({ type: z.literal('dismissed') }),
  z.object({ type: z.literal('revoked') }),
  z.object({ type: z.literal('revocationAppealed'), reasons: text }),
  z.object({ type: z.literal('revocationUpheld'), reasons: text }),
  z.object({ type: z.literal('restored'), reasons: text, permit: permitRef }),
  z.object({ type: z.literal('amendmentAsked'), kind: z.enum(['amendment', 'renewal']), request: body }),
  z.object({ type: z.literal('amendmentProposed'), decision, reasons: text }),
  z.object({ type: z.literal('amendmentRefused') }),
  z.object({
    type: z.literal('amended'),
    permit: permitRef,
    changes: z.array(change).readonly().optional(),
    grants: grantsBegun.optional(),
  }),
  z.object({ type: z.literal('renounced') }),
  z.object({ type: z.literal('expired') }),
  z.object({ type: z.literal('closing') }),
  z.object({
    type: z.literal('shredded'),
    certificate: z.object({ sha256: z.string(), jws: z.string() }),
  }),
  z.object({ type: z.literal('closed') }),
  ...personHappenings,
  ...resultHappenings,
] as const

const happening = z.discriminatedUnion('type', happenings)
export type Happening = z.infer<typeof happening>
export type HappeningType = Happening['type']

/** Who did it and when: `by` is null when time alone did. `at` in ms. */
const meta = z.object({
  v: z.literal(1),
  at: z.number().int(),
  by: actor.extend({ organisation: z.string() }).nullable(),
})
export const event = z.intersection(meta, happening)
export type HabilitationEvent = z.infer<typeof meta> & Happening
