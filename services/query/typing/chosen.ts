/** A count of what a CASE chooses, as a count with a FILTER: an identifier that a CASE only lets through stays bare. */
import * as sql from '../build.ts'
import type { Call, Case, ColumnReference, Expression } from '../statement/nodes.ts'

/**
 * `count(DISTINCT CASE WHEN p THEN x END)` as `count(DISTINCT x) FILTER (WHERE p)`, which means the same. Every branch is one
 * column or NULL; all other calls are returned as they are.
 */
export function countOfChosen(call: Call): Call {
  const [argument, second] = call.children
  const isCount = call.function_name.toLowerCase() === 'count' && second === undefined
  if (!isCount || argument?.class !== 'CASE') return call
  const column = chosenColumn(argument)
  if (!column) return call
  const condition = conditionOf(argument)
  const filter = call.filter ? both(call.filter, condition) : condition
  return { ...call, children: [column], filter }
}

function both(left: Expression, right: Expression): Expression {
  return { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', alias: '', children: [left, right] }
}

function resultsOf({ case_checks, else_expr }: Case): readonly Expression[] {
  return [...case_checks.map(({ then_expr }) => then_expr), else_expr]
}

/** The one column that the branches give; undefined when they give something else, or several. */
function chosenColumn(choice: Case): ColumnReference | undefined {
  const given = resultsOf(choice).filter((result) => !isNull(result))
  const columns = given.filter((result) => result.class === 'COLUMN_REF')
  const names = new Set(columns.map(({ column_names }) => JSON.stringify(column_names).toLowerCase()))
  return columns.length === given.length && names.size === 1 ? columns[0] : undefined
}

function isNull(expression: Expression): boolean {
  return expression.class === 'CONSTANT' && expression.value.is_null
}

/** True where a branch with the column is taken. */
function conditionOf(choice: Case): Expression {
  const { case_checks, else_expr } = choice
  const [only, second] = case_checks
  if (only && !second && isNull(else_expr)) return only.when_expr
  const isTaken = (result: Expression) => sql.boolean(!isNull(result)) as unknown as Expression
  return {
    ...choice,
    case_checks: case_checks.map(({ when_expr, then_expr }) => ({
      when_expr,
      then_expr: isTaken(then_expr),
    })),
    else_expr: isTaken(else_expr),
  }
}
