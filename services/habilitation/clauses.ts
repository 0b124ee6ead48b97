/** The clauses that a request may ask for and a condition may tighten: how much is asked, and by what session (governance.md 6.2). Pure. */
import { z } from 'zod'
import type { Person } from '../identity/person.ts'
import type { Missing } from '../kernel/refusal.ts'
import { lacks } from './lacking.ts'

const word = z.string().min(1).max(100)

/** Absent members leave the limits of the node. They are counted without a look at the data. */
export const limits = z.strictObject({
  /** Of all persons of the permit together, by calendar day of Paris. */
  queriesPerDay: z.number().int().min(1).max(1_000_000).exactOptional(),
  /** Further rows of an answer are cut, and the answer says so. */
  rowsPerAnswer: z.number().int().min(1).max(1_000_000).exactOptional(),
  /** Wall time of one query. */
  seconds: z.number().int().min(1).max(3600).exactOptional(),
})
export type PermitLimits = z.infer<typeof limits>

/** What a session must have proved beside two factors. */
export const assurance = z.strictObject({
  /** One of these classes of authentication, as the issuer names them. */
  acr: z.array(word).min(1).max(10).exactOptional(),
  /** All of these methods. */
  amr: z.array(word).min(1).max(10).exactOptional(),
  /** Seconds since the person last proved who she is. */
  maxAuthAge: z.number().int().min(60).max(86_400).exactOptional(),
})
export type PermitAssurance = z.infer<typeof assurance>

interface Clauses {
  readonly limits?: PermitLimits | undefined
  readonly assurance?: PermitAssurance | undefined
}

/** A condition of a decision; `value` is the figure of a clause that is executed, none where it is for people. */
export interface Condition {
  readonly text: string
  readonly clause: string
  readonly value?: number | undefined
}

const limitNames = ['queriesPerDay', 'rowsPerAnswer', 'seconds'] as const
type LimitName = (typeof limitNames)[number]

function limitOf({ clause }: Condition): LimitName | undefined {
  return limitNames.find((name) => clause === `limits.${name}`)
}

/** What keeps conditions from being signed: a figure that no clause takes, a limit without one, or one that loosens the request. */
export function conditionFaults(
  conditions: readonly Condition[],
  asked: PermitLimits = {},
): readonly Missing[] {
  return conditions.flatMap((condition, i) => {
    const name = limitOf(condition)
    const path = `conditions[${i}].value`
    if (name === undefined) return condition.value === undefined ? [] : [lacks(path, 'conditionClause')]
    if (condition.value === undefined) return [lacks(path, 'conditionValue')]
    const isRead = limits.safeParse({ [name]: condition.value }).success
    const isLoose = condition.value > (asked[name] ?? Number.POSITIVE_INFINITY)
    return isRead && !isLoose ? [] : [lacks(path, 'conditionLoose')]
  })
}

/** The limits to sign: those of the request, or of a condition where it is the tighter one. Undefined when there are none. */
export function limitsOf(
  asked: PermitLimits | undefined,
  conditions: readonly Condition[],
): PermitLimits | undefined {
  const found = limitNames.flatMap((name): [LimitName, number][] => {
    const figures = conditions.flatMap((one) => (limitOf(one) === name ? (one.value ?? []) : []))
    const least = Math.min(asked?.[name] ?? Number.POSITIVE_INFINITY, ...figures)
    return Number.isFinite(least) ? [[name, least]] : []
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** Whether a session proved what the permit demands beside two factors; what its token does not say it has not proved. */
export function meetsAssurance(
  { acr, methods, authenticatedAt }: Pick<Person, 'acr' | 'methods' | 'authenticatedAt'>,
  demanded: PermitAssurance | undefined,
  now: number,
): boolean {
  const { acr: classes, amr = [], maxAuthAge } = demanded ?? {}
  const isOfClass = classes === undefined || (acr !== undefined && classes.includes(acr))
  const isFresh =
    maxAuthAge === undefined || (authenticatedAt !== undefined && now - authenticatedAt <= maxAuthAge * 1000)
  return isOfClass && isFresh && amr.every((method) => methods.includes(method))
}

/** Whether an amended request asks for no more, and for no weaker sessions. */
export function clausesNarrow(before: Clauses, after: Clauses): boolean {
  const isLess = limitNames.every(
    (name) => (after.limits?.[name] ?? Infinity) <= (before.limits?.[name] ?? Infinity),
  )
  const [was, is] = [before.assurance ?? {}, after.assurance ?? {}]
  const isFresher = (is.maxAuthAge ?? Infinity) <= (was.maxAuthAge ?? Infinity)
  const { acr: classes } = was
  const isAsSure =
    (classes === undefined || (is.acr?.every((one) => classes.includes(one)) ?? false)) &&
    (was.amr ?? []).every((one) => is.amr?.includes(one))
  return isLess && isFresher && isAsSure
}
