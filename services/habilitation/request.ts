/** What a lead asks for: the draft body of the contract, section 6, with the fields of governance.md 4 that routes ask for. */
import { z } from 'zod'
import { type Missing, Refusal } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import { assurance, limits } from './clauses.ts'

/** Far above what a form advises: a length is a warning, not a fault. */
const short = z.string().max(2000)
const long = z.string().max(20_000)
const code = z.string().max(60)
const name = z.string().min(1).max(100)
const day = z.iso.date()
const filter = z.string().min(1).max(4000)

const table = z.strictObject({
  columns: z.union([z.literal('*'), z.array(name).min(1).max(10_000)]),
  filter: filter.optional(),
})

const lineAsked = z.strictObject({
  dataset: name,
  justification: long.optional(),
  population: z.strictObject({ table: name, filter }).optional(),
  tables: z.record(name, table).optional(),
  establishmentLevel: z.enum(['no', 'consented']).optional(),
})
export type LineAsked = z.infer<typeof lineAsked>

const person = z.strictObject({
  issuer: name,
  subject: name,
  profile: code,
  until: day.optional(),
})

const prohibitionAnswer = z.strictObject({ code, answer: z.enum(['no', 'yes']), text: long.optional() })

/** Nothing is required of a draft but the right shape; what submission needs beyond it is in completeness.ts. */
export const body = z.strictObject({
  title: short.optional(),
  acronym: short.optional(),
  summaryLay: long.optional(),
  summaryWithheldReason: long.optional(),
  publicInterest: long.optional(),
  aim: long.optional(),
  expectedBenefits: long.optional(),
  protocol: long.optional(),
  kind: z.enum(['PERSONAL_HEALTH', 'SECTOR_USEFUL']).optional(),
  route: code.optional(),
  routeReference: short.optional(),
  ethicsReference: short.optional(),
  cnilReference: short.optional(),
  agreementRef: short.optional(),
  dpia: short.optional(),
  legalBasis: z.array(code).max(20).optional(),
  organisationKind: code.optional(),
  partnership: short.optional(),
  extraDuty: z.strictObject({ mode: code, evidence: long }).optional(),
  /** Access for at most 30 days, before every opinion is in (governance.md 5.2). */
  emergency: z.strictObject({ reason: long }).optional(),
  mandate: z.strictObject({ text: long, reference: short, onBehalfOf: short.optional() }).optional(),
  controllers: z.array(short).max(20).optional(),
  implementer: short.optional(),
  financing: long.optional(),
  purposes: z.array(code).max(20).optional(),
  objectives: z
    .array(z.strictObject({ id: name, label: long }))
    .max(50)
    .optional(),
  lines: z.array(lineAsked).max(50).optional(),
  quasiIdentifiers: z.array(z.strictObject({ code, justification: long.optional() })).optional(),
  persons: z.array(person).max(500).optional(),
  accessPeriod: z.strictObject({ from: day, until: day }).optional(),
  prohibitions: z.union([z.literal('none'), z.array(prohibitionAnswer).max(50)]).optional(),
  disclosure: z.strictObject({ mode: z.literal('guarded') }).optional(),
  limits: limits.optional(),
  assurance: assurance.optional(),
  publicationPlan: long.optional(),
  additional: long.optional(),
})
export type Body = z.infer<typeof body>

/** A JSON merge patch (RFC 7396): null removes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [member, value] of Object.entries(patch)) {
    if (value === null) merged.delete(member)
    else merged.set(member, mergePatch(merged.get(member), value))
  }
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The body after a patch. Refusal INVALID names every member that is unknown or of the wrong shape. */
export function patched(before: Body, patch: unknown): Body {
  if (!isObject(patch))
    throw new Refusal('INVALID', { missing: [{ path: '', message: 'an object is expected' }] })
  return accept(body, mergePatch(before, patch))
}

const sentences = z.locales.fr().localeError

/** Reads a body from outside. Refusal INVALID with the path of each fault; a message never repeats a value. */
function accept<T>(schema: z.ZodType<T>, input: unknown): T {
  const read = schema.safeParse(input, { error: sentences })
  if (read.success) return read.data
  throw new Refusal('INVALID', { rule: 'body', missing: read.error.issues.flatMap(faults) })
}

function faults(issue: z.core.$ZodIssue): Missing[] {
  const at = pathText(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: at === '' ? key : `${at}.${key}`,
      message: say('fr', { key: 'missing.unknown' }),
    }))
  }
  return [{ path: at, message: issue.message }]
}

/** `['lines', 0, 'dataset']` → `lines[0].dataset`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}
