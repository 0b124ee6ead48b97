/** Which names COLUMNS(…) chooses. The names of columns are no data: they are matched here, before anything runs. */
import type { Call, Comparison, Expression } from '../statement/nodes.ts'
import { isMatch } from './pattern.ts'

/** Whether a name is wanted. */
type Test = (name: string) => boolean

/** The condition of a lambda or of `* LIKE …` on a name; null for what is not understood here. */
export function testOf(condition: Expression, isName: (part: Expression) => boolean): Test | null {
  switch (condition.class) {
    case 'CONJUNCTION':
      return joined(condition, isName)
    case 'OPERATOR':
      return condition.type === 'OPERATOR_NOT'
        ? negated(condition.children[0], isName)
        : listed(condition, isName)
    case 'COMPARISON':
      return compared(condition, isName)
    case 'FUNCTION':
      return called(condition, isName)
    default:
      return null
  }
}

type Conjunction = Extract<Expression, { class: 'CONJUNCTION' }>

function joined({ type, children }: Conjunction, isName: (part: Expression) => boolean): Test | null {
  const parts = known(children.map((child) => testOf(child, isName)))
  if (parts === null) return null
  return type === 'CONJUNCTION_AND'
    ? (name) => parts.every((part) => part(name))
    : (name) => parts.some((part) => part(name))
}

function compared({ type, left, right }: Comparison, isName: (part: Expression) => boolean): Test | null {
  const text = isName(left) ? textOf(right) : undefined
  if (text === undefined) return null
  if (type === 'COMPARE_EQUAL') return (name) => name === text
  return type === 'COMPARE_NOTEQUAL' ? (name) => name !== text : null
}

function known(parts: readonly (Test | null)[]): readonly Test[] | null {
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? [])
}

function negated(child: Expression | undefined, isName: (part: Expression) => boolean): Test | null {
  const test = child ? testOf(child, isName) : null
  return test && ((name) => !test(name))
}

function listed(
  { type, children: [name, ...members] }: Extract<Expression, { class: 'OPERATOR' }>,
  isName: (part: Expression) => boolean,
): Test | null {
  const texts = members.map(textOf)
  if (!name || !isName(name) || texts.includes(undefined)) return null
  if (type === 'COMPARE_IN') return (one) => texts.includes(one)
  return type === 'COMPARE_NOT_IN' ? (one) => !texts.includes(one) : null
}

const affixes: Readonly<Record<string, (name: string, part: string) => boolean>> = {
  starts_with: (name, part) => name.startsWith(part),
  prefix: (name, part) => name.startsWith(part),
  '^@': (name, part) => name.startsWith(part),
  ends_with: (name, part) => name.endsWith(part),
  suffix: (name, part) => name.endsWith(part),
  contains: (name, part) => name.includes(part),
  '~~': (name, part) => isLike(name, part),
  '!~~': (name, part) => !isLike(name, part),
  '~~*': (name, part) => isLike(name.toLowerCase(), part.toLowerCase()),
  '!~~*': (name, part) => !isLike(name.toLowerCase(), part.toLowerCase()),
}

function called({ function_name, children }: Call, isName: (part: Expression) => boolean): Test | null {
  const [name, part] = children
  const text = part && children.length === 2 ? textOf(part) : undefined
  if (!name || !isName(name) || text === undefined) return null
  const affix = Object.hasOwn(affixes, function_name) ? affixes[function_name] : undefined
  if (affix) return (one) => affix(one, text)
  const whole = function_name === 'regexp_full_match'
  if (!whole && function_name !== 'regexp_matches') return null
  const found = isMatch(whole ? `^(${text})$` : text)
  return found && ((one) => found(one) !== null)
}

/** LIKE without ESCAPE: `%` is any text, `_` one character. Each part is looked for once, from left to right. */
function isLike(name: string, like: string): boolean {
  const [first = '', ...rest] = like.split('%')
  const fits = (part: string, at: number) =>
    at >= 0 && at + part.length <= name.length && [...part].every((c, i) => c === '_' || c === name[at + i])
  const last = rest.pop()
  if (last === undefined) return name.length === first.length && fits(first, 0)
  let at = fits(first, 0) ? first.length : Number.NaN
  for (const part of rest) {
    while (at <= name.length && !fits(part, at)) at += 1
    at += part.length
  }
  return at + last.length <= name.length && fits(last, name.length - last.length)
}

/** A literal that is text. */
export function textOf(expression: Expression): string | undefined {
  const value = expression.class === 'CONSTANT' ? expression.value.value : undefined
  return typeof value === 'string' ? value : undefined
}
