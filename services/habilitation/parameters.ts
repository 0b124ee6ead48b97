/** The form of policies/disclosure.json: each number with its reason, its source and its cases (governance.md 2.9). */
import { z } from 'zod'
import { cases, expected, source } from './vocabulary.ts'

const count = z.number().int().nonnegative()
const size = z.number().nonnegative()

/** The evidence of one cell, as the disclosure rules read it; what is left out is beyond doubt. */
const cell = z.strictObject({
  persons: count,
  freedom: z.number().exactOptional(),
  sum: z
    .strictObject({ total: size, largest: size, second: size, nonZero: count, differing: count })
    .exactOptional(),
})
export type CaseCell = z.infer<typeof cell>

/** A cell that may be shown or may not, or a value that the parameter may have or may not. */
const parameterCases = cases(
  z.strictObject({
    given: z.union([z.strictObject({ cell }), z.strictObject({ value: z.unknown() })]),
    expect: expected,
  }),
)
export type ParameterCase = z.infer<typeof parameterCases>[number]

/** Floors are law here: a lower k, or a softer share, does not load. */
export const parameterValues = {
  k: z.number().int().min(11),
  p: z.number().min(0.1).max(1),
  twoShare: z.number().min(0.5).max(0.9),
  degreesOfFreedom: z.number().int().min(10),
  'establishment.k': z.number().int().min(3),
  'establishment.share': z.number().min(0.5).max(0.85),
  plan: z.enum(['fastest', 'exact']),
} as const
export type ParameterName = keyof typeof parameterValues

const written = <Value>(value: z.ZodType<Value>) =>
  z.strictObject({ value, why: z.string().min(1), source, cases: parameterCases })

/** As it stands in the file. */
const file = z.strictObject({
  k: written(parameterValues.k),
  p: written(parameterValues.p),
  twoShare: written(parameterValues.twoShare),
  degreesOfFreedom: written(parameterValues.degreesOfFreedom),
  establishment: z.strictObject({
    k: written(parameterValues['establishment.k']),
    share: written(parameterValues['establishment.share']),
  }),
  plan: written(parameterValues.plan),
})

/** The values, and the cases of each by its name. */
export const disclosure = file.transform(({ establishment, ...rest }) => {
  const { k, p, twoShare, degreesOfFreedom, plan } = rest
  const all = { ...rest, 'establishment.k': establishment.k, 'establishment.share': establishment.share }
  return {
    values: {
      k: k.value,
      p: p.value,
      twoShare: twoShare.value,
      degreesOfFreedom: degreesOfFreedom.value,
      establishment: { k: establishment.k.value, share: establishment.share.value },
      plan: plan.value,
    },
    cases: Object.entries(all).map(([name, parameter]) => ({
      name: name as ParameterName, // the names are those of the object above
      cases: parameter.cases,
    })),
  }
})
