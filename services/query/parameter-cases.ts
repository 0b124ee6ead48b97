/** Plays the cases of policies/disclosure.json: a cell by the rules that withhold, a value by the floors of its parameter. Pure. */
import type { Played } from '../habilitation/cases.ts'
import type { DisclosureParameters } from '../habilitation/decision.ts'
import {
  type CaseCell,
  type disclosure,
  type ParameterCase,
  type ParameterName,
  parameterValues,
} from '../habilitation/parameters.ts'
import type { CellEvidence } from './disclosure/evidence.ts'
import { failed } from './disclosure/rules.ts'
import { ofEstablishments } from './thresholds.ts'

type Written = ReturnType<typeof disclosure.parse>

/** Every case of every parameter, under these values. */
export function playParameters({ values, cases }: Written): readonly Played[] {
  return cases.flatMap(({ name, cases: of }) =>
    of.map((one, i) => ({
      file: 'disclosure.json',
      entry: name,
      title: String(i + 1),
      expected: one.expect,
      found: isAllowed(name, one.given, values) ? 'allow' : 'deny',
    })),
  )
}

function isAllowed(
  name: ParameterName,
  given: ParameterCase['given'],
  parameters: DisclosureParameters,
): boolean {
  if ('value' in given) return parameterValues[name].safeParse(given.value).success
  const { establishment, ...persons } = parameters
  const thresholds = name.startsWith('establishment.')
    ? ofEstablishments(parameters, establishment.k)
    : persons
  return failed(evidenceOf(given.cell), thresholds).length === 0
}

function evidenceOf({ persons, freedom, sum }: CaseCell): CellEvidence {
  return {
    value: 1,
    persons,
    ...(freedom !== undefined && { freedom }),
    ...(sum && { contributions: { ...sum, isExact: true } }),
  }
}
