/** What a lead asks for: the draft body of the contract, section 6, with the fields of governance.md 4 that routes ask for. */
import { z } from 'zod'
import { type Missing, Refusal } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import { dataFields } from './form/data.ts'
import { endFields } from './form/end.ts'
import { projectFields } from './form/project.ts'
import { purposeFields } from './form/purpose.ts'

/** Nothing is required of a draft but the right shape; what submission needs beyond it is in completeness.ts. */
export const body = z.strictObject({ ...projectFields, ...purposeFields, ...dataFields, ...endFields })
export type Body = z.infer<typeof body>

/** Whether a path such as `lines[0].tables` begins at a field of the form. */
export function isField(path: string): boolean {
  return Object.hasOwn(body.shape, /^\w+/.exec(path)?.[0] ?? '')
}

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
