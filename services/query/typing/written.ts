/**
 * Operands whose types the text alone shows not to fit. A written text that is no day or no number would make an empty
 * answer, and what the engine does not bind it refuses without a place.
 */
import { isMomentText } from './harden.ts'
import type { Bound, Kind, Scope } from './relation.ts'

interface Side {
  readonly bound: Bound
  readonly at: unknown
}

/** What a comparison with a written text needs of it, and what to say when it is something else. */
const readings: Readonly<
  Partial<Record<Kind, { readonly mayBe: (text: string) => boolean; readonly hint: string }>>
> = {
  date: { mayBe: mayBeMoment, hint: 'hint.date' },
  timestamp: { mayBe: mayBeMoment, hint: 'hint.date' },
  number: { mayBe: mayBeNumber, hint: 'hint.number' },
}

/** Notes TYPE_ERROR at a written text that no cast to the kind of the other operand can read. */
export function checkWritten(sides: readonly Side[], { task }: Scope): void {
  const kind = sides.find(({ bound }) => bound.literal === undefined)?.bound.kind
  const reading = kind && readings[kind]
  if (!reading) return
  const isWrong = ({ bound: { literal } }: Side) =>
    typeof literal === 'string' ? !reading.mayBe(literal) : typeof literal === 'number' && kind !== 'number'
  const wrong = sides.find(isWrong)
  if (wrong) task.note('TYPE_ERROR', wrong.at, { key: reading.hint })
}

/** Functions of text that have no form for a day, a number or a boolean: the engine casts none of these to text by itself. */
const ofText = new Set(
  (
    '~~ !~~ ~~* !~~* like_escape left right substr substring upper lower trim ltrim rtrim lpad rpad length strlen replace ' +
    'reverse starts_with ends_with prefix suffix contains instr strpos split_part string_split regexp_matches ' +
    'regexp_full_match regexp_extract regexp_replace'
  ).split(' '),
)
const noText: ReadonlySet<Kind | undefined> = new Set(['date', 'timestamp', 'time', 'number', 'boolean'])

/** Notes TYPE_ERROR where a function of text gets something else, and where a written day stands in a sum without DATE. */
export function checkOperands(name: string, sides: readonly Side[], { task }: Scope): void {
  const [first] = sides
  if (first && ofText.has(name) && noText.has(first.bound.kind))
    task.note('TYPE_ERROR', first.at, { key: 'hint.castText' })
  if (name !== '+' && name !== '-') return
  const day = sides.find(({ bound: { literal } }) => typeof literal === 'string' && isMomentText(literal))
  if (day) task.note('TYPE_ERROR', day.at, { key: 'hint.typedDate' })
}

const writtenDay = /^\s*(\d{1,4})([-/\\ ])(\d{1,2})\2(\d{1,2})(?!\d)/

/** Looser than `isMomentText`, as casts are: `2022-1-5` is a day; `01/01/2022`, `2022-13-45` and `2022-01` are none. */
function mayBeMoment(text: string): boolean {
  if (/^\s*(-|\+|\d{5,}|epoch|infinity)/i.test(text)) return true
  const [, year, , month, number] = writtenDay.exec(text) ?? []
  const [first = '', ...rest] = [year, month, number]
  return isMomentText([first.padStart(4, '0'), ...rest.map((part = '') => part.padStart(2, '0'))].join('-'))
}

function mayBeNumber(text: string): boolean {
  return /^\s*[-+]?(0[xb][\da-f_]+|(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?|nan|inf(inity)?)\s*$/i.test(text)
}
